import { describe, expect, test } from 'vitest'
import { accept, refuse } from '../../domain/decision.ts'
import { availableOf, inventory } from '../../domain/inventory.ts'
import { append, appendStatement, beginBehindLock } from '../../store/log/append.ts'
import { WriterConnection } from '../../store/commit/writer-connection.ts'
import { lockIsWaitedFor } from './backends.ts'
import { eventually } from '../support/eventually.ts'
import { answered, commandOf, openShop, place, receive, saidBy } from './shop-commands.ts'
import { failureOf, storeProcesses } from '../support/store-process.ts'
import { ordersBy, stockOf, wholeLog } from './whole-log.ts'

const processes = storeProcesses()

describe('orders for one hot product from two processes', () => {
  test('2,000 at once for 1,000 units: exactly 1,000 are accepted and no conflict reaches anybody (laws 1, 2, 4)', async () => {
    const limits = { batch: 50 } // many batches, so that the two meet often
    const [one, other] = [await processes.start({ limits }), await processes.start({ limits })]
    await openShop(one.committer, { HOT: 1_000 })
    const orders = await Promise.all(
      Array.from({ length: 2_000 }, (_, index) => (index % 2 === 0 ? one : other).committer.execute(place(['HOT']))),
    )
    expect(orders.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1_000)
    expect(orders.filter(({ outcome }) => outcome === 'refused')).toHaveLength(1_000)

    const log = await wholeLog(one.pool)
    expect(availableOf(stockOf(log, 'HOT'))).toBe(0)
    expect(ordersBy(log, 'OrderPlaced')).toHaveLength(1_000)
    expect(ordersBy(log, 'OrderRejected')).toHaveLength(1_000)
    expect([...one.errors, ...other.errors]).toEqual([])
    const batches = [...one.batches, ...other.batches]
    expect(batches.filter(({ behindLock }) => behindLock).length).toBeGreaterThan(3)
  })

  test('of several products each: an order reserves all its lines or none (laws 2, 4)', async () => {
    const skus = ['A1', 'B1', 'C1', 'D1']
    const started = [await processes.start({ cachedStreams: 3 }), await processes.start(), await processes.start()]
    const [first] = started
    if (first === undefined) throw new Error('no process')
    await openShop(first.committer, { A1: 90, B1: 70, C1: 50, D1: 110 })
    const orders = await Promise.all(
      Array.from({ length: 400 }, (_, index) => {
        const lines = skus.filter((_, line) => ((index % 15) + 1) & (1 << line))
        const { committer } = started[index % 3] ?? first
        return committer.execute(place(lines)).then((execution) => ({ lines, execution }))
      }),
    )
    const log = await wholeLog(first.pool)
    for (const sku of skus) {
      const accepted = orders.filter((done) => done.lines.includes(sku) && done.execution.outcome === 'accepted')
      expect(stockOf(log, sku).reserved).toBe(accepted.length)
    }
    expect(orders.some((done) => done.execution.outcome === 'refused')).toBe(true)
    expect(started.flatMap(({ errors }) => errors)).toEqual([])
  })

  test('a refusal is checked against the head too, though it writes nothing (laws 2, 5)', async () => {
    const [one, other] = [await processes.start(), await processes.start()]
    await openShop(one.committer, { HOT: 0 })
    const ask = () =>
      commandOf({
        decide: (read) => (availableOf(read(inventory, 'HOT')) > 0 ? accept() : refuse('none left')),
      })
    expect(saidBy(await other.committer.execute(ask()))).toBe('none left')
    await one.committer.execute(receive('HOT', 1))
    expect(saidBy(await other.committer.execute(ask()))).toBe('accepted')
  })
})

describe('an answer', () => {
  test('is given after the commit: what it says can be read at once, by anybody (law 5)', async () => {
    const { committer, pool } = await processes.start()
    await openShop(committer, { A1: 1_000 })
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const execution = await committer.execute(place(['A1']))
        const { rows } = await pool.query<{ stream: string; type: string }>(
          'select stream, type from log.events where position between $1 - 1 and $1 order by position',
          [answered(execution).position],
        )
        const { orderId } = saidBy(execution) as { readonly orderId: string }
        expect(rows).toEqual([
          { stream: `order-${orderId}`, type: 'OrderPlaced' },
          { stream: 'inventory-A1', type: 'StockReserved' },
        ])
      }),
    )
  })

  test('waits for the commit however long it takes (law 5)', async () => {
    const { committer, pool } = await processes.start()
    await openShop(committer, { A1: 1 })
    const release = await processes.holdHead()
    let answered = false
    const execution = committer.execute(receive('A1', 1)).finally(() => (answered = true))
    await lockIsWaitedFor(pool)
    expect(answered).toBe(false)
    release()
    expect(saidBy(await execution)).toEqual({ outcome: 'accepted', onHand: 2, version: 3 })
  })
})

