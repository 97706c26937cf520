import { describe, expect, test } from 'vitest'
import { feeding, type TestClient, type Told } from './test-kit.ts'

const EPOCH = 'e.1'
const skus = ({ items }: Told) => items.map(({ sku }) => sku)

describe('who begins', () => {
  test('gets one snapshot, shared with all who ask at that moment, and then every change', async () => {
    const { join, show, rest, state } = feeding({ position: 5 })
    const clients = [join(), join(), join()]
    await rest()
    expect(state.newest).toBe(1)
    show('A')
    await rest()
    for (const { told } of clients) {
      expect(told).toMatchObject([
        { type: 'snapshot', reason: 'start', from: null, to: 5, epoch: EPOCH },
        { type: 'change', from: 5, to: 6, items: [{ sku: 'A', at: 6 }] },
      ])
    }
    expect(state.reads).toBe(1)
  })

  test('costs nothing while nobody is there', async () => {
    const { show, rest, state } = feeding()
    show('A', 'B')
    await rest()
    expect(state).toMatchObject({ reads: 0, newest: 0, logReads: 0 })
  })
})

describe('law 12: who resumes', () => {
  test('gets each row that changed once, in the order of its last change', async () => {
    const { join, record, rest, state, log } = feeding()
    for (const sku of ['A', 'B', 'A', 'C']) record(sku)
    state.checkpoint = log.length
    const { told } = join({ after: 1, epoch: EPOCH })
    await rest()
    expect(told).toMatchObject([{ type: 'change', from: 1, to: 4 }])
    expect(told.map(skus)).toEqual([['B', 'A', 'C']])
  })

  test('has the log read once with all who wait', async () => {
    const { join, rest, state } = feeding({ position: 900 })
    for (let after = 0; after < 50; after++) join({ after, epoch: EPOCH })
    await rest()
    expect(state.logReads).toBe(1)
  })

  test('is told at once where nothing changed', async () => {
    const { join, rest } = feeding({ position: 7 })
    const { told } = join({ after: 7 })
    await rest()
    expect(told).toMatchObject([{ type: 'change', from: 7, to: 7, items: [] }])
  })

  test('starts anew behind more than 10,000 positions, in another history, and beyond the log', async () => {
    const { join, rest } = feeding({ position: 10_001 })
    const wishes = [{ after: 0 }, { after: 5, epoch: 'other.1' }, { after: 10_002 }]
    const clients = wishes.map((wish) => join(wish))
    await rest()
    expect(clients.map(({ told }) => [told[0]?.reason, told[0]?.from])).toEqual([
      ['behind', 0],
      ['epoch', 5],
      ['ahead', 10_002],
    ])
  })

  test('waits for a position that is not shown yet, and 5 s at most', async () => {
    const { join, rest, record, show, state, feed } = feeding({ position: 3 })
    record('A')
    const [one, other] = [join({ after: 4 }), join({ after: 4 })]
    await rest()
    expect(one.told).toEqual([])
    feed.leave(other.subscription)
    show()
    await rest()
    expect(one.told).toMatchObject([{ type: 'change', from: 4, to: 4 }])
    record('B')
    const late = join({ after: 5 })
    await rest()
    state.now += 5_000
    feed.wake()
    await rest()
    expect(late.told).toMatchObject([{ type: 'snapshot', reason: 'behind', from: 5, to: 4 }])
  })

  test('gets a long stretch in frames of at most 500 items that tile', async () => {
    const { join, rest, show, log, state, record } = feeding()
    for (let index = 0; index < 1_200; index++) record(`p${String(index)}`)
    state.checkpoint = log.length
    const { told } = join({ after: 0 })
    await rest()
    expect(told.map(({ from, to, items }) => [from, to, items.length])).toEqual([
      [0, 500, 500],
      [500, 1_000, 500],
      [1_000, 1_200, 200],
    ])
    show('last')
    await rest()
    expect(told.at(-1)).toMatchObject({ from: 1_200, to: 1_201 })
  })
})

