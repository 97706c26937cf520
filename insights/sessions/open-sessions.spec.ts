import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Names } from './names.ts'
import { OpenSessions, type OpenSession } from './open-sessions.ts'
import { packSessions, unpackSessions } from './packed-sessions.ts'
import { isAutomated, MOST_PRODUCTS, NEVER, STAGES, type Session, type SessionEvent } from './session.ts'
import { MINUTE_MS, START } from '../behaviour/test-kit.ts'

const DAY_MS = 24 * 60 * MINUTE_MS

const sku = fc.integer({ min: 10, max: 45 }).map((product) => `P${String(product)}`)
const events = fc.array(
  fc
    .record({
      at: fc.integer({ min: 0, max: 40 }).map((second) => START + second * 1_000),
      stage: fc.integer({ min: -1, max: STAGES.length - 1 }),
      product: fc.oneof(
        fc.record({ viewed: sku }),
        fc.record({ carted: fc.record({ sku, isIn: fc.boolean() }) }),
        fc.constant({}),
      ),
      customerId: fc.option(fc.constantFrom('c1', 'c2')),
    })
    .map(({ product, ...more }): SessionEvent => ({ viewed: null, carted: null, ...more, ...product })),
  { minLength: 1, maxLength: 150 },
)

describe('an open session', () => {
  test('is what all of its events give, whatever their order, and whichever of them were another one before', () => {
    fc.assert(
      fc.property(events, fc.nat(150), (all, cut) => {
        const sessions = new OpenSessions(new Names())
        const session = opened(sessions, all.slice(0, cut + 1))
        if (cut + 1 < all.length) sessions.merge(session, opened(sessions, all.slice(cut + 1)))
        expect(inOrder(sessions.read(session))).toEqual(slowly(all))
      }),
      { numRuns: 500 },
    )
  })

  test('has nothing of one that was there before it', () => {
    fc.assert(
      fc.property(events, events, (before, all) => {
        const sessions = new OpenSessions(new Names())
        const [one, other] = [opened(sessions, before), opened(sessions, before)]
        sessions.remove(one)
        const session = opened(sessions, all)
        expect(inOrder(sessions.read(session))).toEqual(slowly(all))
        expect(inOrder(sessions.read(other))).toEqual(slowly(before))
      }),
    )
  })

  test('of a machine goes on for months: it is one, and begins a week before its last event', () => {
    const sessions = new OpenSessions(new Names())
    const session = opened(sessions, [eventAt(START, { viewed: 'A', stage: 0 })])
    const end = START + 90 * DAY_MS
    for (let at = START; at <= end; at += 20 * MINUTE_MS) sessions.extend(session, eventAt(at, { viewed: 'B' }))
    const read = sessions.read(session)
    expect(read).toMatchObject({ from: end - 7 * DAY_MS, to: end, events: 90 * 24 * 3 + 2, views: [] })
    expect(isAutomated(read)).toBe(true)
    expect([sessions.touches(session, end), sessions.touches(session, end - 8 * DAY_MS)]).toEqual([true, false])
  })
})

