//! What outlives the page: the key, a refresh token that is useless without it, and the token by
//! which an anonymous visitor is found again. A session without a key is never kept.
//!
//! Where the browser blocks the frame's storage, everything stays in memory.
import type { Marks } from './identity.ts'

export type Kept = {
  pair: CryptoKeyPair
  refreshToken: string | null
  visitorToken: string | null
  /** Whom the session is for; `null`: an anonymous visitor. */
  marks: Marks | null
}

const NAME = 'countersign'

export const recall = (widget: string): Promise<Kept | null> =>
  use('readonly', (store) => store.get(widget)).then((kept) => (isKept(kept) ? kept : null), () => null)

/** Answers whether it was kept. */
export const keep = (widget: string, kept: Kept): Promise<boolean> =>
  use('readwrite', (store) => store.put(kept, widget)).then(() => true, () => false)

export const forget = (widget: string): Promise<boolean> =>
  use('readwrite', (store) => store.delete(widget)).then(() => true, () => false)

/** Runs one at a time across the tabs of this browser; where storage is blocked, so are locks. */
export async function alone<T>(widget: string, act: () => Promise<T>): Promise<T> {
  let began = false
  const once = () => {
    began = true
    return act()
  }
  try {
    return await navigator.locks.request(`countersign:${widget}`, once)
  } catch (error) {
    if (began) throw error
    return act()
  }
}

async function use(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const database = await open()
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction('kept', mode)
      const request = act(transaction.objectStore('kept'))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('kept')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('blocked'))
  })
}

/** What another version of this page wrote is not taken for ours. */
function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'pair' in value && 'refreshToken' in value && 'marks' in value
}
