/**
 * Tells the service what a visitor does. It can be copied into any page: it needs nothing but a browser.
 *
 * Events are sent every 5 s, and when the page is hidden, because a page that is hidden may never run again. What was not
 * taken is sent again under the same ids, which counts once within 10 minutes. While the page is only prerendered nobody
 * looks at it, and nothing is sent.
 */

export interface UserEvent {
  readonly eventId: string
  readonly type: string
  /** RFC 3339. */
  readonly at: string
  readonly subject: string
  readonly sku?: string
  readonly quantity?: number
}

export interface UserEventsParts {
  /** Of POST /user-events. */
  readonly url: string
  /** Of the role `collect`; null: the service asks for none. */
  readonly token: string | null
  /** The customer once known, else the visitor. */
  readonly subject: () => string
  readonly now: () => number
  readonly newId: () => string
  readonly page: Pick<Document, 'addEventListener' | 'visibilityState'> & { readonly prerendering?: boolean }
  readonly fetch: (url: string, init: RequestInit) => Promise<Pick<Response, 'status'>>
  readonly beacon: (url: string, body: Blob) => boolean
  /** Calls `work` so often, in milliseconds. */
  readonly every: (millis: number, work: () => void) => void
}

export interface UserEvents {
  /** `about`: the product, how many. */
  note(type: string, about?: Pick<UserEvent, 'sku' | 'quantity'>): void
  /** How many wait to be taken. */
  waiting(): number
}

const MOST_KEPT = 500
const EVERY_MS = 5_000
/** Of one call: browsers take 64 KiB of what a page leaves behind. */
const MOST_BYTES = 60_000
/** Events of one request. */
const MOST_AT_ONCE = 500
/** What a beacon took over is sent again while the service knows its ids. */
const KNOWN_FOR_MS = 9 * 60_000

interface Kept {
  readonly event: UserEvent
  /** When a beacon took it over; null: none did. */
  leftAt: number | null
}

export function userEvents(parts: UserEventsParts): UserEvents {
  const { url, token, subject, now, newId, page, fetch, beacon, every } = parts
  let kept: Kept[] = []
  let sending = false

  const isSeen = () => page.prerendering !== true && page.visibilityState === 'visible'
  const bodyOf = (some: readonly Kept[]) =>
    JSON.stringify({ sentAt: new Date(now()).toISOString(), events: some.map(({ event }) => event) })

  async function send(): Promise<void> {
    kept = kept.filter(({ leftAt }) => leftAt === null || now() - leftAt < KNOWN_FOR_MS)
    if (sending || kept.length === 0 || !isSeen()) return
    sending = true
    const some = kept.slice(0, MOST_AT_ONCE)
    try {
      const { status } = await fetch(url, { method: 'POST', body: bodyOf(some), headers: headers() })
      // What is refused as a whole is refused again: there is no use in keeping it.
      if (status === 202 || status === 400 || status === 413) kept = kept.filter((one) => !some.includes(one))
    } catch {
      // The same again in 5 s.
    } finally {
      sending = false
    }
  }

  function headers(): Record<string, string> {
    return { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) }
  }

  /** The page may be gone in a moment: the browser sends it all the same. */
  function leave(): void {
    if (page.prerendering === true) return
    for (const some of inPieces(kept.filter(({ leftAt }) => leftAt === null))) {
      const body = bodyOf(some)
      if (token === null) {
        if (!beacon(url, new Blob([body], { type: 'text/plain;charset=UTF-8' }))) return
      } else {
        // A beacon cannot say who it is from.
        fetch(url, { method: 'POST', body, headers: headers(), keepalive: true }).catch(() => undefined)
      }
      for (const one of some) one.leftAt = now()
    }
  }

  page.addEventListener('visibilitychange', () => {
    if (page.visibilityState === 'hidden') leave()
  })
  every(EVERY_MS, () => void send())

  return {
    note(type, about = {}) {
      const event = { eventId: newId(), type, at: new Date(now()).toISOString(), subject: subject(), ...about }
      kept = [...kept, { event, leftAt: null }].slice(-MOST_KEPT)
    },
    waiting: () => kept.length,
  }
}

/** As many together as one call may have. */
function inPieces(kept: readonly Kept[]): readonly (readonly Kept[])[] {
  const pieces: Kept[][] = []
  let left = 0
  for (const one of kept) {
    // As it stands in the body, with the comma; ids and names of products may have more than a byte for a character.
    const bytes = new TextEncoder().encode(JSON.stringify(one.event)).length + 1
    if (bytes > left) {
      pieces.push([])
      left = MOST_BYTES - '{"sentAt":"2026-01-01T00:00:00.000Z","events":[]}'.length
    }
    pieces.at(-1)?.push(one)
    left -= bytes
  }
  return pieces
}
