// What anyone can do in the browser's console, and what comes of it.
import { decode, encode, forge, newKey, open, send } from '/session.js'

const people = {
  u_alice: { id: 'u_alice', name: 'Alice Chesterton', email: 'alice@northwind.example', company: { id: 'c_northwind', name: 'Northwind' } },
  u_bob: { id: 'u_bob', name: 'Bob Tanaka', email: 'bob@initech.example', company: { id: 'c_initech', name: 'Initech' } },
}
const other = (user) => people[user.id === 'u_bob' ? 'u_alice' : 'u_bob']
const token = async (jkt = '') => (await fetch(`/api/countersign-token?jkt=${jkt}`)).text()

/** The claims of my own token, about somebody else. */
async function claimsOf({ id: sub, name, email, company }) {
  return { ...decode((await token()).split('.')[1]), sub, name, email, company }
}

export const attacks = [
  {
    name: 'Say that I am somebody else',
    words: 'Start the widget with the other customer’s id and email, as a page can.',
    async attempt({ user }) {
      const { id, email, name } = other(user)
      return { id, email, name }
    },
  },
  {
    name: 'Change the name in my token',
    words: 'Take my own valid token, put the other customer in, keep the signature.',
    async attempt({ user }) {
      const [header, , signature] = (await token()).split('.')
      return { token: `${header}.${encode(await claimsOf(other(user)))}.${signature}` }
    },
  },
  {
    name: 'Sign with another company’s secret',
    words: 'A perfect token for the other customer, but from a company that is not Tally.',
    async attempt({ user }) {
      return { token: await forge(await claimsOf(other(user)), 'cs_idj_the-secret-of-another-company') }
    },
  },
  {
    name: 'Ask for no signature at all',
    words: 'The same token with the algorithm “none”.',
    async attempt({ user }) {
      return { token: `${encode({ alg: 'none', typ: 'JWT' })}.${encode(await claimsOf(other(user)))}.` }
    },
  },
  {
    name: 'Use an old token',
    words: 'A real token of Bob’s from an old log. It expired an hour ago.',
    async attempt() {
      return { token: await (await fetch('/api/expired-token')).text() }
    },
  },
  {
    name: 'Steal a token that is still good',
    words: 'A real token, made for another browser’s key, played from this one.',
    async attempt() {
      return { token: await token((await newKey()).jkt) }
    },
  },
  {
    name: 'Come back after sign-out',
    words: 'Open a session, sign out, then use what the session left behind.',
    attack: replay,
  },
  {
    name: 'Write another name beside my proof',
    words: 'My own valid token, and next to it the other customer’s id, name and email.',
    attack: mix,
  },
]

/** Tries it, with a key of this browser's own. */
export async function run(attack, me) {
  try {
    if (attack.attack) return await attack.attack(me)
    return verdict(await open(me.widget, await newKey(), { widget: me.public_key, identity: await attack.attempt(me) }))
  } catch (error) {
    return { held: false, verdict: 'Failed', words: `The attempt itself did not work: ${error.message}` }
  }
}

const worked = { held: false, verdict: 'It worked', words: 'That must not be: please report it.' }

function verdict({ status, said }) {
  if (status < 400) return worked
  return { held: true, verdict: 'Refused', words: `${status} ${said.code}`, reference: said.request_id }
}

async function replay({ widget, public_key }) {
  const key = await newKey()
  const { said: session } = await open(widget, key, { widget: public_key, identity: { token: await token(key.jkt) } })
  const access = session.access_token
  await send('DELETE', `${widget}/widget/v1/sessions/current`, key, { access })
  const call = await send('GET', `${widget}/widget/v1/me`, key, { access })
  const renewal = await send('POST', `${widget}/widget/v1/sessions/refresh`, key, { body: { refresh_token: session.refresh_token } })
  if (call.status < 400 || renewal.status < 400) return worked
  return { held: true, verdict: 'Refused', words: `${call.status} ${call.said.code}, and no new session: ${renewal.status} ${renewal.said.code}` }
}

async function mix({ widget, public_key, user }) {
  const key = await newKey()
  const { id, name, email } = other(user)
  const identity = { token: await token(key.jkt), id, name, email }
  const { said: session } = await open(widget, key, { widget: public_key, identity })
  const access = session.access_token
  const { said: contact } = await send('GET', `${widget}/widget/v1/me`, key, { access })
  await send('DELETE', `${widget}/widget/v1/sessions/current`, key, { access })
  const { id: shown, email: address } = contact.fields
  if (shown.value !== user.id || address.value !== user.email) return worked
  return { held: true, verdict: `Still ${user.name.split(' ')[0]}`, words: 'What is proven stays; what is said beside it changes nothing.' }
}
