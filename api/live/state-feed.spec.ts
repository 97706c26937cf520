import { expect, test } from 'vitest'
import { Client, type Carrier } from './client.ts'
import { StateFeed } from './state-feed.ts'

interface Told {
  readonly type: string
  readonly reason: string
  readonly to: number
  readonly items: readonly { readonly value: number }[]
}

test('a state is told whole, at once, then as it changes, at most once a second, and at least every 5 s', async () => {
  const state = { now: 0, value: 1, reads: 0 }
  const feed = new StateFeed({
    topic: {
      name: 'lag',
      read() {
        state.reads += 1
        return Promise.resolve([{ value: state.value }])
      },
    },
    head: () => 7,
    clock: () => state.now,
    monotonic: () => state.now,
    snapshotMade: () => undefined,
    failed(error) {
      throw error
    },
  })
  const told: Told[] = []
  const carrier: Carrier = {
    ...{ kind: 'websocket', unsent: () => 0, ping: () => undefined, aliveAt: () => null },
    ...{ isOpen: () => true, isGone: () => false, close: () => undefined, cut: () => undefined },
    send({ data }, _id, done) {
      told.push(JSON.parse(data.toString()) as Told)
      done()
    },
  }
  const client = new Client(carrier, { roomy: () => undefined })
  /** As the hub does: it looks twice a second. */
  const pass = async (halves: number): Promise<void> => {
    for (let half = 0; half < halves; half++) {
      state.now += 500
      await feed.look()
    }
  }

  await feed.look()
  expect(state.reads).toBe(0)
  feed.join(client)
  await pass(1)
  expect(told).toMatchObject([{ type: 'snapshot', reason: 'state', from: null, to: 7, items: [{ value: 1 }] }])
  // Unchanged: nothing until five seconds are over, then all of it again.
  await pass(8)
  expect(told).toHaveLength(1)
  await pass(2)
  expect(told).toHaveLength(2)
  // It changes with every look: one change a second is sent.
  for (let half = 0; half < 8; half++) {
    state.value += 1
    await pass(1)
  }
  expect(told.length).toBeGreaterThanOrEqual(5)
  expect(told.length).toBeLessThanOrEqual(7)
  expect(state.reads).toBeLessThanOrEqual(11)
  feed.leave(client)
  const { reads } = state
  await pass(10)
  expect(state.reads).toBe(reads)
})
