// What the identity page of a widget says.
import type { Mode, ProfileName } from '../contract.ts'

type ModeSay = { label: string; summary: string; consequences: string[] }

const modes: Record<Mode, ModeSay> = {
  enforce: {
    label: 'Enforce',
    summary: 'Only proven visitors get in.',
    consequences: [
      'A visitor without a valid proof is refused and gets a reference number.',
      'Nobody can open another customer’s conversations by editing the page.',
      'Anonymous visitors get in only if you allow them below.',
    ],
  },
  observe: {
    label: 'Observe',
    summary: 'Proofs are checked and counted, but nobody is refused.',
    consequences: [
      'A missing or invalid proof is recorded under Refusals, and the visitor gets in all the same.',
      'What an unproven page says is marked as said, and never reaches a proven contact.',
      'Use it for some days before you enforce, to see that your proofs are right.',
    ],
  },
  off: {
    label: 'Off',
    summary: 'Anyone can say to be anyone.',
    consequences: [
      'The page’s word is taken, and shown as said.',
      'Someone can write to you in another person’s name. They never see that person’s proven history.',
      'A valid proof is still honoured when one is sent.',
    ],
  },
}

type ProfileSay = { label: string; lead: string; facts: [string, string][] }

const profiles: Record<ProfileName, ProfileSay> = {
  countersign: {
    label: 'Countersign token',
    lead: 'The one to choose for a new installation.',
    facts: [
      ['Proves', 'who, company, and every claim in the token'],
      ['Form', 'JWT, Ed25519 or ES256 with your public key, or HS256 with a shared secret'],
      ['Expires', 'at most 15 minutes after it was issued'],
      ['Can be bound', 'to the browser’s key, and be single-use'],
    ],
  },
  'woes-jwt': {
    label: 'Woes, JWT',
    lead: 'For a back end that already signs Woes tokens.',
    facts: [
      ['Proves', 'email, name, account and contact ids in the token'],
      ['Form', 'JWT, HS256; the secret’s text is the key, not its hex-decoded bytes'],
      ['Expires', 'at most 15 minutes after it was issued'],
      ['Needs', 'aud equal to the widget’s public key'],
    ],
  },
  'woes-hmac': {
    label: 'Woes, HMAC email',
    lead: 'For a back end that already sends email_hash.',
    facts: [
      ['Proves', 'the email alone; name and company are said'],
      ['Form', 'HMAC-SHA256, lower-case hex; the secret is hex-decoded'],
      ['Expires', 'never: a leaked hash is good until the secret is retired'],
      ['Needs', 'the email trimmed and lower-cased before it is signed'],
    ],
  },
  notificationapi: {
    label: 'NotificationAPI',
    lead: 'For a back end that already hashes userId in Secure Mode.',
    facts: [
      ['Proves', 'the user id alone'],
      ['Form', 'HMAC-SHA256, base64; the secret’s text is the key'],
      ['Expires', 'never: a leaked hash is good until the secret is retired'],
      ['Needs', 'exactly the same user id in the browser'],
    ],
  },
  fogbender: {
    label: 'Fogbender',
    lead: 'For a back end that already makes userJWT or userHMAC.',
    facts: [
      ['Proves', 'with userJWT all claims in it; with userHMAC the user id alone'],
      ['Form', 'JWT HS256, or HMAC-SHA256 in hex; the secret’s 32 characters are the key'],
      ['Expires', 'as the token says; the HMAC never'],
      ['Needs', 'each claim equal to the field that the page sends'],
    ],
  },
}

