// Two contacts that are one person: what merging them does, and what taking it back does.
import type { MergeWarning, Trust } from '../contract.ts'

const demanded: Record<Trust, string> = {
  jwt: 'a signed token',
  hmac: 'an HMAC or a signed token',
  claimed: 'no proof: neither was ever proven',
  anonymous: 'no proof: neither was ever proven',
}

const warnings: Record<MergeWarning, string> = {
  both_proven:
    'Both were proven. From then on, whoever can prove one of them reads everything of the other. Be sure that they are one person.',
  weaker_proof_stops:
    'One was proven by a signed token, the other by an HMAC only. That HMAC does not suffice any more: its page must send a signed token.',
  contradicts_proven_id:
    'The contact that you merge used the id or email of somebody who was proven, and proved too little. It may be a pretender.',
  unproven: 'The contact that you merge has proven nothing. Whoever sat there may be anybody.',
}

export const mergeWords = {
  merge: {
    title: 'Merged contacts',
    none: 'No other contact was merged into this one.',
    start: 'Merge with…',
    findTitle: 'Merge another contact into this one',
    findLead: 'Which other contact is the same person? Search by exact email or id, or by the beginning of a name.',
    find: 'The other contact',
    nobody: 'Nobody found.',
    found: (many: number) => (many === 1 ? 'One contact found.' : `${many} contacts found.`),
    choose: (name: string) => `Choose ${name}`,
    chooseShort: 'Choose',
    isMerged: 'Already a part of another contact',
    another: 'Choose another',
    askTitle: (name: string) => `Merge ${name} into this contact?`,
    into: (survivor: string, merged: string) =>
      `Whoever proves to be ${merged} is ${survivor} from then on, and sees the conversations and notifications of both.`,
    nothingMoves: 'Nothing is moved or overwritten. What is known of each stays with each, and you can undo it here.',
    sessions: (many: number) =>
      many === 0
        ? 'Neither has a live session.'
        : `${many === 1 ? 'One live session ends' : `${many} live sessions end`} now. Proven visitors come back by themselves.`,
    preferences: 'The notification preferences of this contact count for both.',
    demanded: (trust: Trust) => `The proof that both must bring: ${demanded[trust]}.`,
    warnings,
    warningTitle: 'Before you merge',
    reason: 'Why are they the same person?',
    reasonHelp: 'Kept with the merge and in the audit log.',
    reasonMissing: 'Say why: somebody may want to know later.',
    confirm: 'Merge',
    done: 'Merged.',
    undo: 'Undo',
    undoOf: (name: string) => `Undo the merge of ${name}`,
    undoTitle: (name: string) => `Make ${name} a contact of its own again?`,
    undoText:
      'Identities, fields, conversations and notifications are again whose they were. What came after the merge stays with the surviving contact. The sessions of both end now.',
    undone: 'The merge was undone.',
    because: 'Because',
    byVisitor: 'proven by the visitor',
    partOf: 'This contact is a part of another',
    partOfText: 'It was merged. Whoever proves to be it is the other contact; this page shows what is known of it alone.',
    survivor: 'Open the contact that it belongs to',
  },
}
