/**
 * First of all, before any library is loaded: mends what of a browser's settings libraries rely on unasked, and says so on
 * the page when something throws that nobody catches. A page that stays blank says nothing.
 */
import type { RequestFailed } from './api.ts'
import { mendIntl } from './plain-intl.ts'

const FALLBACK = 'en-GB'

const ENGLISH = {
  what: 'An error stopped a part of this page: ',
  next: 'The shop goes on. Load the page again; if the error stays, report it with your browser and its language.',
}
const FRENCH = {
  what: 'Une erreur a arrêté une partie de cette page\u00a0: ',
  next: 'La boutique continue. Rechargez la page\u00a0; si l’erreur reste, signalez-la avec votre navigateur et sa langue.',
}

addEventListener('error', ({ error, message }) => tell(error, message))
addEventListener('unhandledrejection', ({ reason }: PromiseRejectionEvent) => tell(reason, String(reason)))

if (![navigator.language, ...navigator.languages].every(isLanguage)) {
  Object.defineProperty(navigator, 'languages', { value: navigator.languages.map(mended) })
  Object.defineProperty(navigator, 'language', { value: mended(navigator.language) })
}
mendIntl()

/** `en-US@posix`, as some systems name it, is none: each use of it throws. Where none can be judged, none is used. */
function isLanguage(tag: string): boolean {
  if (typeof Intl === 'undefined') return true
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
  const says = isFrench() ? FRENCH : ENGLISH
  what.textContent = `${says.what}${error instanceof Error ? error.message : message}${requestOf(error)}`
  const next = document.createElement('p')
  next.textContent = says.next
  alert.append(what, next)
  document.getElementById('uncaught')?.remove()
  document.body.prepend(alert)
}

/** As the pages choose their language, with nothing of theirs: it may be what threw. */
function isFrench(): boolean {
  const spoken = navigator.languages.find((tag) => /^(?:en|fr)(?![a-z])/i.test(tag))
  return spoken?.toLowerCase().startsWith('fr') === true
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
