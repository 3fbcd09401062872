// What a member began to write, kept a conversation, in this browser only, until it is sent or they sign out.

const PREFIX = 'countersign.draft.'

export function draftOf(conversation: string, store: Storage = localStorage): string {
  return store.getItem(PREFIX + conversation) ?? ''
}

export function keepDraft(conversation: string, text: string, store: Storage = localStorage): void {
  if (text.trim() === '') return store.removeItem(PREFIX + conversation)
  try {
    store.setItem(PREFIX + conversation, text)
  } catch {
    // The storage is full: the draft still stands in the composer.
  }
}

export function forgetDrafts(store: Storage = localStorage): void {
  const names = Array.from({ length: store.length }, (_, index) => store.key(index))
  for (const name of names) if (name?.startsWith(PREFIX)) store.removeItem(name)
}