describe('sessions that were saved', () => {
  const read = async (packed: Buffer) => {
    const all: Session[] = []
    for await (const slice of unpackSessions(packed)) all.push(...slice)
    return all
  }

  test('come back as they were, however many slices they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(events, { maxLength: 3 }), fc.integer({ min: 1, max: 1_200 }), async (some, times) => {
        const names = new Names()
        const sessions = new OpenSessions(names)
        const open = Array.from({ length: times }, () => some.map((all) => opened(sessions, all))).flat()
        const all = open.map((session) => sessions.read(session))
        expect(await read(await packSessions({ names, sessions: all }))).toEqual(all)
      }),
      { numRuns: 20 },
    )
  })

  test('are packed and read a thousand at most in one turn of the event loop', async () => {
    const names = new Names()
    const sessions = new OpenSessions(names)
    const open = Array.from({ length: 4_500 }, () => opened(sessions, [eventAt(START, { viewed: 'A' })]))
    const turns = { most: 0, now: 0, isOver: false }
    const count = () => (turns.most = Math.max(turns.most, (turns.now += 1)))
    const turn = () => {
      turns.now = 0
      if (!turns.isOver) setImmediate(turn)
    }
    turn()
    const counted = function* () {
      for (const session of open) {
        count()
        yield sessions.read(session)
      }
    }
    const packed = await packSessions({ names, sessions: counted() })
    const packing = turns.most
    turns.most = 0
    let unpacked = 0
    for await (const slice of unpackSessions(packed)) {
      for (const _session of slice) count()
      unpacked += slice.length
    }
    turns.isOver = true
    expect([packing, turns.most, unpacked]).toEqual([1_000, 1_000, 4_500])
  })

  test.each([
    ['cut off', (packed: Buffer) => packed.subarray(0, -1)],
    ['in another form', (packed: Buffer) => Buffer.concat([Buffer.alloc(4, 0xff), packed])],
  ])('are refused where they are %s', async (_, spoil) => {
    const names = new Names()
    const sessions = new OpenSessions(names)
    const all = [sessions.read(opened(sessions, [eventAt(START, { viewed: 'A' })]))]
    const packed = await packSessions({ names, sessions: all })
    await expect(read(spoil(packed))).rejects.toThrow('open sessions are cut off, or saved in a form')
  })
})

function eventAt(at: number, more: Partial<SessionEvent> = {}): SessionEvent {
  return { at, stage: -1, viewed: null, carted: null, customerId: null, ...more }
}

function opened(sessions: OpenSessions, [first, ...others]: readonly SessionEvent[]): OpenSession {
  const session = sessions.open('someone', first ?? eventAt(START))
  for (const other of others) sessions.extend(session, other)
  return session
}

/** What it is, found by going over all of its events for each answer. */
function slowly(all: readonly SessionEvent[]): Session {
  const earliest = (some: readonly SessionEvent[]) => Math.min(NEVER, ...some.map(({ at }) => at))
  const latest = (some: readonly SessionEvent[]) => Math.max(-Infinity, ...some.map(({ at }) => at))
  const naming = all.filter(({ customerId }) => customerId !== null)
  const namedAt = latest(naming)
  const [customerId] = naming.flatMap((one) => (one.at === namedAt ? (one.customerId ?? []) : [])).toSorted()
  const viewed = [...new Set(all.flatMap(({ viewed }) => viewed ?? []))]
  const carted = [...new Set(all.flatMap(({ carted }) => carted?.sku ?? []))]
  return inOrder({
    ...{ subject: 'someone', from: earliest(all), to: latest(all), events: all.length },
    stages: STAGES.map((_, stage) => earliest(all.filter((one) => one.stage === stage))),
    views: viewed
      .map((sku) => ({ sku, at: earliest(all.filter((one) => one.viewed === sku)) }))
      .toSorted((one, other) => one.at - other.at || byText(one.sku, other.sku))
      .slice(0, MOST_PRODUCTS),
    cart: carted
      .map((sku) => {
        const acts = all.filter((one) => one.carted?.sku === sku)
        const at = latest(acts)
        return { sku, at, isIn: acts.some((one) => one.at === at && one.carted?.isIn === true) }
      })
      .toSorted((one, other) => other.at - one.at || byText(one.sku, other.sku))
      .slice(0, MOST_PRODUCTS),
    customer: customerId === undefined ? null : { customerId, at: namedAt },
  })
}

function inOrder(session: Session): Session {
  const sorted = <Of extends { readonly sku: string }>(some: readonly Of[]) =>
    some.toSorted((one, other) => byText(one.sku, other.sku))
  return { ...session, views: sorted(session.views), cart: sorted(session.cart) }
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}
