//! What outlives the page: the key and a refresh token that is useless without it.
//!
//! Where the browser blocks the frame's storage, everything stays in memory.

export type Kept = {
  pair: CryptoKeyPair
  refreshToken: string | null
  visitorToken: string | null
  /** What the page's identity was when the session was opened, as a hash. */
  subject: string | null
}

const NAME = 'countersign'

function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, 1)
      request.onupgradeneeded = () => request.result.createObjectStore('kept')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => resolve(null)
      request.onblocked = () => resolve(null)
    } catch {
      resolve(null)
    }
  })
}

async function use<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  const database = await open()
  if (!database) return null
  return new Promise((resolve) => {
    try {
      const request = act(database.transaction('kept', mode).objectStore('kept'))
      request.transaction!.oncomplete = () => resolve(request.result ?? null)
      request.transaction!.onabort = request.onerror = () => resolve(null)
    } catch {
      resolve(null)
    } finally {
      database.close()
    }
  })
}

export const recall = (widget: string) => use<Kept>('readonly', (store) => store.get(widget))
export const keep = (widget: string, kept: Kept) => use('readwrite', (store) => store.put(kept, widget))
export const forget = (widget: string) => use('readwrite', (store) => store.delete(widget))

/** Runs one at a time across the tabs of this browser; where storage is blocked, so are locks. */
export async function alone<T>(widget: string, act: () => Promise<T>): Promise<T> {
  let began = false
  const once = () => {
    began = true
    return act()
  }
  try {
    return (await navigator.locks.request(`countersign:${widget}`, once)) as T
  } catch (error) {
    if (began) throw error
    return act()
  }
}
