// The frame around every signed-in page: navigation, the connection's banner, the member's menu.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Bell, Code, Contact as ContactIcon, Inbox, Keyboard, type LucideIcon, Settings, ShieldX } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useEffect, useRef, useState } from 'react'
import { queries } from '../api/queries.ts'
import { leaveNow } from '../api/session.ts'
import { api } from '../api/routes.ts'
import type { Me } from '../contract.ts'
import { LiveProvider, useLive } from '../live/live.tsx'
import { MeContext } from '../ui/me.ts'
import { IconButton, Tip } from '../ui/button.tsx'
import { Mark } from '../ui/icons.tsx'
import { initials } from '../trust/avatar.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { setTheme, theme, type Theme } from '../ui/theme.ts'
import { say } from '../ui/toast.tsx'
import { told } from '../api/problem.ts'
import { words } from '../words.ts'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import './shell.css'

const route = getRouteApi('/shell')
const BANNER_AFTER = 1_500

type Place = { to: '/inbox' | '/contacts' | '/notifications' | '/refusals' | '/widgets' | '/settings'; label: string; icon: LucideIcon; needs?: string }

const places: Place[] = [
  { to: '/inbox', label: words.nav.inbox, icon: Inbox },
  { to: '/contacts', label: words.nav.contacts, icon: ContactIcon },
  { to: '/notifications', label: words.nav.notifications, icon: Bell, needs: 'notifications.read' },
  { to: '/refusals', label: words.nav.refusals, icon: ShieldX },
  { to: '/widgets', label: words.nav.widgets, icon: Code },
  { to: '/settings', label: words.nav.settings, icon: Settings },
]

export function Shell() {
  const { me: loaded } = route.useRouteContext()
  const me = useQuery(queries.me()).data ?? loaded
  return (
    <MeContext value={me}>
      <LiveProvider me={me.member.id}>
        <Frame me={me} />
      </LiveProvider>
    </MeContext>
  )
}

function Frame({ me }: { me: Me }) {
  const [helpOpen, setHelpOpen] = useState(false)
  const main = useRef<HTMLElement>(null)
  useShortcuts({ '?': () => setHelpOpen(true) })
  useFocusOnNavigation(main)
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={(event) => skipTo(event, main.current)}>
        {words.skip}
      </a>
      <Rail me={me} onHelp={() => setHelpOpen(true)} />
      <div className="shell-page">
        <StreamBanner />
        <main id="main" ref={main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <ShortcutsDialog open={helpOpen} onOpen={setHelpOpen} />
    </div>
  )
}

function Rail({ me, onHelp }: { me: Me; onHelp: () => void }) {
  const environment = words.nav.environment[me.environment]
  return (
    <nav className="rail" aria-label={words.nav.label}>
      <div className="rail-head">
        <Mark size={26} />
        <span className="rail-org truncate">{me.organization.name}</span>
        <Tip text={environment.long} side="right">
          <span className={`environment environment-${me.environment}`} tabIndex={0}>
            {environment.short}
          </span>
        </Tip>
      </div>
      <ul className="rail-places">
        {places.filter(({ needs }) => !needs || me.permissions.includes(needs)).map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link to={to} className="rail-place" title={label}>
              <Icon size={18} aria-hidden="true" strokeWidth={1.75} />
              <span>{label}</span>
              {to === '/inbox' && <UnreadCount />}
            </Link>
          </li>
        ))}
      </ul>
      <div className="rail-foot">
        <IconButton label={words.nav.shortcuts} keys="?" onClick={onHelp} className="rail-help">
          <Keyboard size={18} aria-hidden="true" strokeWidth={1.75} />
        </IconButton>
        <AccountMenu me={me} />
      </div>
    </nav>
  )
}

/** Open conversations in the loaded list that wait for an answer. */
function UnreadCount() {
  const list = useQuery({ ...queries.waiting(), select: (page) => page.items.filter((one) => one.unread > 0).length })
  if (!list.data) return null
  return (
    <span className="rail-count">
      {list.data > 99 ? '99+' : list.data}
      <span className="hidden-visually"> {words.inbox.waiting}</span>
    </span>
  )
}

function AccountMenu({ me }: { me: Me }) {
  const [choice, setChoice] = useState<Theme>(theme)
  const signOut = () => api.signOut().then(leaveNow, (error) => say(told(error).text, 'danger'))
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="account">
        <span className="account-face" aria-hidden="true">
          {initials(me.member.name)}
        </span>
        <span className="account-name truncate">
          <span className="hidden-visually">{words.nav.account} </span>
          {me.member.name}
        </span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" side="top" align="start" sideOffset={6} collisionPadding={8}>
          <div className="menu-label">
            {me.member.email}
            <br />
            {me.member.role}
          </div>
          <div className="menu-line" />
          <DropdownMenu.Label className="menu-label">{words.nav.theme}</DropdownMenu.Label>
          <DropdownMenu.RadioGroup
            value={choice}
            onValueChange={(value) => {
              const picked = value === 'light' || value === 'dark' ? value : 'system'
              setTheme(picked)
              setChoice(picked)
            }}
          >
            {(['system', 'light', 'dark'] as const).map((name) => (
              <DropdownMenu.RadioItem key={name} value={name} className="menu-item" onSelect={(event) => event.preventDefault()}>
                {words.nav.themeNames[name]}
                <DropdownMenu.ItemIndicator className="menu-check">✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <div className="menu-line" />
          <DropdownMenu.Item className="menu-item" onSelect={signOut}>
            {words.nav.signOut}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function StreamBanner() {
  const { stream } = useLive()
  const away = stream === 'offline' || stream === 'reconnecting'
  const shown = useLasting(away, BANNER_AFTER)
  return (
    <div role="status" aria-live="polite">
      {shown && (
        <p className={`stream-banner stream-${stream}`}>
          <span className="stream-dot" aria-hidden="true" />
          {stream === 'offline' ? words.stream.offline : words.stream.reconnecting}
        </p>
      )}
    </div>
  )
}

/** True once `is` has been true for a while: a restart of a second is not worth a banner. */
function useLasting(is: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    if (!is) return setLasting(false)
    const timer = setTimeout(() => setLasting(true), ms)
    return () => clearTimeout(timer)
  }, [is, ms])
  return is && lasting
}

/** A new page takes the focus, so that a screen reader and the Tab key begin there. Threads keep it in the list. */
function useFocusOnNavigation(main: { current: HTMLElement | null }): void {
  const section = useRouterState({ select: (state) => state.location.pathname.split('/')[1] ?? '' })
  const before = useRef(section)
  useEffect(() => {
    if (before.current === section) return
    before.current = section
    main.current?.focus({ preventScroll: true })
  }, [section, main])
}

function skipTo(event: React.MouseEvent, target: HTMLElement | null): void {
  event.preventDefault()
  target?.focus()
}
