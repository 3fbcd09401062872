//! An anonymous visitor's token in the page's own storage, where the page allowed it.

const name = (widget: string): string => `countersign.visitor.${widget}`

export function kept(widget: string): string | null {
  try {
    return localStorage.getItem(name(widget))
  } catch {
    return null // a page without storage keeps nobody
  }
}

export function keep(widget: string, token: string | null): void {
  try {
    if (token === null) localStorage.removeItem(name(widget))
    else localStorage.setItem(name(widget), token)
  } catch {
    // The visitor is then a new one on the next page, which is what the browser asked for.
  }
}
