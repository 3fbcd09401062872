//! The words of the button, in the languages of the widget.

/** The name of the button and the frame, and what announces a count. */
type Words = [chat: string, unread: string]

const WORDS: Record<string, Words> = {
  es: ['Chat', 'Sin leer'],
  ar: ['محادثة', 'غير مقروءة'],
}

export function words(language: string): Words {
  return WORDS[language.slice(0, 2)] ?? ['Chat', 'Unread']
}
