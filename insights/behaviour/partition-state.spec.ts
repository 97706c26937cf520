import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Counts } from './counts.ts'
import { LATENESS_MS, PartitionState, type FoldedEvent } from './partition-state.ts'
import { actionOf, closeAll, closeOver, folded, MINUTE_MS, savedAndLoaded, START } from './test-kit.ts'

describe('sessions', () => {
  test('end with a pause of over 30 minutes, and not with one of 30', () => {
    const at = [0, 30, 60, 91]
    const { totals, lengths } = folded(at.map((minute) => actionOf({ at: START + minute * MINUTE_MS })))
    expect(totals.closed).toBe(2)
    expect([...lengths]).toEqual([
      [3, 1],
      [1, 1],
    ])
  })

  test('belong to one subject', () => {
    expect(folded([actionOf({ subject: 'a' }), actionOf({ subject: 'b' })]).totals.closed).toBe(2)
  })

  test('that an event ties together become one', () => {
    const state = new PartitionState()
    const minutes = [0, 31, 15]
    // The newest of another one keeps nothing late: 15 is 16 minutes behind, and joins what is open.
    for (const minute of minutes) state.fold(actionOf({ at: START + minute * MINUTE_MS }))
    expect(state.open).toBe(1)
  })

  test('are the same in every order in which no event is over 5 minutes late', () => {
    const event = fc.record({
      subject: fc.constantFrom('a', 'b', 'c'),
      minute: fc.integer({ min: 0, max: 300 }),
      type: fc.constantFrom('product_view', 'add_to_cart', 'checkout', 'order_completed', 'page_view'),
      sku: fc.constantFrom('A', 'B', 'C', 'D'),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.infiniteStream(fc.nat(1_000)), (drafts, chance) => {
        const events = drafts
          .map(({ minute, ...draft }) => actionOf({ ...draft, at: START + minute * MINUTE_MS }))
          .toSorted((one, other) => one.at - other.at)
        expect(plain(folded(shuffled(events, chance)))).toEqual(plain(folded(events)))
      }),
      { numRuns: 1_000 },
    )
  })

  test('are neither opened nor opened again by what comes too late, which counts as late', () => {
    const state = new PartitionState()
    state.fold(actionOf({ at: START }))
    state.fold(actionOf({ subject: 'other', at: START + 40 * MINUTE_MS }))
    // It is over, closed or not.
    expect(state.fold(actionOf({ at: START + 10 * MINUTE_MS }))).toBe('late')
    closeOver(state)
    expect(state.open).toBe(1)
    expect(state.fold(actionOf({ at: START + 10 * MINUTE_MS }))).toBe('late')
    expect(state.open).toBe(1)
    expect(state.takeCounts().totals).toMatchObject({ closed: 1, late: 2, events: 4 })
  })

  test('take what comes too late for one of its own where it joins one that is open', () => {
    const state = new PartitionState()
    state.fold(actionOf({ at: START + 20 * MINUTE_MS }))
    expect(state.fold(actionOf({ at: START }))).toBe('accepted')
    expect(state.open).toBe(1)
  })

  test('of a machine count apart: beyond 500 events or 12 hours', () => {
    const busy = Array.from({ length: 501 }, (_, second) => actionOf({ at: START + second * 1_000, sku: 'A' }))
    const long = Array.from({ length: 13 * 3 }, (_, part) =>
      actionOf({ subject: 'x', at: START + part * 20 * MINUTE_MS }),
    )
    const { totals, days, pairs } = folded([...busy, ...long])
    expect(totals).toMatchObject({ closed: 0, automated: 2 })
    expect([days.size, pairs.size]).toEqual([0, 0])
  })

  test('close by the clock of the server where nothing comes, and the newest time stays', () => {
    const state = new PartitionState()
    state.fold(actionOf({ at: START }))
    closeOver(state, START + 35 * MINUTE_MS)
    expect(state.open).toBe(1)
    closeOver(state, START + 36 * MINUTE_MS)
    expect([state.open, state.newest]).toEqual([0, START])
  })

  test('that are over at once close in slices, until what they count fills a save; then the rest', () => {
    const state = new PartitionState()
    const sessions = 3_000
    for (let one = 0; one < sessions; one++) {
      for (let view = 0; view < 5; view++) {
        // Hardly a pair is met twice.
        const sku = `P${String((one * (view + 1) * 31 + view * 1_009) % 5_003)}`
        state.fold(actionOf({ subject: `s${String(one)}`, at: START + view, sku }))
      }
    }
    state.fold(actionOf({ subject: 'later', at: START + 60 * MINUTE_MS }))
    expect(state.open).toBe(sessions + 1)
    let closed = 0
    let saves = 0
    for (let more = true; more; saves++) {
      for (let before = state.open; ; before = state.open) {
        more = state.closeSome()
        expect(before - state.open).toBeLessThanOrEqual(500)
        if (!more || state.isFull) break
      }
      const { totals, pairs } = state.takeCounts()
      expect(pairs.size).toBeLessThan(30_000 + 15)
      closed += totals.closed
    }
    expect([closed, state.open]).toEqual([sessions, 1])
    expect(saves).toBeGreaterThan(1)
  })

  test('beyond the most that may be open: the one with the oldest last event closes', () => {
    const state = new PartitionState(null, 2)
    for (const [minute, subject] of ['a', 'b', 'a', 'c'].entries())
      state.fold(actionOf({ subject, at: START + minute * MINUTE_MS }))
    expect([...state.save().sessions].map(({ subject }) => subject)).toEqual(['a', 'c'])
  })
})

