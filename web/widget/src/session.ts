//! The visitor's session: opened by the page's proof, renewed before it ends, given up only when
//! the server says that it is over.
import type { Identity, Trust } from '@countersign/protocol/frame'
import { call, Refused, Unreachable } from './api.ts'
import { askIdentity, publicKey, tell } from './host.ts'
import { alone, forget, keep, recall } from './keep.ts'
import { base64url, describe, makeKey, type BrowserKey } from './key.ts'

export type Config = {
  profile: { name: string; fields: string[] }
  mode: string
  anonymous: boolean
  allow_bearer: boolean
  appearance: { accent: string; title: string; greeting: string }
}

type Tokens = {
  access_token: string
  token_type: string
  expires_in: number
  refresh_token: string
  visitor_token: string | null
  trust: Trust
  session: { id: string; expires_at: string }
  contact: { id: string; name: string | null; email: string | null }
}

/** The frame stands in a page that is not secure, and the widget demands a browser key. */
export class Insecure extends Error {}

export class Session {
  trust: Trust = 'anonymous'
  contact = ''
  private key: BrowserKey | null = null
  private access: string | null = null
  private refreshToken: string | null = null
  private visitorToken: string | null = null
  private subject: string | null = null
  private endsAt = 0
  private opening: Promise<void> | null = null

  constructor(
    private readonly config: Config,
    private readonly page: { identity: boolean; visitor: string | null; keepVisitor: boolean },
  ) {}

  /** Opens the session, or goes on with the one that this browser has. */
  open(): Promise<void> {
    this.opening ??= alone(publicKey, () => this.begin()).finally(() => (this.opening = null))
    return this.opening
  }

  /** One call with the session's proof; renews it first when it is about to end. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    if (!this.access || Date.now() > this.endsAt - 20_000) await this.open()
    try {
      return await call<T>(method, path, body, this.key, this.access)
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 401) throw error
      this.access = null
      await this.open()
      return call<T>(method, path, body, this.key, this.access)
    }
  }

  /** The page has another identity: a proven subject that changes takes nothing along. */
  async identify(): Promise<void> {
    this.access = this.refreshToken = null
    await this.open()
  }

  /** Ends the session everywhere and destroys the key. */
  async shutdown(): Promise<void> {
    try {
      if (!this.access && this.refreshToken) await this.renew()
      if (this.access) await call('DELETE', '/widget/v1/sessions/current', undefined, this.key, this.access)
    } catch {
      // The server ends it by itself when it is not used any more.
    }
    this.access = this.refreshToken = this.visitorToken = this.subject = this.key = null
    await forget(publicKey)
    if (this.page.keepVisitor) tell({ kind: 'visitor', token: null })
  }

  private async begin(): Promise<void> {
    await this.remember()
    if (this.refreshToken && (await this.renewed())) return
    const identity = this.page.identity ? await this.ask() : null
    await this.start(identity)
  }

  /** What another tab or an earlier page has left. */
  private async remember(): Promise<void> {
    const kept = await recall(publicKey)
    if (kept) {
      this.key = await describe(kept.pair)
      this.refreshToken = kept.refreshToken
      this.visitorToken = kept.visitorToken
      this.subject = kept.subject
    }
    this.key ??= await makeKey()
    if (!this.key && !this.config.allow_bearer) throw new Insecure()
    this.visitorToken ??= this.page.visitor
    // A kept session belongs to whoever the page showed then.
    if (this.refreshToken && Boolean(this.subject) !== this.page.identity) this.refreshToken = null
  }

  /** Only a definite no gives the session up; a network that fails does not. */
  private async renewed(): Promise<boolean> {
    if (this.page.identity && !this.access) {
      // A new page: ask who is signed in before going on as the one who was.
      const identity = await this.ask()
      if ((await subjectOf(identity)) !== this.subject) {
        // The key goes with the person, so the proof must be for a new one.
        await this.shutdown()
        this.key = await makeKey()
        await this.start(await this.ask())
        return true
      }
    }
    for (let attempt = 0; ; attempt++) {
      try {
        await this.renew()
        return true
      } catch (error) {
        if (error instanceof Refused && error.problem.status === 401) return false
        if (attempt > 0) throw error
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    }
  }

  private async renew(): Promise<void> {
    const body = { refresh_token: this.refreshToken }
    await this.take(await call<Tokens>('POST', '/widget/v1/sessions/refresh', body, this.key, null), this.subject)
  }

  private async ask(): Promise<{ value: Identity | null; failed: boolean }> {
    const answer = await askIdentity(this.key?.jkt ?? null)
    if (answer.failed) throw new Unreachable()
    return answer
  }

  private async start(identity: { value: Identity | null } | null): Promise<void> {
    const body = {
      widget: publicKey,
      ...(identity?.value && { identity: identity.value }),
      ...(!identity?.value && this.visitorToken && { visitor_token: this.visitorToken }),
      ...(this.key && { key: this.key.jwk }),
    }
    const tokens = await call<Tokens>('POST', '/widget/v1/sessions', body, this.key, null)
    await this.take(tokens, await subjectOf(identity))
  }

  private async take(tokens: Tokens, subject: string | null): Promise<void> {
    this.access = tokens.access_token
    this.refreshToken = tokens.refresh_token
    this.visitorToken = tokens.visitor_token ?? this.visitorToken
    this.subject = subject
    this.endsAt = Date.now() + tokens.expires_in * 1000
    this.trust = tokens.trust
    this.contact = tokens.contact.id
    if (this.key) {
      const { refreshToken, visitorToken } = this
      await keep(publicKey, { pair: this.key.pair, refreshToken, visitorToken, subject })
    }
    if (this.page.keepVisitor) tell({ kind: 'visitor', token: this.visitorToken })
    tell({ kind: 'session', trust: this.trust, contact: this.contact })
  }
}

/** Which person an identity is about, without its times and signature. */
async function subjectOf(identity: { value: Identity | null } | null): Promise<string | null> {
  const value = identity?.value
  if (!value) return null
  const token = [value.token, value.jwt, value.userJWT].find((text) => typeof text === 'string')
  let about: unknown = value
  if (typeof token === 'string') {
    try {
      const text = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')
      const claims = JSON.parse(atob(text)) as Record<string, unknown>
      about = [claims.sub, claims.userId, claims.contact_external_id, claims.email]
    } catch {
      about = token
    }
  }
  const bytes = new TextEncoder().encode(JSON.stringify(about))
  return globalThis.crypto?.subtle ? base64url(await crypto.subtle.digest('SHA-256', bytes)) : JSON.stringify(about)
}
