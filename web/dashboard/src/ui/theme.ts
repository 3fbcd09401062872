// Light, dark, or as the system says; remembered in this browser.

export type Theme = 'system' | 'light' | 'dark'

const NAME = 'countersign.theme'

export function theme(): Theme {
  const kept = localStorage.getItem(NAME)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export function setTheme(choice: Theme): void {
  if (choice === 'system') localStorage.removeItem(NAME)
  else localStorage.setItem(NAME, choice)
  applyTheme()
}

export function applyTheme(): void {
  const choice = theme()
  if (choice === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = choice
}
