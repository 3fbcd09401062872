// A customer's page with NotificationAPI's React components, told by its address whose it is.
import { NotificationAPIProvider, NotificationFeed, NotificationPopup, NotificationPreferencesInline } from '@notificationapi/react'
import { createRoot } from 'react-dom/client'

const { clientId, host, user, hash, shown } = Object.fromEntries(new URLSearchParams(location.search))

function Kept() {
  window.kept = NotificationAPIProvider.useNotificationAPIContext()
  return null
}

createRoot(document.getElementById('root')).render(
  <NotificationAPIProvider clientId={clientId} userId={user} hashedUserId={hash} apiURL={host} wsURL={host} playSoundOnNewNotification={false}>
    <Kept />
    {shown === 'feed' ? <NotificationFeed infiniteScrollHeight={500} /> : <NotificationPopup popupWidth={420} />}
    {shown === 'preferences' && <NotificationPreferencesInline />}
  </NotificationAPIProvider>,
)
