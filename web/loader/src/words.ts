//! The words of the button, in the languages of the widget.

interface Words {
  title: string
  open: string
  close: string
  unread: string
}

const WORDS: Record<string, Words> = {
  es: { title: 'Chat', open: 'Abrir el chat', close: 'Cerrar el chat', unread: 'Mensajes sin leer' },
  ar: { title: 'محادثة', open: 'فتح المحادثة', close: 'إغلاق المحادثة', unread: 'رسائل غير مقروءة' },
}
const ENGLISH: Words = { title: 'Chat', open: 'Open chat', close: 'Close chat', unread: 'Unread messages' }

export function words(locale: string): Words {
  return WORDS[locale.slice(0, 2).toLowerCase()] ?? ENGLISH
}
