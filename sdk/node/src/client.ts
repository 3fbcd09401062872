// Sends notifications from your back end, by the secret key.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readServer } from './server.ts'
import { InvalidInput } from './values.ts'

export type Channel = 'inapp' | 'email' | 'web_push' | 'sms' | 'call' | 'mobile_push' | 'slack'

/** To whom: a contact that exists, or a person by your own id, of whom a contact is made if there is none. */
export type Recipient = { contact: string } | { id: string; email?: string; phone?: string }

/** What is to be sent. */
export interface Notification {
  /** The name of a notification type. */
  type: string
  to: Recipient
  /** One of the type's sub-notifications. */
  sub?: string
  /** Values for the merge tags, at most 150,000 bytes of JSON. */
  parameters?: Record<string, unknown>
  /** Texts of this one call, in place of the type's templates. */
  texts?: Record<string, unknown>
  /** The only channels to use, of those that the type has. */
  channels?: Channel[]
  /** When to send it, at most a year ahead; now without it. */
  at?: Date
}

/** What became of a notification on one channel. */
export interface Delivery {
  channel: Channel
  /** `delivered`, `queued`, `held` for a digest, `skipped` or `failed`. */
  state: string
  reason: string | null
  /** How the address is known that it goes to: `proven` or `set`; `null` where there is none. */
  provenance: string | null
  at: Date
}

/** A notification as the server has it. */
export interface Sent {
  id: string
  contact: string
  type: string
  sub: string | null
  state: 'scheduled' | 'sent' | 'ignored' | 'cancelled'
  dueAt: Date
  createdAt: Date
  deliveries: Delivery[]
  /** What whoever sends should know; only in the answer to the sending itself. */
  notes: string[]
}

/** The server said no. `code` is stable, the message is for people. */
export class Rejected extends Error {
  override name = 'Rejected'

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** Names the call in the server's log. */
    readonly requestId: string | null,
    /** Milliseconds after which the server would like to be asked again. */
    readonly retryAfter?: number | undefined,
  ) {
    super(`${code}: ${detail}`)
  }
}

/** The server gave no answer that counts; `cause` says why. */
export class Unreachable extends Error {
  override name = 'Unreachable'
  readonly retryAfter = undefined
}

const TRIES = 4
const TIMEOUT = 15_000 // milliseconds of one try
const LONGEST_PAUSE = 10_000

/** Calls a server with the secret key. Make one and keep it. */
export class Client {
  readonly #server: string
  readonly #authorization: string

  /** `server` is the server's public URL, `secretKey` is `cs_sk_live_…` or `cs_sk_test_…`. */
  constructor(server: string, secretKey: string) {
    this.#server = readServer(server)
    if (typeof secretKey !== 'string' || !/^cs_sk_(live|test)_[\w-]+$/.test(secretKey)) {
      throw new InvalidInput('the secret key must be the whole text cs_sk_… as it was shown, without quotes, spaces or a newline')
    }
    this.#authorization = `Bearer ${secretKey}`
  }

  /**
   * Sends a notification, or keeps it for its moment.
   *
   * A call without an answer is repeated, 4 times in all; by its idempotency key the server does the
   * work once. Give a key of your own, such as the id of what you tell of, if your process may die
   * in between: within a day, the same key sends nothing twice.
   */
  async send(notification: Notification, options: { idempotencyKey?: string } = {}): Promise<Sent> {
    const key = options.idempotencyKey ?? randomUUID()
    if (!/^[!-~]{1,255}$/.test(key)) throw new InvalidInput('the idempotency key must be 1 to 255 visible ASCII characters')
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    return read(await this.#call('/api/v1/notifications', { method: 'POST', headers, body: JSON.stringify(notification) }))
  }

  /** What became of a notification. */
  async notification(id: string): Promise<Sent> {
    return read(await this.#call(`/api/v1/notifications/${encodeURIComponent(id)}`, {}))
  }

  async #call(path: string, request: Call): Promise<Wire> {
    for (let tried = 1; ; tried += 1) {
      const answer = await this.#once(path, request)
      if (!(answer instanceof Error)) return answer
      if (tried === TRIES || !passes(answer)) throw answer
      await sleep(answer.retryAfter ?? 100 * 2 ** tried * (1 + Math.random()))
    }
  }

  /** What the server answers, or why not. */
  async #once(path: string, { headers, ...request }: Call): Promise<Wire | Rejected | Unreachable> {
    try {
      const authorization = this.#authorization
      const signal = AbortSignal.timeout(TIMEOUT)
      const answer = await fetch(this.#server + path, { ...request, headers: { ...headers, authorization }, redirect: 'manual', signal })
      return answer.ok ? ((await answer.json()) as Wire) : await rejected(answer)
    } catch (cause) {
      return new Unreachable(`${this.#server} gave no answer`, { cause })
    }
  }
}

interface Call {
  method?: 'POST'
  headers?: Record<string, string>
  body?: string
}

/** A notification as it crosses the wire. */
interface Wire extends Omit<Sent, 'dueAt' | 'createdAt' | 'deliveries' | 'notes'> {
  due_at: string
  created_at: string
  deliveries: (Omit<Delivery, 'at'> & { at: string })[]
  notes?: string[]
}

function read({ due_at, created_at, deliveries, notes = [], ...same }: Wire): Sent {
  const dated = deliveries.map((delivery) => ({ ...delivery, at: new Date(delivery.at) }))
  return { ...same, dueAt: new Date(due_at), createdAt: new Date(created_at), deliveries: dated, notes }
}

async function rejected(answer: Response): Promise<Rejected> {
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string; request_id?: string }
  const seconds = /^\d+$/.exec(answer.headers.get('retry-after') ?? '')?.[0]
  return new Rejected(
    answer.status,
    problem.code ?? 'unknown',
    problem.detail ?? `the server answered ${answer.status}`,
    problem.request_id ?? null,
    seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, LONGEST_PAUSE),
  )
}

/** Whether the same call may get another answer. */
function passes(fault: Rejected | Unreachable): boolean {
  return fault instanceof Unreachable || fault.status === 429 || fault.status >= 500 || fault.code === 'idempotency_in_progress'
}
