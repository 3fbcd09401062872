//! Every word that a visitor reads, in each language.

/** The forms of a count that a language tells apart, such as `one` and `other`. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

/** Chooses the form by the language's own rules, and writes the number in its digits. */
const counted = (language: string, forms: Forms) => {
  const rules = new Intl.PluralRules(language)
  const digits = new Intl.NumberFormat(language)
  return (count: number) => (forms[rules.select(count)] ?? forms.other).replace('#', digits.format(count))
}

/** A name keeps its own direction, and gives the sentence around it none. */
const isolated = (name: string) => `\u2068${name}\u2069`

const en = {
  write: 'Write a message…',
  message: 'Message',
  send: 'Send',
  close: 'Close',
  back: 'All conversations',
  start: 'New conversation',
  conversations: 'Conversations',
  closed: 'This conversation is closed.',
  ended: 'Closed',
  offline: 'No connection. What you write is sent as soon as it is back.',
  sending: 'Sending…',
  delayed: 'Not sent yet.',
  seen: 'Seen',
  sent: 'Sent',
  failed: 'Not sent.',
  retry: 'Try again',
  older: 'Show older messages',
  fresh: 'New messages',
  typing: (name: string) => `${isolated(name)} is typing…`,
  left: counted('en', { one: '# character left', other: '# characters left' }),
  over: counted('en', { one: '# character too many', other: '# characters too many' }),
  unread: counted('en', { one: '# unread message', other: '# unread messages' }),
  hello: 'How can we help?',
  as: (name: string) => `You are writing as ${isolated(name)}`,
  refusedTitle: 'We could not confirm who you are',
  refused: 'To keep conversations safe, nothing is shown here. Reload the page, or sign in again.',
  nobodyTitle: 'Sign in to write to us',
  nobody: 'Conversations here are only for people who are signed in.',
  insecureTitle: 'This page is not secure',
  insecure: 'It, or a page around it, was loaded without https. Conversations are opened only over https.',
  troubleTitle: 'We cannot be reached just now',
  trouble: 'We keep trying. You can also try again yourself.',
  reference: 'Reference number',
  copy: 'Copy',
  copied: 'Copied',
  you: 'You',
  team: 'Support',
  log: 'Messages',
  loading: 'Loading…',
  today: 'Today',
  yesterday: 'Yesterday',
  notifications: 'Notifications',
  seeAll: 'Mark all as read',
  archive: 'Archive',
  isNew: 'new',
  olderItems: 'Show older ones',
  nothingTitle: 'Nothing new',
  nothing: 'What concerns you appears here.',
  preferences: 'Notification settings',
  backToFeed: 'Back to the notifications',
  backToMessages: 'Back to the messages',
  unreadItems: counted('en', { other: '# unread' }),
  noChoices: 'As soon as you have been told of something, you can choose here how.',
  always: 'always on',
  channels: { inapp: 'Here', email: 'Email', web_push: 'Browser', sms: 'Text message', call: 'Call', mobile_push: 'Phone', slack: 'Slack' },
  deliveries: { instant: 'At once', off: 'Off', hourly: 'Hourly', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly' },
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
  ended: 'Cerrada',
  offline: 'Sin conexión. Lo que escribas se enviará en cuanto vuelva.',
  sending: 'Enviando…',
  delayed: 'Aún no se ha enviado.',
  seen: 'Visto',
  sent: 'Enviado',
  failed: 'No se ha enviado.',
  retry: 'Reintentar',
  older: 'Ver mensajes anteriores',
  fresh: 'Mensajes nuevos',
  typing: (name) => `${isolated(name)} está escribiendo…`,
  left: counted('es', { one: 'Queda # carácter', other: 'Quedan # caracteres' }),
  over: counted('es', { one: 'Sobra # carácter', other: 'Sobran # caracteres' }),
  unread: counted('es', { one: '# mensaje sin leer', other: '# mensajes sin leer' }),
  hello: '¿En qué podemos ayudarte?',
  as: (name) => `Escribes como ${isolated(name)}`,
  refusedTitle: 'No hemos podido confirmar quién eres',
  refused: 'Para proteger las conversaciones, aquí no se muestra nada. Recarga la página o vuelve a iniciar sesión.',
  nobodyTitle: 'Inicia sesión para escribirnos',
  nobody: 'Las conversaciones son solo para quienes han iniciado sesión.',
  insecureTitle: 'Esta página no es segura',
  insecure: 'Esta página, u otra que la contiene, se cargó sin https. Las conversaciones solo se abren con https.',
  troubleTitle: 'Ahora mismo no hay conexión con nosotros',
  trouble: 'Lo seguimos intentando. También puedes reintentarlo tú.',
  reference: 'Número de referencia',
  copy: 'Copiar',
  copied: 'Copiado',
  you: 'Tú',
  team: 'Soporte',
  log: 'Mensajes',
  loading: 'Cargando…',
  today: 'Hoy',
  yesterday: 'Ayer',
  notifications: 'Notificaciones',
  seeAll: 'Marcar todo como leído',
  archive: 'Archivar',
  isNew: 'nueva',
  olderItems: 'Ver anteriores',
  nothingTitle: 'Nada nuevo',
  nothing: 'Aquí aparecerá lo que te concierne.',
  preferences: 'Ajustes de notificaciones',
  backToFeed: 'Volver a las notificaciones',
  backToMessages: 'Volver a los mensajes',
  unreadItems: counted('es', { other: '# sin leer' }),
  noChoices: 'En cuanto recibas un aviso, podrás elegir aquí cómo.',
  always: 'siempre activo',
  channels: { inapp: 'Aquí', email: 'Correo', web_push: 'Navegador', sms: 'SMS', call: 'Llamada', mobile_push: 'Teléfono', slack: 'Slack' },
  deliveries: { instant: 'Al momento', off: 'No', hourly: 'Cada hora', daily: 'Cada día', weekly: 'Cada semana', monthly: 'Cada mes' },
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
  ended: 'مغلقة',
  offline: 'لا يوجد اتصال. سيُرسل ما تكتبه فور عودته.',
  sending: 'جارٍ الإرسال…',
  delayed: 'لم تُرسل بعد.',
  seen: 'تمت المشاهدة',
  sent: 'أُرسلت',
  failed: 'لم تُرسل.',
  retry: 'حاول مرة أخرى',
  older: 'عرض رسائل أقدم',
  fresh: 'رسائل جديدة',
  typing: (name) => `${isolated(name)} يكتب الآن…`,
  left: counted('ar', { zero: 'لم يبق أي حرف', one: 'بقي حرف واحد', two: 'بقي حرفان', few: 'بقيت # أحرف', many: 'بقي # حرفًا', other: 'بقي # حرف' }),
  over: counted('ar', { one: 'حرف واحد زائد', two: 'حرفان زائدان', few: '# أحرف زائدة', many: '# حرفًا زائدًا', other: '# حرف زائد' }),
  unread: counted('ar', { zero: 'لا رسائل غير مقروءة', one: 'رسالة واحدة غير مقروءة', two: 'رسالتان غير مقروءتين', few: '# رسائل غير مقروءة', many: '# رسالة غير مقروءة', other: '# رسالة غير مقروءة' }),
  hello: 'كيف يمكننا مساعدتك؟',
  as: (name) => `تكتب باسم ${isolated(name)}`,
  refusedTitle: 'لم نتمكن من تأكيد هويتك',
  refused: 'لحماية المحادثات، لا يُعرض شيء هنا. أعد تحميل الصفحة أو سجّل الدخول مرة أخرى.',
  nobodyTitle: 'سجّل الدخول لتكتب إلينا',
  nobody: 'المحادثات هنا لمن سجّلوا الدخول فقط.',
  insecureTitle: 'هذه الصفحة غير آمنة',
  insecure: 'حُمّلت هذه الصفحة، أو صفحة تحتويها، دون https. لا تُفتح المحادثات إلا عبر https.',
  troubleTitle: 'لا يمكن الوصول إلينا الآن',
  trouble: 'نواصل المحاولة، ويمكنك أن تحاول بنفسك أيضًا.',
  reference: 'الرقم المرجعي',
  copy: 'نسخ',
  copied: 'نُسخ',
  you: 'أنت',
  team: 'الدعم',
  log: 'الرسائل',
  loading: 'جارٍ التحميل…',
  today: 'اليوم',
  yesterday: 'أمس',
  notifications: 'الإشعارات',
  seeAll: 'تعليم الكل كمقروء',
  archive: 'أرشفة',
  isNew: 'جديد',
  olderItems: 'عرض الأقدم',
  nothingTitle: 'لا جديد',
  nothing: 'يظهر هنا ما يخصك.',
  preferences: 'إعدادات الإشعارات',
  backToFeed: 'العودة إلى الإشعارات',
  backToMessages: 'العودة إلى الرسائل',
  unreadItems: counted('ar', { other: '# غير مقروءة' }),
  noChoices: 'حالما يصلك إشعار يمكنك أن تختار هنا كيف يصلك.',
  always: 'مفعّل دائمًا',
  channels: { inapp: 'هنا', email: 'البريد', web_push: 'المتصفح', sms: 'رسالة نصية', call: 'مكالمة', mobile_push: 'الهاتف', slack: 'Slack' },
  deliveries: { instant: 'فورًا', off: 'لا', hourly: 'كل ساعة', daily: 'كل يوم', weekly: 'كل أسبوع', monthly: 'كل شهر' },
}

const catalogue: Record<string, Words> = { en, es, ar }

/** The words of a language, and how it writes dates. */
export type Tongue = { words: Words; language: string; region: string; isRtl: boolean }

/** For a locale, or for what the browser prefers. */
export function tongueFor(locale: string | null, preferred: readonly string[] = navigator.languages): Tongue {
  for (const tag of [locale, ...preferred]) {
    const region = canonical(tag)
    const language = region?.split('-')[0] ?? ''
    const words = catalogue[language]
    if (region && words) return { words, language, region, isRtl: language === 'ar' }
  }
  return { words: en, language: 'en', region: 'en', isRtl: false }
}

/** What a page gives may be no language at all. */
function canonical(tag: string | null): string | null {
  try {
    return (tag && Intl.getCanonicalLocales(tag.replace('_', '-'))[0]) || null
  } catch {
    return null
  }
}
