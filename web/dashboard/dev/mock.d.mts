// What the tests know of the mock.
export const PASSWORD: string
// The mock's world is plain invented data: the tests look into it as they like.
// biome-ignore lint/suspicious/noExplicitAny: a mock
type World = any
export function startMock(options?: { port?: number; dist?: boolean; lively?: boolean }): Promise<{
  url: string
  state: { world: World; visitorSays: (conversation: string, text: string, trust?: string) => void }
  close: () => Promise<void>
}>
