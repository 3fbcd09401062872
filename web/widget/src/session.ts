//! The visitor's session: opened by the page's proof, renewed before it ends, given up only when
//! the server says that it is over.
import type { Identity, Trust } from '@countersign/protocol/frame'
import { call, passes, proofFor, Refused } from './api.ts'
import { askIdentity, publicKey, tell, type Answer } from './host.ts'
import { marksOf, type Marks } from './identity.ts'
import { alone, forget, keep, recall } from './keep.ts'
import { describe, makeKey, type BrowserKey } from './key.ts'

/** What a page was told by `GET /widget/v1/config`, as far as a session needs it. */
export type Rules = { mode: string; anonymous: boolean; allow_bearer: boolean }

/** What the page around the frame has said of its visitor. */
export type Page = { identity: boolean; visitor: string | null; keepVisitor: boolean }

type Tokens = {
  access_token: string
  expires_in: number
  refresh_token: string
  visitor_token: string | null
  trust: Trust
  contact: { id: string; name: string | null; email: string | null }
}

/** Whom the page shows now, and for which key of the browser it proves that. */
type Shown = { value: Identity | null; marks: Marks | null; jkt: string | null }

/** An ancestor of the frame came over plain http, and the widget demands a browser key. */
export class Insecure extends Error {}
/** Nobody is signed in at the page, and the widget takes no strangers. */
export class NobodyThere extends Error {}
/** The page's `identity` callback failed. */
export class PageFailed extends Error {}
/** The page's `identity` callback has not answered in time. */
export class PageSilent extends PageFailed {}
/** The session is another person's now; what the caller had in hand is not theirs. */
export class Replaced extends Error {}

const SESSIONS = '/widget/v1/sessions'
/** Renewed so many milliseconds before it ends. */
const EARLY = 20_000
const TRIES = 3

export class Session {
  trust: Trust = 'anonymous'
  contact = ''
  /** What the visitor is called, as far as the server knows. */
  name: string | null = null
  private key: BrowserKey | null = null
  private access: string | null = null
  private refreshToken: string | null = null
  private visitorToken: string | null = null
  private marks: Marks | null = null
  private kept = false
  /** Another tab has another person by now: this one keeps to its own memory. */
  private apart = false
  private ended = false
  /** The page has spoken and no session was opened since. */
  private isFresh = true
  private endsAt = 0
  private opening: Promise<void> | null = null

  constructor(
    private readonly rules: Rules,
    private readonly page: Page,
  ) {}

  /** Opens the session, or goes on with the one that this browser has. */
  open(): Promise<void> {
    this.opening ??= this.begin().finally(() => (this.opening = null))
    return this.opening
  }

  /** One call with the session's proof; renews it first when it is about to end. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { contact } = this
    if (!this.access || Date.now() > this.endsAt - EARLY) await this.open()
    const ask = () => {
      if (contact && contact !== this.contact) throw new Replaced()
      return call<T>({ method, path, body: () => body, key: this.key, accessToken: this.access })
    }
    const used = this.access
    try {
      return await ask()
    } catch (error) {
      if (!isOver(error)) throw error
      if (this.access === used) this.access = null
      if (!this.access) await this.open()
      return ask()
    }
  }

  /** The page has something new to say of its visitor: it is asked again. */
  async identify(): Promise<void> {
    if (this.opening) await this.opening.catch(() => {})
    this.page.identity = true
    this.apart = false
    this.access = null
    this.isFresh = true
    await this.open()
  }

  private async begin(): Promise<void> {
    // In the middle of a visit nobody is asked, as long as the server goes on with it.
    if (this.access && (await alone(publicKey, () => this.goesOn()))) return
    this.access = null
    for (let tries = 0; tries < TRIES; tries++) {
      const jkt = await alone(publicKey, () => this.prepare())
      const shown = await this.ask(jkt)
      if (await alone(publicKey, () => this.enter(shown))) return
    }
    throw new PageFailed()
  }

  private async goesOn(): Promise<boolean> {
    const before = this.marks?.subject
    await this.remember()
    return this.marks?.subject === before && this.renewed()
  }

  /** Sees to a key, which all tabs of this browser share; its thumbprint. */
  private async prepare(): Promise<string | null> {
    await this.remember()
    if (!this.key) {
      this.key = await makeKey()
      if (!this.key && !this.rules.allow_bearer) throw new Insecure()
      await this.store()
    }
    return this.key?.jkt ?? null
  }

  /** Outside of the lock: a page may take its time. */
  private async ask(jkt: string | null): Promise<Shown> {
    const { value, failed, silent }: Answer = this.page.identity ? await askIdentity(jkt) : { value: null, failed: false }
    if (failed) throw silent ? new PageSilent() : new PageFailed()
    if (!value && this.rules.mode === 'enforce' && !this.rules.anonymous) {
      await this.destroy()
      throw new NobodyThere()
    }
    return { value, marks: await marksOf(value), jkt }
  }

  /** Goes on, joins or starts; `false`: the key is another one by now, and the page must be asked for it. */
  private async enter(shown: Shown): Promise<boolean> {
    await this.remember()
    if (this.marks && this.marks.subject !== shown.marks?.subject) await this.part()
    if (shown.jkt !== (this.key?.jkt ?? null)) return false
    const isSame = this.marks?.facts === shown.marks?.facts
    if (isSame && (await this.renewed())) return true
    await this.start(shown, !this.marks && shown.marks !== null)
    return true
  }

