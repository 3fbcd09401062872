// Every page and its address. Each page's code is loaded when it is first opened.
import { type QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { queries } from './api/queries.ts'
import { Problem } from './api/problem.ts'
import { Notices } from './ui/toast.tsx'
import { Crashed, NotFound } from './pages/lost.tsx'
import { SignInPage } from './pages/sign-in.tsx'
import { Skeleton } from './ui/states.tsx'

type Context = { cache: QueryClient }
type Bag = Record<string, unknown>
type State = 'open' | 'closed'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const root = createRootRouteWithContext<Context>()({
  component: () => (
    <>
      <Outlet />
      <Notices />
    </>
  ),
  notFoundComponent: NotFound,
  errorComponent: Crashed,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Bag): { next?: string; ended?: boolean } => ({
    ...(localPath(search.next) ? { next: localPath(search.next) as string } : {}),
    ...(search.ended === true ? { ended: true } : {}),
  }),
  component: SignInPage,
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    try {
      return { me: await context.cache.ensureQueryData(queries.me()) }
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) throw error
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
    }
  },
  component: lazyRouteComponent(() => import('./pages/shell.tsx'), 'Shell'),
})

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox', replace: true })
  },
})

export type InboxSearch = { state?: State; assignee?: string; contact?: string }

const inbox = createRoute({
  getParentRoute: () => shell,
  path: '/inbox',
  validateSearch: (search: Bag): InboxSearch => {
    const assignee = text(search.assignee)
    const contact = text(search.contact)
    return {
      ...(search.state === 'closed' ? { state: 'closed' as const } : {}),
      ...(assignee ? { assignee } : {}),
      ...(contact ? { contact } : {}),
    }
  },
  component: lazyRouteComponent(() => import('./pages/inbox/inbox.tsx'), 'InboxPage'),
})
const inboxNone = createRoute({
  getParentRoute: () => inbox,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/inbox/thread.tsx'), 'NoThread'),
})
const inboxThread = createRoute({
  getParentRoute: () => inbox,
  path: '$conversation',
  component: lazyRouteComponent(() => import('./pages/inbox/thread.tsx'), 'ThreadPage'),
})

const contacts = createRoute({
  getParentRoute: () => shell,
  path: '/contacts',
  validateSearch: (search: Bag): { query?: string } => (text(search.query) ? { query: text(search.query) as string } : {}),
  component: lazyRouteComponent(() => import('./pages/contacts/list.tsx'), 'ContactsPage'),
})
const contact = createRoute({
  getParentRoute: () => shell,
  path: '/contacts/$contact',
  component: lazyRouteComponent(() => import('./pages/contacts/contact.tsx'), 'ContactPage'),
})
const notifications = createRoute({
  getParentRoute: () => shell,
  path: '/notifications',
  component: lazyRouteComponent(() => import('./pages/notifications/frame.tsx'), 'NotificationsFrame'),
})
const notificationsSent = createRoute({
  getParentRoute: () => notifications,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/notifications/sent.tsx'), 'SentPage'),
})
const notificationBroadcasts = createRoute({
  getParentRoute: () => notifications,
  path: 'broadcasts',
  component: lazyRouteComponent(() => import('./pages/notifications/broadcasts.tsx'), 'BroadcastsPage'),
})
const notificationTypes = createRoute({
  getParentRoute: () => notifications,
  path: 'types',
  component: lazyRouteComponent(() => import('./pages/notifications/types.tsx'), 'TypesPage'),
})
const notificationType = createRoute({
  getParentRoute: () => shell,
  path: '/notifications/types/$type',
  component: lazyRouteComponent(() => import('./pages/notifications/type.tsx'), 'TypePage'),
})
const refusals = createRoute({
  getParentRoute: () => shell,
  path: '/refusals',
  validateSearch: (search: Bag): { reference?: string } =>
    text(search.reference) ? { reference: text(search.reference) as string } : {},
  component: lazyRouteComponent(() => import('./pages/refusals.tsx'), 'RefusalsPage'),
})
const widgets = createRoute({
  getParentRoute: () => shell,
  path: '/widgets',
  component: lazyRouteComponent(() => import('./pages/widgets/list.tsx'), 'WidgetsPage'),
})
const widget = createRoute({
  getParentRoute: () => shell,
  path: '/widgets/$widget',
  component: lazyRouteComponent(() => import('./pages/widgets/frame.tsx'), 'WidgetFrame'),
})
const widgetSettings = createRoute({
  getParentRoute: () => widget,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/widgets/settings.tsx'), 'WidgetSettingsPage'),
})
const widgetIdentity = createRoute({
  getParentRoute: () => widget,
  path: 'identity',
  component: lazyRouteComponent(() => import('./pages/widgets/identity.tsx'), 'IdentityPage'),
})
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/frame.tsx'), 'SettingsFrame'),
})
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/members', replace: true })
  },
})
const members = createRoute({
  getParentRoute: () => settings,
  path: 'members',
  component: lazyRouteComponent(() => import('./pages/settings/members.tsx'), 'MembersPage'),
})
const keys = createRoute({
  getParentRoute: () => settings,
  path: 'keys',
  component: lazyRouteComponent(() => import('./pages/settings/keys.tsx'), 'KeysPage'),
})
const audit = createRoute({
  getParentRoute: () => settings,
  path: 'audit',
  component: lazyRouteComponent(() => import('./pages/settings/audit.tsx'), 'AuditPage'),
})

const tree = root.addChildren([
  signIn,
  shell.addChildren([
    home,
    inbox.addChildren([inboxNone, inboxThread]),
    contacts,
    contact,
    notifications.addChildren([notificationsSent, notificationBroadcasts, notificationTypes]),
    notificationType,
    refusals,
    widgets,
    widget.addChildren([widgetSettings, widgetIdentity]),
    settings.addChildren([settingsHome, members, keys, audit]),
  ]),
])

/** The path to go back to after the sign-in, or nothing: never another site. */
export function localPath(value: unknown): string | undefined {
  return typeof value === 'string' && /^\/(?![/\\])[^\\]*$/.test(value) ? value : undefined
}

export function newRouter(cache: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: '/dashboard',
    context: { cache },
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Skeleton rows={6} />,
    defaultErrorComponent: Crashed,
    defaultNotFoundComponent: NotFound,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
}