describe('law 12: a crowd that is told in several turns', () => {
  /** Calls `meanwhile` once the first client has got a change: there are so many clients that others get it later. */
  async function crowd(meanwhile: (clients: readonly TestClient[], around: ReturnType<typeof feeding>) => void) {
    const around = feeding({ position: 3 })
    const clients = Array.from({ length: 100 }, () => around.join())
    await around.rest()
    around.show('A')
    while (clients[0]?.told.length === 1) await new Promise((resolve) => setImmediate(resolve))
    expect(clients.at(-1)?.told).toHaveLength(1)
    meanwhile(clients, around)
    await around.rest()
    return { clients, around }
  }

  test('is moved back by nothing that it hears meanwhile', async () => {
    const { clients, around } = await crowd((present, { feed }) => {
      const standing = present.map(({ subscription }) => feed.moved(subscription).to)
      expect(standing[0]).toBe(4)
      expect(standing.at(-1)).toBe(3)
      for (const { subscription } of present) subscription.queued = feed.moved(subscription)
    })
    around.state.now += 1_000
    around.show('B')
    await around.rest()
    for (const { told } of clients) expect(told.slice(1).map(({ from, to }) => [from, to])).toEqual([[3, 4], [4, 5]]) // prettier-ignore
  })

  test('is told nothing of a topic that it has left, and one who joins gets a snapshot and what comes after it', async () => {
    let joined: TestClient | null = null
    const { clients } = await crowd((present, { feed, join }) => {
      const last = present.at(-1)
      if (last !== undefined) feed.leave(last.subscription)
      joined = join()
    })
    expect(clients.at(-1)?.told).toHaveLength(1)
    expect(clients.at(-2)?.told).toHaveLength(2)
    expect(joined).toMatchObject({ told: [{ type: 'snapshot', to: 4 }] })
  })
})

describe('what changes under clients', () => {
  test('other tables: they start anew; the same ones: they see nothing', async () => {
    const { join, rest, feed, state } = feeding({ position: 3 })
    const { told } = join()
    await rest()
    feed.heard({ position: 3, generation: 1 })
    feed.heard({ position: 3, generation: 2 })
    await rest()
    expect(told).toHaveLength(1)
    state.epoch = 'f'
    feed.heard({ position: 3, generation: 3 })
    await rest()
    expect(told[1]).toMatchObject({ type: 'snapshot', reason: 'epoch', from: 3, to: 3, epoch: 'f.1' })
  })

  test('a log that goes back: they start anew', async () => {
    const { join, rest, feed, state } = feeding({ position: 9 })
    const { told } = join()
    await rest()
    state.checkpoint = 4
    feed.heard({ position: 4, generation: 2 })
    await rest()
    expect(told[1]).toMatchObject({ type: 'snapshot', reason: 'ahead', from: 9, to: 4 })
  })

  test('no tables: they are told, and get a snapshot when there are', async () => {
    const { join, rest, state, feed } = feeding({ position: 3 })
    state.hasTables = false
    const { told } = join()
    await rest()
    expect(told).toMatchObject([{ type: 'error', code: 'rebuilding', topic: 'stock' }])
    state.hasTables = true
    state.now += 500
    feed.wake()
    await rest()
    expect(told[1]).toMatchObject({ type: 'snapshot', reason: 'start' })
  })
})

describe('too much', () => {
  test('above 2,000 items a second frames leave rows out, and a snapshot follows', async () => {
    const { join, rest, show, state, feed, reasons } = feeding({ position: 3 })
    const { told, subscription } = join()
    await rest()
    show(...Array.from({ length: 2_500 }, (_, index) => `p${String(index)}`))
    await rest()
    expect(told[1]).toMatchObject({ type: 'change', from: 3, to: 2_503, summary: true, count: 2_500 })
    expect(told[1]?.items).toHaveLength(50)
    expect(subscription.queued).toMatchObject({ to: 2_503, has: 3 })
    state.now += 1_100
    feed.wake()
    await rest()
    expect(told[2]).toMatchObject({ type: 'snapshot', reason: 'summary', from: 3, to: 2_503 })
    expect(subscription.queued).toMatchObject({ to: 2_503, has: 2_503 })
    expect(reasons).toEqual(['start', 'summary'])
  })

  test('who does not read loses the backlog and starts anew, and nobody else waits', async () => {
    const { join, rest, show, state } = feeding({ position: 3 })
    const [slow, other] = [join(), join()]
    await rest()
    slow.hold()
    const name = 'x'.repeat(60)
    for (let round = 0; round < 60; round++) {
      state.now += 1_000
      show(...Array.from({ length: 300 }, (_, index) => `${name}${String(index)}`))
      await rest()
    }
    expect(other.told).toHaveLength(61)
    expect(slow.told.length).toBeLessThan(20)
    slow.release()
    await rest()
    expect(slow.told.at(-1)).toMatchObject({ type: 'snapshot', reason: 'slow', from: slow.told.at(-2)?.to })
    state.now += 1_000
    show('A')
    await rest()
    expect(slow.told.at(-1)).toMatchObject({ type: 'change', to: 3 + 60 * 300 + 1 })
  })

  test('law 13: who asks for snapshots again and again without reading has none made beyond what fits the line', async () => {
    const { join, rest, reasons, feed, state } = feeding({ position: 3 })
    state.padding = 40_000
    const client = join()
    client.hold()
    await rest()
    for (let again = 0; again < 50; again++) {
      feed.leave(client.subscription)
      client.subscription.owes('start')
      feed.join(client)
      await rest()
    }
    expect(reasons).toHaveLength(2)
    expect(client.client.bytes).toBeLessThan(2 * 65_536)
  })
})