describe('the queue', () => {
  test('refuses what it cannot hold, and does what it holds', async () => {
    const { committer, pool } = await processes.start({ limits: { queue: 10, batch: 3 } })
    await openShop(committer, { A1: 0 })
    const executions = Array.from({ length: 15 }, () => committer.execute(receive('A1', 1)))
    const done = await Promise.all(executions.map((execution) => failureOf(execution)))
    expect(done.filter((outcome) => outcome === 'overloaded')).toHaveLength(5)
    expect(done.filter((outcome) => outcome === 'no failure')).toHaveLength(10)
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(10)
  })

  test('makes batches no larger than their cap', async () => {
    const { committer, batches } = await processes.start({ limits: { batch: 7 } })
    await openShop(committer, { A1: 0 })
    await Promise.all(Array.from({ length: 100 }, () => committer.execute(receive('A1', 1))))
    expect(Math.max(...batches.map(({ commands }) => commands))).toBe(7)
  })

  test('has a command that somebody waits for overtake those that yield, and does them all', async () => {
    const { committer, batches, pool } = await processes.start({ limits: { yielding: 4 } })
    await openShop(committer, { A1: 0 })
    const before = batches.length
    let done = 0
    const yielding = Array.from({ length: 100 }, () =>
      committer.execute({ ...receive('A1', 1), yields: true }).then(() => (done += 1)),
    )
    await committer.execute(receive('A1', 1))
    expect(done).toBeLessThanOrEqual(8)
    await Promise.all(yielding)
    expect(Math.max(...batches.slice(before).map(({ commands }) => commands))).toBeLessThanOrEqual(5)
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(101)
  })

  test('is drained by stop; what comes later is refused', async () => {
    const { committer, pool } = await processes.start({ limits: { batch: 10 } })
    await openShop(committer, { A1: 0 })
    const executions = Array.from({ length: 100 }, () => committer.execute(receive('A1', 1)))
    const stopped = committer.stop()
    expect(await failureOf(committer.execute(receive('A1', 1)))).toBe('stopping')
    await stopped
    expect(new Set((await Promise.all(executions)).map(({ outcome }) => outcome))).toEqual(new Set(['accepted']))
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(100)
  })
})

describe('what others write', () => {
  test('keeps an idle process near the head, so that its next append does not meet a moved one', async () => {
    const [one, other] = [await processes.start(), await processes.start({ listens: true })]
    await openShop(one.committer, { A1: 0 })
    await eventually(() => other.committer.known === one.committer.known)
    await other.committer.execute(receive('A1', 1))
    const { position } = answered(await one.committer.execute(receive('A1', 1)))
    await eventually(() => other.committer.known === position)
    expect(other.cache.peek('inventory-A1')).toMatchObject({ state: { onHand: 2 } })
    await other.committer.execute(receive('A1', 1))
    expect(other.batches).toMatchObject([{ behindLock: false }, { behindLock: false }])
  })

  test('is dropped with the cache when there is too much of it to follow', async () => {
    const [one, other] = [await processes.start(), await processes.start({ limits: { tail: 10 } })]
    await openShop(one.committer, { A1: 0, B1: 0 })
    await Promise.all(['A1', 'B1'].map((sku) => other.committer.execute(receive(sku, 1))))
    expect(other.cache.peek('inventory-B1')).toBeDefined()
    for (let index = 0; index < 11; index++) await one.committer.execute(receive('A1', 1))
    expect(saidBy(await other.committer.execute(receive('A1', 1)))).toMatchObject({ onHand: 13 })
    expect(other.cache.peek('inventory-B1')).toBeUndefined()
    expect(saidBy(await other.committer.execute(receive('B1', 1)))).toMatchObject({ onHand: 2 })
  })

  test('and cannot be read here fails only the commands that need it', async () => {
    const { committer, cache, pool } = await processes.start()
    await openShop(committer, { A1: 0, B1: 0 })
    const writer = new WriterConnection(processes.url())
    const client = await writer.open()
    const { head } = await beginBehindLock(client, 0, 0)
    const id = Buffer.alloc(16, 1)
    const ids = { id, commandId: id, correlationId: id, causationId: null }
    const foreign = {
      stream: 'inventory-B1',
      version: 3,
      type: 'OfANewerRelease',
      schemaVersion: 1,
      data: Buffer.of(1),
    }
    await append(client, appendStatement(head, { events: [{ ...foreign, ...ids }], keyed: [] }))
    await client.query('commit')
    await writer.close()

    const both = Promise.all([failureOf(committer.execute(receive('B1', 1))), committer.execute(receive('A1', 1))])
    expect(await both).toEqual([expect.stringMatching(/inventory-B1 cannot be read at version 3/), expect.anything()])
    expect(cache.peek('inventory-B1')).toBeUndefined()
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(1)
  })
})

test('a process that is stopped while it holds the head lets the others go on, and writes nothing when it wakes', async () => {
  const one = await processes.start()
  await openShop(one.committer, { A1: 0 })
  const stopped = new WriterConnection(processes.url())
  const client = await stopped.open()
  const { head } = await beginBehindLock(client, 0, 0)
  const execution = one.committer.execute(receive('A1', 1))
  await lockIsWaitedFor(one.pool)
  expect((await execution).outcome).toBe('accepted')
  const id = Buffer.alloc(16, 1)
  const late = { stream: 'order-late', version: 1, type: 'Late', schemaVersion: 1, data: Buffer.of(1), id }
  const events = [{ ...late, commandId: id, correlationId: id, causationId: null }]
  await expect(append(client, appendStatement(head, { events, keyed: [] }))).rejects.toThrow()
  stopped.discard()
  expect((await wholeLog(one.pool)).some(({ stream }) => stream === 'order-late')).toBe(false)
})
