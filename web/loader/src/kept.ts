//! An anonymous visitor's token in the page's own storage, where the page allowed it.

/** Reads it, or with a second argument keeps (`null`: forgets) it. */
export function kept(widget: string, token?: string | null): string | null {
  const name = `countersign.visitor.${widget}`
  try {
    if (token) localStorage.setItem(name, token)
    else if (token === null) localStorage.removeItem(name)
    return localStorage.getItem(name)
  } catch {
    return null // a page without storage keeps nobody: a new visitor on the next page
  }
}
