/**
 * First of all, before any library is loaded: mends what of a browser's settings libraries rely on unasked, and says so on
 * the page when something throws that nobody catches. A page that stays blank says nothing.
 */
import type { RequestFailed } from './api.ts'

const FALLBACK = 'en-GB'

if (![navigator.language, ...navigator.languages].every(isLanguage)) {
  Object.defineProperty(navigator, 'languages', { value: navigator.languages.map(mended) })
  Object.defineProperty(navigator, 'language', { value: mended(navigator.language) })
}

addEventListener('error', ({ error, message }) => tell(error, message))
addEventListener('unhandledrejection', ({ reason }: PromiseRejectionEvent) => tell(reason, String(reason)))

/** `en-US@posix`, as some systems name it, is none: each use of it throws. */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** What comes before the part that is none: `fr` of `fr_FR@posix`. */
function mended(tag: string): string {
  return isLanguage(tag) ? tag : (/^[a-z]{2,3}(?![a-z])/i.exec(tag)?.[0] ?? FALLBACK)
}

function tell(error: unknown, message: string): void {
  // A browser's note about its own layout, not a failure.
  if (message.startsWith('ResizeObserver loop')) return
  const alert = document.createElement('div')
  alert.id = 'uncaught'
  alert.className = 'trouble'
  alert.setAttribute('role', 'alert')
  const what = document.createElement('p')
  what.textContent = `An error stopped a part of this page: ${error instanceof Error ? error.message : message}${requestOf(error)}`
  const next = document.createElement('p')
  next.textContent =
    'The shop goes on. Load the page again; if the error stays, report it with your browser and its language.'
  alert.append(what, next)
  document.getElementById('uncaught')?.remove()
  document.body.prepend(alert)
}

/** An answer of the service names its request, which finds it in the log. */
function requestOf(error: unknown): string {
  if (!isRequestFailed(error) || error.trouble.requestId === null) return ''
  return ` (request ${error.trouble.requestId})`
}

/** By what it has: its class comes with a library. */
function isRequestFailed(error: unknown): error is RequestFailed {
  return error instanceof Error && 'trouble' in error
}
