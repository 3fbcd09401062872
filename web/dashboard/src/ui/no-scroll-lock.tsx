// Stands in for `react-remove-scroll` under Radix: this page never scrolls as a whole, so there is nothing to lock,
// and the original injects a <style> element that `style-src 'self'` refuses.
import { Slot } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'

type Props = ComponentProps<'div'> & {
  as?: unknown
  allowPinchZoom?: boolean
  enabled?: boolean
  shards?: unknown
  forwardProps?: boolean
  children?: ReactNode
}

export function RemoveScroll({ as, allowPinchZoom, enabled, shards, forwardProps, ...rest }: Props) {
  return as || forwardProps ? <Slot.Root {...rest} /> : <div {...rest} />
}

RemoveScroll.classNames = { fullWidth: '', zeroRight: '' }
