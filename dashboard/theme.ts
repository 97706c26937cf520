/** Light or dark: as the system says, until somebody chooses here; the choice is remembered. */
import { computed, effect, signal } from '@preact/signals'

export type Theme = 'light' | 'dark'

const KEY = 'orderledger-theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const systemTheme = signal<Theme>(system.matches ? 'dark' : 'light')
const chosen = signal<Theme | null>(remembered())

export const theme = computed<Theme>(() => chosen.value ?? systemTheme.value)

export function choose(next: Theme): void {
  chosen.value = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Storage may be forbidden: then it lasts as long as the page.
  }
}

/** Keeps the page in the theme. */
export function applyTheme(): void {
  system.addEventListener('change', ({ matches }) => (systemTheme.value = matches ? 'dark' : 'light'))
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
}

function remembered(): Theme | null {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : null
  } catch {
    return null
  }
}
