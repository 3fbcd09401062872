// The end of a session, however it came: forget what was fetched, go to the sign-in, and come back after it.

type Leave = (ended: boolean) => void
let leave: Leave = () => {}

export function onLeave(act: Leave): void {
  leave = act
}

/** The server said that the session is over. */
export function signOutHere(): void {
  leave(true)
}

/** The member asked to leave. */
export function leaveNow(): void {
  leave(false)
}
