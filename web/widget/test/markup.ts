//! What a component would put on the page, as text; enough for elements and functions.
import { Fragment, type ComponentChild, type VNode } from 'preact'

const escaped = (text: unknown) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

export function renderToStaticMarkup(node: ComponentChild): string {
  if (node === null || node === undefined || typeof node === 'boolean') return ''
  if (Array.isArray(node)) return node.map(renderToStaticMarkup).join('')
  if (typeof node !== 'object') return escaped(node)
  const { type, props } = node as VNode<{ children?: ComponentChild }>
  if (type === Fragment) return renderToStaticMarkup(props.children)
  if (typeof type === 'function') return renderToStaticMarkup((type as (props: object) => ComponentChild)(props))
  const { children, ...rest } = props
  const attributes = Object.entries(rest).map(([name, value]) => ` ${name}="${escaped(value)}"`).join('')
  return `<${type}${attributes}>${renderToStaticMarkup(children)}</${type}>`
}
