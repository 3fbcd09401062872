// Does what sdk/agree.mjs says, a case a line.
import { createInterface } from 'node:readline'
import { InvalidInput, Refused, Verifier } from '@countersign/server'
import { call } from './calls.mjs'

let verifier

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await verdict(JSON.parse(line))))

async function verdict(one) {
  try {
    return { answer: one.call === 'verify' ? await contact(one) : call(one) }
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof Refused) return { error: error.message }
    throw error
  }
}

async function contact({ server, token }) {
  verifier ??= new Verifier(server)
  return (await verifier.verify(token)).contact
}
