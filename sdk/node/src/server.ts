// A server, named by its public URL.
import { InvalidInput } from './values.ts'

/** The public URL in the form that the server's tokens have as `iss`. */
export function readServer(server: unknown): string {
  const url = typeof server === 'string' && URL.canParse(server) ? new URL(server) : null
  if (!url) throw new InvalidInput(`${JSON.stringify(server)} is no URL of a server`)
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash || /[?#]$/.test(url.href)) {
    throw new InvalidInput(`${url.origin} must be scheme, host and port, and nothing else`)
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new InvalidInput(`${JSON.stringify(server)} must begin with https://, or be on this machine`)
  }
  return url.origin
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}