export const identityWords = {
  coverage: {
    title: 'Who brings a proof',
    lead: 'Every attempt to open a session in the last 7 days, whatever the mode.',
    day: 'Day (UTC)',
    kinds: {
      valid: { label: 'Valid', help: 'the proof held' },
      invalid: { label: 'Invalid', help: 'the proof did not hold' },
      missing: { label: 'Missing', help: 'a name without a proof' },
      anonymous: { label: 'Anonymous', help: 'nobody was named' },
    },
    bySigner: 'Valid, by key',
    bySignerNone: 'No proof has held yet.',
    byReason: 'Invalid, by reason',
    byReasonNone: 'No proof has failed.',
    refusals: 'See the refusals',
  },

  explain: {
    title: 'Explain a proof',
    lead: 'Paste what your page sends, and see what this widget makes of it. Nothing of it is stored, and no session is opened.',
    label: 'Token, or the identity object as JSON',
    hint: 'From the browser’s network panel: the body of the call to /widget/v1/sessions, or the identity in it.',
    placeholder: '{ "token": "eyJ…" }',
    submit: 'Explain',
    accepted: 'This proof holds',
    refused: 'This proof does not hold',
    errors: {
      empty: 'Paste a token, or the identity object.',
      long: 'This is longer than any proof may be.',
      form: 'This is neither a token nor an object. A token has three parts with dots between them; an object begins with {.',
      json: 'This is not JSON. Write every name and every text in double quotes.',
      values: 'An identity has only texts, and objects of texts: no numbers, lists or null.',
      noToken: 'The format of this widget has no token. Paste the identity object.',
    },
  },

  identity: {
    mode: 'How strict',
    modeHelp: 'What happens when a visitor’s proof is missing or wrong.',
    modes,
    current: 'In force',
    raise: (mode: string) => `Switch to ${mode}`,
    lowerTitle: (mode: string) => `Lower the protection to ${mode}?`,
    lowerText: 'From the next request on:',
    lowerType: (word: string) => `Type ${word} to confirm`,
    lowerConfirm: 'Lower the protection',
    raiseTitle: (mode: string) => `Switch to ${mode}?`,
    raiseText: 'From the next request on:',
    lowerNotMay: 'Only an owner may lower the protection.',
    raiseRefusals: 'Look at the refusals first',
    changed: (mode: string) => `Mode is now ${mode}.`,
    profile: 'Format of the proof',
    profileHelp: 'Chosen by you and never guessed: only this format is accepted.',
    profiles,
    profileChange: 'Use this format',
    profileTitle: (label: string) => `Accept only ${label}?`,
    profileText:
      'Proofs of the present format are refused from the next request on, or counted if you do not enforce. Change your back end first, or observe meanwhile.',
    profileChanged: 'The format was changed.',
    secrets: 'Secrets and keys',
    secretsHelp: 'Up to four may be active, so that you can change one without an outage: create, deploy, then retire.',
    secretsNoneTitle: 'No secret yet',
    secretsNone: 'Without one nobody can be proven. Create one and put it into your back end.',
    create: 'Create a secret',
    createTitle: 'Create a secret',
    createText: 'Your back end signs with it. It is shown once.',
    createMode: 'What will it sign?',
    createModes: { jwt: 'Tokens (JWT)', hmac: 'Hashes (HMAC)' },
    createModesHelp: {
      jwt: 'Expires by itself and covers every claim. Recommended.',
      hmac: 'Covers one identifier, for ever. For clients that cannot use a token.',
    },
    shownTitle: 'Your new secret',
    shownText: 'This is the only time it is shown. Put it into your back end’s secret store now.',
    stored: 'I have stored it',
    done: 'Done',
    register: 'Register a public key',
    registerTitle: 'Register a public key',
    registerText:
      'Keep the private key on your side: then nobody who steals this server’s database can make a proof. Ed25519 or P-256 (ES256).',
    registerKey: 'Public key, PEM or JWK',
    registerKid: 'Key id (kid)',
    registerKidHelp: 'Put the same kid into your tokens’ header.',
    registerSubmit: 'Register',
    registered: 'The public key is registered.',
    registerPrivate: 'This is a private key. Do not paste it anywhere; register the public one that belongs to it.',
    registerEmpty: 'Paste the public key.',
    kinds: { shared: 'Shared secret', public: 'Public key' },
    kindModes: { jwt: 'signs tokens', hmac: 'makes hashes' },
    kindPublic: 'checks tokens',
    hint: (hint: string) => `ends in ${hint}`,
    lastUsed: 'Last used',
    created: 'Created',
    retire: 'Retire',
    retireTitle: 'Retire this secret?',
    retireText: 'Proofs that were made with it are refused from the next request on. This cannot be undone.',
    retireUsed: (when: string) => `It was last used ${when}. Make sure that your back end uses another one.`,
    retireOnly: 'It is the only active one: without another, nobody can be proven.',
    retired: 'Retired',
    retiredNow: 'The secret is retired.',
    retiredList: (count: number) => `${count} retired`,
  },
}
