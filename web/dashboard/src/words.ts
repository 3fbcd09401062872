// Every sentence that the pages say, in one place. Another language is another file of the same shape.
import { broadcastWords } from './words/broadcast.ts'
import { identityWords } from './words/identity.ts'
import { reachWords } from './words/reach.ts'
import { settingsWords } from './words/settings.ts'
import { talkWords } from './words/talk.ts'
import { trustWords } from './words/trust.ts'
import { writingWords } from './words/writing.ts'

export const words = {
  product: 'Countersign',
  title: (page: string) => `${page} · Countersign`,
  skip: 'Skip to the content',

  common: {
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    saving: 'Saving…',
    saved: 'Saved',
    retry: 'Try again',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Could not copy. Select the text and copy it yourself.',
    loading: 'Loading…',
    loadMore: 'Show more',
    back: 'Back',
    never: 'never',
    none: 'None',
    unknown: 'Unknown',
    undo: 'Undo changes',
    optional: 'optional',
    reference: (id: string) => `Reference ${id}`,
  },

  errors: {
    title: 'That did not work',
    unreachable: 'The server did not answer. Check your connection; nothing you wrote is lost.',
    server: 'Something went wrong on the server. Try again; if it stays, send its operator the reference.',
    unexpected: 'Something unexpected happened. Try again.',
    crashed: 'This page stopped working. Reload it; what you had sent is safe.',
    reload: 'Reload the page',
    notFoundTitle: 'Nothing here',
    notFound: 'This address leads nowhere, or to something that is not yours to see.',
    toInbox: 'Go to the inbox',
    byCode: {
      conversation_closed: 'This conversation is closed. Reopen it to reply.',
      not_found: 'This no longer exists, or it is not yours to see.',
      field_is_proven: 'This value is proven by your server, so nobody here can replace it.',
      forbidden: 'Your role does not allow this. Ask an owner of the organization.',
      too_many_requests: 'Too many requests. Wait a moment and try again.',
      rate_limited: 'Too many requests. Wait a moment and try again.',
    },
  },

  nav: {
    label: 'Main',
    inbox: 'Inbox',
    contacts: 'Contacts',
    notifications: 'Notify',
    refusals: 'Refusals',
    widgets: 'Widgets',
    settings: 'Settings',
    shortcuts: 'Keyboard shortcuts',
    theme: 'Theme',
    themeNames: { system: 'As the system', light: 'Light', dark: 'Dark' },
    signOut: 'Sign out',
    account: 'Account of',
    environment: {
      live: { short: 'Live', long: 'Live environment: real customers.' },
      test: { short: 'Test', long: 'Test environment: nothing here reaches real customers.' },
    },
  },

  signIn: {
    title: 'Sign in',
    lead: 'Answer your customers, and see who they proved to be.',
    email: 'Email',
    password: 'Password',
    show: 'Show password',
    hide: 'Hide password',
    submit: 'Sign in',
    submitting: 'Signing in…',
    refused: 'Email or password is wrong.',
    refusedHelp: 'We do not say which of the two, so that nobody can find out who has an account here.',
    locked: 'Too many attempts from here',
    lockedHelp: 'To stop guessing, sign-in is paused for this email and network. You can try again in:',
    unlocked: 'You can try again now.',
    ended: 'Your session ended. Sign in to go on where you were.',
    emailMissing: 'Enter your email address.',
    emailBad: 'This does not look like an email address.',
    passwordMissing: 'Enter your password.',
  },

  stream: {
    connecting: 'Connecting…',
    reconnecting: 'Connection lost. Reconnecting; new messages will appear as soon as it is back.',
    offline: 'You are offline. What you send now is kept and marked until it is delivered.',
    live: 'Connected again.',
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    lead: 'Single keys work when you are not typing in a field.',
    enabled: 'Use single-key shortcuts',
    enabledHelp: 'Turn this off if you use speech input or a screen reader that needs these keys.',
    list: {
      next: 'Next conversation',
      previous: 'Previous conversation',
      reply: 'Write a reply',
      close: 'Close or reopen the conversation',
      assign: 'Assign the conversation',
      search: 'Search contacts',
      help: 'Show this list',
      send: 'Send the reply',
      newline: 'New line in the reply',
      leave: 'Leave the reply field',
    },
  },

  time: {
    now: 'just now',
    today: 'Today',
    yesterday: 'Yesterday',
  },

  trust: trustWords,
  ...talkWords,
  ...settingsWords,
  ...identityWords,
  ...reachWords,
  ...broadcastWords,
  ...writingWords,
}