describe('an event', () => {
  test('that comes again is a duplicate, and counts once', () => {
    const event = actionOf({})
    const state = new PartitionState()
    expect([state.fold(event), state.fold(event)]).toEqual(['accepted', 'duplicate'])
    expect(state.takeCounts().totals).toMatchObject({ events: 1, duplicates: 1 })
  })

  test('counts in its minute, by type', () => {
    const { minutes } = folded([actionOf({ type: 'search', at: START + 61_000 }), actionOf({ type: 'page_view' })])
    expect([...minutes]).toEqual([
      [START + MINUTE_MS, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
      [START, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ])
  })
})

describe('the funnel', () => {
  test('has what happened at all, and what happened in order, on the day on which the session began', () => {
    const midnight = START + 24 * 60 * MINUTE_MS - 1_000
    const visit = (subject: string, types: readonly FoldedEvent['type'][]) =>
      types.map((type, second) => actionOf({ subject, type, at: midnight + second * 1_000 }))
    const { days } = folded([
      ...visit('a', ['product_view', 'add_to_cart', 'checkout', 'payment_attempt', 'order_completed']),
      ...visit('b', ['add_to_cart', 'product_view', 'checkout']),
      ...visit('c', ['checkout', 'order_completed']),
    ])
    expect([...days]).toEqual([[START, { sessions: 3, stages: [2, 2, 3, 1, 2], strict: [2, 1, 1, 1, 1] }]])
  })
})

test('a session with three orders counts once: no conversion is above 100 %', () => {
  const orders = [0, 1, 2].map((second) => actionOf({ type: 'order_completed', at: START + second * 1_000 }))
  const { days } = folded([...orders, actionOf({ subject: 'another' })])
  expect([...days.values()]).toMatchObject([{ sessions: 2, stages: [1, 0, 0, 0, 1] }])
})

describe('pairs', () => {
  test('are those of the 20 products that were viewed first', () => {
    const views = Array.from({ length: 21 }, (_, index) =>
      actionOf({ sku: `P${String(index).padStart(2, '0')}`, at: START + index * 1_000 }),
    )
    const { pairs } = folded(views.toReversed())
    // And each with itself: the sessions that have it.
    expect(pairs.size).toBe((20 * 19) / 2 + 20)
    expect([...pairs.values()].some(({ other }) => other === 'P20')).toBe(false)
  })
})

describe('the newest session of a customer', () => {
  const MOST = { maxLength: 40 }
  const event = fc.record({
    subject: fc.constantFrom('visitor-1', 'visitor-2', 'c1'),
    customerId: fc.constantFrom(null, 'c1', 'c2'),
    minute: fc.integer({ min: 0, max: 90 }),
    type: fc.constantFrom('product_view', 'add_to_cart', 'remove_from_cart', 'page_view'),
    sku: fc.constantFrom('A', 'B', 'C', 'D'),
  })
  const shownOf = (state: PartitionState) => ['c1', 'c2'].map((customerId) => state.newestOf(customerId))
  const stateOf = (events: readonly FoldedEvent[]) => {
    const state = new PartitionState()
    for (const each of events) state.fold(each)
    return state
  }
  const at = (minute: number) => START + minute * MINUTE_MS

  test('has its cart, what was put in last first, without what was taken out, and its views', () => {
    const acts = [
      ['product_view', 'A'],
      ['product_view', 'B'],
      ['add_to_cart', 'A'],
      ['add_to_cart', 'B'],
      ['add_to_cart', 'C'],
      ['remove_from_cart', 'B'],
      ['product_view', 'D'],
    ] as const
    const state = stateOf(acts.map(([type, sku], minute) => actionOf({ type, sku, subject: 'c1', at: at(minute) })))
    expect(shownOf(state)).toEqual([{ from: at(0), to: at(6), cart: ['C', 'A'], views: ['D', 'B', 'A'] }, null])
  })

  test('is found by whom its newest event names, and no longer by whom it named before', () => {
    const state = stateOf([
      actionOf({ subject: 'visitor', customerId: 'c1', sku: 'A', at: at(0) }),
      actionOf({ subject: 'visitor', customerId: 'c2', sku: 'B', at: at(2) }),
      actionOf({ subject: 'visitor', customerId: 'c1', sku: 'C', at: at(1) }),
    ])
    expect(shownOf(state)).toMatchObject([null, { views: ['B', 'C', 'A'] }])
  })

  test('is of two the one with the newest event, and none once it is over', () => {
    const state = stateOf([
      actionOf({ subject: 'c1', sku: 'A', at: at(0) }),
      actionOf({ subject: 'visitor', customerId: 'c1', sku: 'B', at: at(1) }),
    ])
    expect(shownOf(state)).toMatchObject([{ views: ['B'] }, null])
    closeAll(state)
    expect(shownOf(state)).toEqual([null, null])
  })

  test('is the same in every order in which no event is over 5 minutes late, and after it was saved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, MOST), fc.infiniteStream(fc.nat(1_000)), async (drafts, chance) => {
        const events = drafts
          .map(({ minute, ...draft }, index) => actionOf({ ...draft, at: at(minute) + index }))
          .toSorted((one, other) => one.at - other.at)
        const state = stateOf(shuffled(events, chance))
        expect(shownOf(state)).toEqual(shownOf(stateOf(events)))
        expect(shownOf(await savedAndLoaded(state))).toEqual(shownOf(state))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a saved state', () => {
  test('goes on as if nothing had been', async () => {
    const drafts = fc.array(
      fc.record({
        minute: fc.integer({ min: 0, max: 200 }),
        subject: fc.constantFrom('a', 'b'),
        customerId: fc.constantFrom(null, 'c'),
        type: fc.constantFrom('product_view', 'add_to_cart', 'remove_from_cart', 'checkout'),
        sku: fc.constantFrom('A', 'B', 'C'),
      }),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(drafts, fc.nat(40), async (some, cut) => {
        const events = some.map(({ minute, ...draft }) => actionOf({ ...draft, at: START + minute * MINUTE_MS }))
        const first = new PartitionState()
        for (const event of events.slice(0, cut)) first.fold(event)
        const before = first.takeCounts()
        const next = await savedAndLoaded(first)
        for (const state of [first, next]) for (const event of events.slice(cut)) state.fold(event)
        expect(next.takeCounts()).toEqual(first.takeCounts())
        expect(openOf(next)).toEqual(openOf(first))
        expect(next.newestOf('c')).toEqual(first.newestOf('c'))
        expect(before.totals.duplicates).toBe(0)
        for (const state of [first, next]) closeAll(state)
        expect(plain(next.takeCounts())).toEqual(plain(first.takeCounts()))
      }),
      { numRuns: 1_000 },
    )
  })
})

/** Its open sessions, their products in order. */
function openOf(state: PartitionState) {
  const sorted = <Of extends { readonly sku: string }>(some: readonly Of[]) =>
    some.toSorted((one, other) => (one.sku < other.sku ? -1 : 1))
  return [...state.save().sessions].map(({ views, cart, ...of }) => ({
    ...of,
    views: sorted(views),
    cart: sorted(cart),
  }))
}

/** An order in which no event is over 5 minutes behind the newest of those before it. */
function shuffled(events: readonly FoldedEvent[], chance: Iterator<number>): readonly FoldedEvent[] {
  const left = [...events]
  const order: FoldedEvent[] = []
  while (left.length > 0) {
    // Whatever is taken, the oldest that is left must not become late by it.
    const oldest = Math.min(...left.map(({ at }) => at))
    const free = left.filter(({ at }) => at <= oldest + LATENESS_MS)
    const [taken] = free.slice(Number(chance.next().value) % free.length)
    if (taken === undefined) break
    left.splice(left.indexOf(taken), 1)
    order.push(taken)
  }
  return order
}

function plain(counts: Counts): unknown {
  const sorted = (map: ReadonlyMap<string | number, unknown>) =>
    [...map].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const { totals, ...maps } = counts
  return { totals, ...Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, sorted(map)])) }
}
