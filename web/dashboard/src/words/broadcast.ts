// What the page of broadcasts says.
import type { Broadcast } from '../contract.ts'

const states: Record<Broadcast['state'], string> = { running: 'Running', done: 'Done', cancelled: 'Stopped', failed: 'Failed' }
const count = new Intl.NumberFormat('en')

export const broadcastWords = {
  broadcasts: {
    tab: 'Broadcasts',
    states,
    title: 'Tell many the same',
    lead: 'Everyone who is there now gets it, by the rules of its type: what they have turned off is not sent.',
    type: 'Type',
    topic: 'To',
    everybody: 'Everybody, but anonymous visitors',
    subscribers: (topic: string, many: number) => `${topic}: ${count.format(many)}`,
    parameters: 'Parameters, JSON',
    parametersBad: 'This is not a JSON object.',
    start: 'Send…',
    sureTitle: 'Send it now?',
    sure: (type: string, to: string) => `${type} goes to ${to}. Those who were told stay told.`,
    sureEverybody: 'every contact but anonymous visitors',
    sureTopic: (topic: string) => `all subscribers of ${topic}`,
    send: 'Send',
    noTypes: 'Make a type first: a broadcast sends one.',
    listError: 'The broadcasts could not be loaded',
    to: (topic: string | null) => (topic === null ? 'everybody' : topic),
    progress: (type: string, to: string) => `${type} to ${to}`,
    done: (done: number, total: number) => `${count.format(done)} of ${count.format(total)}`,
    skipped: (many: number) => `${count.format(many)} not reached`,
    cancel: 'Stop',
    cancelTitle: 'Stop this broadcast?',
    cancelText: 'Those who were told stay told; the others hear nothing of it.',
    cancelled: 'The broadcast is stopped.',
  },
}
