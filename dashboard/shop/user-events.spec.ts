import { describe, expect, test } from 'vitest'
import { userEvents, type UserEvent } from './user-events.ts'

interface Body {
  readonly sentAt: string
  readonly events: readonly UserEvent[]
}

/** A page whose time, service and visibility are those of the test. */
function opened({
  token = null,
  prerendering = false,
}: { readonly token?: string | null; readonly prerendering?: boolean } = {}) {
  const sent: Body[] = []
  const beacons: Blob[] = []
  const answers: { next: number | null } = { next: 202 }
  let now = Date.UTC(2026, 10, 2)
  let ids = 0
  let tick: () => void = () => undefined
  let changed: () => void = () => undefined
  const page = {
    visibilityState: 'visible' as DocumentVisibilityState,
    prerendering,
    addEventListener: (_type: string, listener: () => void) => (changed = listener),
  }
  const events = userEvents({
    ...{ url: '/user-events', token, subject: () => 'visitor-1', now: () => now, newId: () => `id-${String(++ids)}` },
    page: page as unknown as Document,
    fetch(_url, init) {
      if (answers.next === null) return Promise.reject(new Error('offline'))
      sent.push(JSON.parse(String(init.body)) as Body)
      return Promise.resolve({ status: answers.next })
    },
    beacon: (_url, body) => beacons.push(body) > 0,
    every: (_millis, work) => (tick = work),
  })
  return {
    ...{ events, sent, beacons, answers, page },
    async pass(millis = 5_000) {
      now += millis
      tick()
      await new Promise((resolve) => setTimeout(resolve, 0))
    },
    hide() {
      page.visibilityState = 'hidden'
      changed()
    },
    ids: () => sent.map(({ events: some }) => some.map(({ eventId }) => eventId)),
  }
}

describe('a page that tells what its visitor does', () => {
  test('sends it every 5 s, once it is taken no more', async () => {
    const { events, pass, ids } = opened()
    events.note('page_view')
    events.note('product_view', { sku: 'A1' })
    await pass()
    await pass()
    expect(ids()).toEqual([['id-1', 'id-2']])
    expect(events.waiting()).toBe(0)
  })

  test('sends under the same ids what was not taken', async () => {
    const { events, pass, ids, answers } = opened()
    events.note('page_view')
    answers.next = null
    await pass()
    answers.next = 503
    await pass()
    answers.next = 202
    events.note('click')
    await pass()
    expect(ids()).toEqual([['id-1'], ['id-1', 'id-2']])
    expect(events.waiting()).toBe(0)
  })

  test('keeps the newest 500', async () => {
    const { events, pass, ids } = opened()
    for (let count = 0; count < 510; count++) events.note('click')
    await pass()
    expect(ids()[0]).toHaveLength(500)
    expect(ids()[0]?.[0]).toBe('id-11')
  })

  test('leaves all to the browser when it is hidden, at most 60 kB a call', async () => {
    const { events, hide, beacons } = opened()
    for (let count = 0; count < 500; count++) events.note('product_view', { sku: 'é'.repeat(100) })
    hide()
    const texts = await Promise.all(beacons.map((blob) => blob.text()))
    expect(texts.length).toBeGreaterThan(1)
    for (const blob of beacons) {
      expect(blob.size).toBeLessThanOrEqual(60_000)
      expect(blob.type).toBe('text/plain;charset=utf-8')
    }
    expect(texts.flatMap((text) => (JSON.parse(text) as Body).events)).toHaveLength(500)
  })

  test('sends again what a beacon took over, as long as its ids are known, and nothing while nobody sees it', async () => {
    const { events, hide, pass, ids, page } = opened()
    events.note('click')
    hide()
    await pass()
    expect(ids()).toEqual([])
    page.visibilityState = 'visible'
    await pass()
    expect(ids()).toEqual([['id-1']])
    events.note('click')
    hide()
    page.visibilityState = 'visible'
    await pass(10 * 60_000)
    expect(ids()).toEqual([['id-1']])
  })

  test('sends nothing while it is prerendered', async () => {
    const { events, pass, hide, ids, beacons } = opened({ prerendering: true })
    events.note('page_view')
    await pass()
    hide()
    expect([ids(), beacons]).toEqual([[], []])
  })

  test('with a token leaves by fetch, for a beacon cannot say who it is', () => {
    const { events, hide, ids, beacons } = opened({ token: 'secret' })
    events.note('click')
    hide()
    expect([ids(), beacons]).toEqual([[['id-1']], []])
  })
})
