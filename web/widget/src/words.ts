//! Every word that a visitor reads, in each language.

const en = {
  write: 'Write a message…',
  message: 'Message',
  send: 'Send',
  close: 'Close',
  back: 'All conversations',
  start: 'New conversation',
  conversations: 'Conversations',
  closed: 'This conversation is closed.',
  offline: 'You are offline. What you write is sent when you are back.',
  sending: 'Sending…',
  seen: 'Seen',
  sent: 'Sent',
  failed: 'Not sent.',
  retry: 'Try again',
  older: 'Show older messages',
  fresh: 'New messages',
  typing: (name: string) => `${name} is typing…`,
  left: (count: number) => `${count} characters left`,
  refused: 'We could not confirm who you are, so nothing is shown here.',
  reference: 'If you ask for help, give this number:',
  insecure: 'This page is not secure (https), so the messages cannot be opened safely.',
  trouble: 'The messages cannot be reached just now.',
  you: 'You',
  team: 'Support',
  log: 'Messages',
  loading: 'Loading…',
  today: 'Today',
  yesterday: 'Yesterday',
}

export type Words = typeof en

const es: Words = {
  write: 'Escribe un mensaje…',
  message: 'Mensaje',
  send: 'Enviar',
  close: 'Cerrar',
  back: 'Todas las conversaciones',
  start: 'Nueva conversación',
  conversations: 'Conversaciones',
  closed: 'Esta conversación está cerrada.',
  offline: 'No tienes conexión. Lo que escribas se enviará cuando vuelvas.',
  sending: 'Enviando…',
  seen: 'Visto',
  sent: 'Enviado',
  failed: 'No se ha enviado.',
  retry: 'Reintentar',
  older: 'Ver mensajes anteriores',
  fresh: 'Mensajes nuevos',
  typing: (name) => `${name} está escribiendo…`,
  left: (count) => `Quedan ${count} caracteres`,
  refused: 'No hemos podido confirmar quién eres, así que aquí no se muestra nada.',
  reference: 'Si pides ayuda, da este número:',
  insecure: 'Esta página no es segura (https), así que los mensajes no se pueden abrir.',
  trouble: 'Ahora mismo no se puede acceder a los mensajes.',
  you: 'Tú',
  team: 'Soporte',
  log: 'Mensajes',
  loading: 'Cargando…',
  today: 'Hoy',
  yesterday: 'Ayer',
}

const ar: Words = {
  write: 'اكتب رسالة…',
  message: 'الرسالة',
  send: 'إرسال',
  close: 'إغلاق',
  back: 'كل المحادثات',
  start: 'محادثة جديدة',
  conversations: 'المحادثات',
  closed: 'هذه المحادثة مغلقة.',
  offline: 'أنت غير متصل. سيُرسل ما تكتبه عند عودتك.',
  sending: 'جارٍ الإرسال…',
  seen: 'تمت المشاهدة',
  sent: 'أُرسلت',
  failed: 'لم تُرسل.',
  retry: 'حاول مرة أخرى',
  older: 'عرض رسائل أقدم',
  fresh: 'رسائل جديدة',
  typing: (name) => `${name} يكتب الآن…`,
  left: (count) => `بقي ${count} حرفًا`,
  refused: 'لم نتمكن من تأكيد هويتك، لذلك لا يُعرض شيء هنا.',
  reference: 'عند طلب المساعدة، اذكر هذا الرقم:',
  insecure: 'هذه الصفحة غير آمنة (https)، لذلك لا يمكن فتح الرسائل.',
  trouble: 'لا يمكن الوصول إلى الرسائل الآن.',
  you: 'أنت',
  team: 'الدعم',
  log: 'الرسائل',
  loading: 'جارٍ التحميل…',
  today: 'اليوم',
  yesterday: 'أمس',
}

const languages: Record<string, Words> = { en, es, ar }

/** The words and the direction for a locale, or for what the browser prefers. */
export function wordsFor(locale: string | null): { words: Words; language: string; rtl: boolean } {
  const wanted = [locale, ...navigator.languages].filter((tag): tag is string => Boolean(tag))
  const language = wanted.map((tag) => tag.toLowerCase().split('-')[0]!).find((tag) => tag in languages) ?? 'en'
  return { words: languages[language]!, language, rtl: language === 'ar' }
}
