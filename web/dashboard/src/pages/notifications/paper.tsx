// An email as its reader sees it, in a frame that runs no scripts and asks no other server for anything.
import { useEffect, useRef } from 'react'
import { words } from '../../words.ts'

/** An empty page of ours: its own policy and the sandbox keep what is written there from doing anything. */
const PAPER = '/dashboard/paper'
const LOWEST = 120
const HIGHEST = 560
/** What mail programs begin with. */
const USUAL = 'body { margin: 16px; font: 14px/1.5 sans-serif }'

export function Paper({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null)
  useEffect(() => write(frame.current, html), [html])
  useEffect(() => {
    const { current } = frame
    if (!current) return
    const watch = new ResizeObserver(() => fit(current))
    watch.observe(current)
    return () => watch.disconnect()
  }, [])
  return <iframe ref={frame} src={PAPER} sandbox="allow-same-origin" className="paper" title={words.writing.emailFrame} onLoad={() => write(frame.current, html)} />
}

/** Parsed where nobody sees it; what could load something is left out, and links lead nowhere. */
function write(frame: HTMLIFrameElement | null, html: string): void {
  const page = pageIn(frame)
  if (!frame || !page) return
  const read = page.implementation.createHTMLDocument()
  read.documentElement.innerHTML = html
  for (const one of read.querySelectorAll('script, link, meta, base, iframe, object, embed')) one.remove()
  // The sandbox opens no windows.
  for (const link of read.querySelectorAll('a, area, form')) link.setAttribute('target', '_blank')
  const usual = read.createElement('style')
  usual.textContent = USUAL
  read.head.prepend(usual)
  page.documentElement.replaceWith(page.importNode(read.documentElement, true))
  fit(frame)
}

/** As tall as the email, and an email that is wider than its frame is shown smaller, as on a phone. */
function fit(frame: HTMLIFrameElement): void {
  const root = pageIn(frame)?.documentElement
  if (!root) return
  root.style.zoom = '1'
  const { scrollWidth } = root
  if (scrollWidth > frame.clientWidth) root.style.zoom = `${frame.clientWidth / scrollWidth}`
  frame.style.blockSize = `${Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(root.getBoundingClientRect().height)))}px`
}

/** `null` until our page has come. */
function pageIn(frame: HTMLIFrameElement | null): Document | null {
  const page = frame?.contentDocument ?? null
  return page?.location.pathname === PAPER ? page : null
}