  /**
   * The person that is kept is not the one that is shown. A page that was just loaded knows best;
   * one that has been there for long must not end what another tab has begun since.
   */
  private async part(): Promise<void> {
    if (this.isFresh) return this.destroy()
    this.drop()
    this.apart = true
  }

  /** Takes over what another tab or an earlier page has left. */
  private async remember(): Promise<void> {
    if (this.apart) return
    const left = await recall(publicKey)
    if (!left && this.kept) this.drop() // another tab has signed out
    if (!left) return
    this.key = this.key && (await sameKey(this.key, left.pair)) ? this.key : await describe(left.pair)
    this.refreshToken = left.refreshToken
    this.visitorToken = left.visitorToken
    this.marks = left.marks
    this.kept = true
  }

  /** Only a definite no gives the session up; a network that fails does not. */
  private async renewed(): Promise<boolean> {
    if (!this.refreshToken) return false
    for (let again = false; ; again = true) {
      try {
        await this.renew()
        return true
      } catch (error) {
        if (isOver(error)) {
          this.refreshToken = null
          return false
        }
        if (again || !passes(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    }
  }

  private async renew(): Promise<void> {
    await this.take(await this.successor(), this.marks)
  }

  private successor(): Promise<Tokens> {
    const body = () => ({ refresh_token: this.refreshToken })
    return call<Tokens>({ method: 'POST', path: `${SESSIONS}/refresh`, body, key: this.key })
  }

  private async start(shown: Shown, joins: boolean): Promise<void> {
    const former = joins ? await this.formerly() : null
    const visitor = this.visitorToken ?? this.page.visitor
    const body = async () => ({
      widget: publicKey,
      ...(shown.value && { identity: shown.value }),
      ...(visitor && { visitor_token: visitor }),
      ...(this.key && { key: this.key.jwk }),
      ...(former && { join: await this.proofOf(former) }),
    })
    try {
      await this.take(await call<Tokens>({ method: 'POST', path: SESSIONS, body, key: this.key }), shown.marks)
    } catch (error) {
      if (!former || !(error instanceof Refused) || error.problem.code !== 'join_refused') throw error
      this.refreshToken = null
      await this.start(shown, false)
    }
  }

  /** An access token of the anonymous session that was before somebody signed in. */
  private async formerly(): Promise<string | null> {
    if (!this.refreshToken) return null
    try {
      const tokens = await this.successor()
      this.refreshToken = tokens.refresh_token
      await this.store()
      return tokens.access_token
    } catch (error) {
      if (passes(error)) throw error
      return null
    }
  }

  /** The anonymous session says itself that its conversations may follow. */
  private async proofOf(access: string): Promise<{ access_token: string; dpop?: string }> {
    if (!this.key) return { access_token: access }
    return { access_token: access, dpop: await proofFor(this.key, 'POST', SESSIONS, access) }
  }

  private async take(tokens: Tokens, marks: Marks | null): Promise<void> {
    if (this.ended) {
      await end(this.key, tokens.access_token, null)
      throw new Replaced()
    }
    this.access = tokens.access_token
    this.refreshToken = tokens.refresh_token
    // Who was proven is not found again by what an unproven visitor had.
    const isProven = tokens.trust === 'hmac' || tokens.trust === 'jwt'
    this.visitorToken = isProven ? null : (tokens.visitor_token ?? this.visitorToken)
    this.marks = marks
    this.endsAt = Date.now() + tokens.expires_in * 1000
    this.trust = tokens.trust
    this.contact = tokens.contact.id
    this.isFresh = false
    this.name = tokens.contact.name ?? tokens.contact.email
    await this.store()
    if (this.page.keepVisitor) {
      this.page.visitor = this.kept ? null : this.visitorToken
      tell({ kind: 'visitor', token: this.page.visitor })
    }
    tell({ kind: 'session', trust: this.trust, contact: this.contact })
  }

  private async store(): Promise<void> {
    if (!this.key || this.apart || this.ended) return
    const { key, refreshToken, visitorToken, marks } = this
    this.kept = await keep(publicKey, { pair: key.pair, refreshToken, visitorToken, marks })
  }

  /** Ends what this browser has of the person, here and then at the server. */
  private async destroy(): Promise<void> {
    const { key, access, refreshToken } = this
    await forget(publicKey)
    this.drop()
    this.page.visitor = null
    if (this.page.keepVisitor) tell({ kind: 'visitor', token: null })
    await end(key, access, refreshToken)
  }

  private drop(): void {
    this.access = this.refreshToken = this.visitorToken = this.marks = this.key = null
    this.kept = false
  }

  /** Ends the session everywhere and destroys the key, whatever else is under way. */
  async shutdown(): Promise<void> {
    this.ended = true
    await this.remember()
    await this.destroy()
  }
}

const isOver = (error: unknown) => error instanceof Refused && error.problem.status === 401

const sameKey = async (key: BrowserKey, pair: CryptoKeyPair) => key.jkt === (await describe(pair)).jkt

/** The key is destroyed in any case, and nothing that it signed can be renewed without it. */
async function end(key: BrowserKey | null, access: string | null, refreshToken: string | null): Promise<void> {
  try {
    let accessToken = access
    if (!accessToken && refreshToken) {
      const body = () => ({ refresh_token: refreshToken })
      accessToken = (await call<Tokens>({ method: 'POST', path: `${SESSIONS}/refresh`, body, key })).access_token
    }
    if (accessToken) await call({ method: 'DELETE', path: `${SESSIONS}/current`, key, accessToken })
  } catch {
    // A session that nobody renews ends by itself.
  }
}
