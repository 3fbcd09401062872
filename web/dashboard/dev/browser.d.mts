// What the tests know of the browser's start.
import type { Browser, Page } from 'playwright-core'

export function startBrowser(): Promise<Browser>
export function signIn(page: Page, url: string, password: string, path?: string): Promise<void>
