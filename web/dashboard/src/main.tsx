// Starts the dashboard: theme first, then the router with what it keeps of the server's answers.
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Tooltip } from 'radix-ui'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { onSignedOut } from './api/call.ts'
import { newQueryClient } from './api/queries.ts'
import { onLeave, signOutHere } from './api/session.ts'
import { forgetDrafts } from './live/drafts.ts'
import { newRouter } from './router.tsx'
import { applyTheme } from './ui/theme.ts'

applyTheme()
const cache = newQueryClient()
const router = newRouter(cache)

onSignedOut(signOutHere)
onLeave((ended) => {
  const at = router.state.location
  if (at.pathname === '/sign-in' || router.state.matches.every((match) => match.routeId !== '/shell')) return
  if (!ended) forgetDrafts()
  const search = ended ? { next: at.href, ended: true } : {}
  void router.navigate({ to: '/sign-in', search }).then(() => cache.clear())
})

const place = document.getElementById('app')
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <Tooltip.Provider delayDuration={400}>
          <RouterProvider router={router} />
        </Tooltip.Provider>
      </QueryClientProvider>
    </StrictMode>,
  )
}
