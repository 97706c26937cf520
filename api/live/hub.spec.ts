import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openTopics } from '../../projections/changes/topics.ts'
import type { Carrier } from './client.ts'
import { Hub, type HubParts } from './hub.ts'
import type { TokenRole } from '../http/roles.ts'

interface Heard {
  readonly type: string
  readonly to?: number
  readonly head?: number
}

/** A hub on a clock that goes by half seconds, over a log of 70 events of which `orders` shows none. */
function running({ lagSeconds = 0, most = 8 }: { readonly lagSeconds?: number; readonly most?: number } = {}) {
  const state = { now: 0, lagSeconds }
  const shown = { position: 0, asOf: null, epoch: 'e', items: [], beside: {} }
  const topics = openTopics({} as never)
    .filter(({ name }) => name === 'orders')
    .map((topic) => ({
      ...topic,
      byKeys: () => Promise.resolve(shown),
      newest: () => Promise.resolve({ ...shown, first: () => ({ items: [], next: null }) }),
    }))
  const parts: HubParts = {
    topics,
    states: [{ name: 'lag', read: () => Promise.resolve([{ group: 'g' }]) }],
    readRecorded: () => Promise.resolve([]),
    head: () => Promise.resolve(70),
    knownHead: () => 70,
    projections: () =>
      Promise.resolve(
        topics.map(({ projection: { name } }) => ({
          ...{ name, state: 'live', position: 0, head: 70, lagEvents: 70, lagSeconds: state.lagSeconds },
          ...{ asOf: null, generation: 1, version: 1, error: null, replay: null },
        })) as never,
      ),
    pushed: () => undefined,
    onNotice: () => undefined,
    release: '1',
    most,
    clock: () => state.now,
    monotonic: () => state.now,
    log: pino({ level: 'silent' }),
    metrics: null,
  }
  const hub = new Hub(parts)
  const known: Readonly<Record<string, TokenRole>> = { one: 'read', two: 'admin', page: 'collect' }

  return {
    hub,
    state,
    async pass(seconds: number): Promise<void> {
      for (let half = 0; half < seconds * 2; half++) {
        state.now += 500
        await vi.advanceTimersByTimeAsync(500)
      }
    },
    /** `answers`: it answers to the pings of the protocol. `name`: it has a token, and sends it with its first message. */
    open({ answers = true, name = null }: { readonly answers?: boolean; readonly name?: string | null } = {}) {
      const heard: Heard[] = []
      const ends: (number | 'cut')[] = []
      let aliveAt = state.now
      let probes = 0
      const carrier: Carrier = {
        ...{ kind: 'websocket', unsent: () => 0, aliveAt: () => aliveAt },
        ...{ isOpen: () => ends.length === 0, isGone: () => ends.length > 0 },
        ping() {
          probes += 1
          if (answers) setTimeout(() => (aliveAt = state.now), 10)
        },
        send({ data }, _id, done) {
          heard.push(JSON.parse(data.toString()) as Heard)
          done()
        },
        close: (code) => void ends.push(code),
        cut: () => void ends.push('cut'),
      }
      const connection = hub.open({
        ...{ carrier, principal: null, authorization: null, needsToken: name !== null },
        find(authorization) {
          const [, found = ''] = authorization.split(' ')
          const role = known[found]
          return role === undefined ? null : { name: found, role }
        },
      })
      const follow = (topic: string) => {
        const wish = { type: 'subscribe', id: 1, ...(name !== null && { token: name }), topics: { [topic]: {} } }
        connection.received(JSON.stringify(wish), state.now)
      }
      return { heard, ends, follow, probes: () => probes }
    },
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('signs of life', () => {
  test('are asked for every 15 s, however often clients are told that a projection is behind', async () => {
    const { open, pass } = running({ lagSeconds: 40 })
    const [client, silent] = [open(), open({ answers: false })]
    for (const { follow } of [client, silent]) follow('orders')
    await pass(16)
    expect(client.heard.filter(({ type }) => type === 'ping').length).toBeGreaterThanOrEqual(14)
    await pass(28)
    expect(silent.ends).toEqual([])
    await pass(2)
    expect(silent.ends).toEqual(['cut'])
    await pass(60)
    expect(client.ends).toEqual([])
    expect(client.probes()).toBe(7)
  })

  test('that came while this process was held up count', async () => {
    const { open, pass, state } = running()
    const client = open()
    client.follow('orders')
    await pass(15)
    state.now += 60_000
    await pass(30)
    expect(client.ends).toEqual([])
  })
})

test('what is true for a moment, and how things stand, are told with the head of the log', async () => {
  const { open, pass } = running()
  const client = open()
  client.follow('lag')
  await pass(16)
  const told = client.heard.filter(({ type }) => type !== 'subscribed')
  expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['snapshot', 'ping']))
  for (const { type, to, head } of told) expect(type === 'ping' ? head : to).toBe(70)
})

describe('law 13: of the places', () => {
  test('one token has a quarter, and no more', () => {
    const { open, hub } = running()
    const clients = Array.from({ length: 3 }, () => {
      const client = open({ name: 'one' })
      client.follow('orders')
      return client
    })
    expect(clients.map(({ ends }) => ends)).toEqual([[], [], [1013]])
    expect([hub.hasPlaceFor('one'), hub.hasPlaceFor('two')]).toEqual([false, true])
  })

  test('those who have shown no token have a quarter, and the one that came first makes room', () => {
    const { open } = running()
    const named = open({ name: 'one' })
    named.follow('orders')
    const nameless = Array.from({ length: 20 }, () => open({ name: 'two' }))
    expect(nameless.slice(0, -2).every(({ ends }) => ends[0] === 'cut')).toBe(true)
    expect([named, ...nameless.slice(-2)].map(({ ends }) => ends)).toEqual([[], [], []])
  })

  test('a token that may only send user events has none', () => {
    const page = running().open({ name: 'page' })
    page.follow('orders')
    expect(page.ends).toEqual([4403])
  })
})
