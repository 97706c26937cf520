/** What becomes of commands when connections, backends and the server itself fail in the worst moments. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accept, refuse } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import type { Command } from '../../store/commit/command.ts'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { endBackends } from './backends.ts'
import { eventually } from '../support/eventually.ts'
import { answered, commandOf, keyOf, openShop, receive, saidBy } from './shop-commands.ts'
import { failureOf, startStoreProcess, type StoreProcess } from '../support/store-process.ts'
import { type Fate, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { stockOf, wholeLog } from './whole-log.ts'

/** In the bytes of the statements, as the driver sends them. */
const APPEND = 'append\0'
const LOCK = 'log.lock_tail'
const COMMIT = 'commit\0'

let database: TestDatabase
let proxy: TcpProxy
let other: StoreProcess
let faulty: StoreProcess

/** Two processes: one writes by way of the proxy. */
beforeEach(async () => {
  database = await testDatabase()
  proxy = await startTcpProxy(database.url)
  other = await startStoreProcess(database.url)
  faulty = await startStoreProcess(database.url, { writerUrl: proxy.url, limits: { patience: 3_000 } })
  await openShop(other.committer, { A1: 0, B1: 1_000 })
  await eventually(async () => (await faulty.committer.execute(receive('A1', 1))).outcome === 'accepted')
  await faulty.committer.execute(receive('A1', 1)) // now it stands at the head
})

afterEach(async () => {
  proxy.up()
  await Promise.all([other.stop(), faulty.stop()])
  await proxy.stop()
  await database.drop()
})

async function stockNow(sku: string): Promise<number> {
  return stockOf(await wholeLog(other.pool), sku).onHand
}

/** Asks, without a key, for what must be done exactly once. */
async function receiveThrough(cut: { readonly happened: Promise<void> }): Promise<unknown> {
  const executions = [faulty.committer.execute(receive('A1', 1)), faulty.committer.execute(receive('A1', 1))]
  await cut.happened
  return Promise.all(executions).then((done) => done.map(saidBy))
}

const twoDone = [
  { outcome: 'accepted', onHand: 3, version: 5 },
  { outcome: 'accepted', onHand: 4, version: 6 },
]

describe('a connection that is lost around an append', () => {
  test.each<[string, string, Fate]>([
    ['before the append reaches the server', APPEND, 'lost'],
    ['after the append, before its answer', APPEND, 'unanswered'],
  ])('%s: each command is done once and answered (law 3)', async (_, bytes, fate) => {
    expect(await receiveThrough(proxy.cut(bytes, fate))).toEqual(twoDone)
    expect(await stockNow('A1')).toBe(4)
    expect(faulty.errors).toHaveLength(1)
  })

  test.each<[string, string, Fate]>([
    ['before the lock is asked for', LOCK, 'lost'],
    ['while the lock is taken', LOCK, 'unanswered'],
    ['before the append behind the lock', APPEND, 'lost'],
    ['after the append behind the lock', APPEND, 'unanswered'],
    ['before the commit reaches the server', COMMIT, 'lost'],
    ['after the commit, before its answer', COMMIT, 'unanswered'],
  ])('%s, another process having written: each command is done once and answered (law 3)', async (_, bytes, fate) => {
    await other.committer.execute(receive('B1', 1))
    // The first append finds the head moved, so that the second one goes behind the lock.
    if (bytes === APPEND) {
      const [first] = await Promise.all([faulty.committer.execute(receive('A1', 1))])
      expect(first.outcome).toBe('accepted')
      expect(faulty.batches.at(-1)).toMatchObject({ behindLock: true })
      const [third, fourth] = (await receiveThrough(proxy.cut(bytes, fate))) as unknown[]
      expect([third, fourth]).toEqual([
        { outcome: 'accepted', onHand: 4, version: 6 },
        { outcome: 'accepted', onHand: 5, version: 7 },
      ])
      expect(await stockNow('A1')).toBe(5)
    } else {
      expect(await receiveThrough(proxy.cut(bytes, fate))).toEqual(twoDone)
      expect(await stockNow('A1')).toBe(4)
    }
    expect(faulty.errors).toHaveLength(1)
  })

  test('after the append: the answer names the position its event got, whatever others wrote since', async () => {
    const cut = proxy.cut(APPEND, 'unanswered')
    const execution = faulty.committer.execute(receive('A1', 7))
    await cut.happened
    await Promise.all([other.committer.execute(receive('B1', 1)), other.committer.execute(receive('A1', 1))])
    const { position } = answered(await execution)
    const log = await wholeLog(other.pool)
    expect(log[position - 1]).toMatchObject({ stream: 'inventory-A1', version: 5 })
    expect(await stockNow('A1')).toBe(10)
  })

  test.each<Fate>(['lost', 'unanswered'])('%s: its key has one answer, here and elsewhere (law 3)', async (fate) => {
    const ask = ({ committer }: StoreProcess) => committer.execute(receive('A1', 1, keyOf('k', 1)))
    const cut = proxy.cut(APPEND, fate)
    const execution = ask(faulty)
    await cut.happened
    const elsewhere = answered(await ask(other))
    const { answer, position } = answered(await execution)
    expect({ answer, position }).toEqual({ answer: elsewhere.answer, position: elsewhere.position })
    expect(await stockNow('A1')).toBe(3)
  })

  test('and a backend that gets the append late: it finds the head moved and writes nothing (law 3)', async () => {
    const cut = proxy.cut(APPEND, 'late')
    const execution = faulty.committer.execute(receive('A1', 1))
    await cut.happened
    expect(saidBy(await execution)).toEqual({ outcome: 'accepted', onHand: 3, version: 5 })
    const before = await wholeLog(other.pool)
    await cut.release()
    expect(await wholeLog(other.pool)).toEqual(before)
  })

  test('and a backend that gets the append late, before anybody looks: it is found, and not done again (law 3)', async () => {
    const cut = proxy.cut(APPEND, 'late')
    const execution = faulty.committer.execute(receive('A1', 1))
    await cut.happened
    proxy.down()
    await cut.release()
    proxy.up()
    expect(saidBy(await execution)).toEqual({ outcome: 'accepted', onHand: 3, version: 5 })
    expect(await stockNow('A1')).toBe(3)
  })
})

describe('a server that stays away', () => {
  test('fails commands with store-unavailable when nothing was sent, and takes the next ones when it is back', async () => {
    const impatient = await startStoreProcess(database.url, {
      writerUrl: proxy.url,
      limits: { patience: 200, batch: 5 },
    })
    proxy.down()
    const executions = Array.from({ length: 30 }, () => failureOf(impatient.committer.execute(receive('A1', 1))))
    expect(new Set(await Promise.all(executions))).toEqual(new Set(['store-unavailable']))
    proxy.up()
    expect(saidBy(await impatient.committer.execute(receive('A1', 1)))).toMatchObject({ onHand: 3 })
    await impatient.stop()
  })

  test('fails those that wait in the queue together with the batch whose time is over, without a try for each', async () => {
    const limits = { patience: 200, batch: 1 }
    const impatient = await startStoreProcess(database.url, { writerUrl: proxy.url, limits })
    proxy.down()
    const executions = Array.from({ length: 200 }, () => failureOf(impatient.committer.execute(receive('A1', 1))))
    expect(new Set(await Promise.all(executions))).toEqual(new Set(['store-unavailable']))
    expect(impatient.errors.length).toBeLessThan(50)
    proxy.up()
    await impatient.stop()
  })

  const refusalWithKey = () =>
    commandOf({
      decide: (read) => (read(inventory, 'A1').onHand < 0 ? accept() : refuse('not negative')),
      key: keyOf('k', 'negative?'),
    })

  test.each<[string, () => Command, number]>([
    ['whose events may stand', () => receive('A1', 1), 3],
    ['whose key may stand', refusalWithKey, 2],
  ])('after an append fails a command %s with outcome-unknown', async (_, ask, onHand) => {
    const impatient = await startStoreProcess(database.url, { writerUrl: proxy.url, limits: { patience: 200 } })
    const cut = proxy.cut(APPEND, 'unanswered')
    const execution = failureOf(impatient.committer.execute(ask()))
    await cut.happened
    proxy.down()
    expect(await execution).toBe('outcome-unknown')
    proxy.up()
    expect(await stockNow('A1')).toBe(onHand)
    expect(saidBy(await impatient.committer.execute(receive('A1', 1)))).toMatchObject({ onHand: onHand + 1 })
    await impatient.stop()
  })
})

test('a database that lets nobody in after an append leaves its command with outcome-unknown', async () => {
  const name = new URL(database.url).pathname.slice(1)
  const maintenance = new URL(database.url)
  maintenance.pathname = '/postgres'
  const admin = openPool(maintenance.href, { name: 'test', max: 1 })
  const cut = proxy.cut(APPEND, 'late')
  await admin.query(`alter database ${name} allow_connections false`) // open connections stay
  const execution = failureOf(faulty.committer.execute(receive('A1', 1)))
  await cut.happened
  expect(await execution).toBe('outcome-unknown')
  await admin.query(`alter database ${name} allow_connections true`)
  await cut.release()
  expect(saidBy(await faulty.committer.execute(receive('A1', 1)))).toMatchObject({ onHand: 4 })
  await admin.end()
})

describe('the head, held by a session that works on', () => {
  test('beyond the deadline fails commands with store-unavailable, and does nothing', async () => {
    const impatient = await startStoreProcess(database.url, { limits: { patience: 100 } })
    const holder = await other.pool.connect()
    await holder.query('begin; select from log.log_head for update')
    expect(await failureOf(impatient.committer.execute(receive('A1', 1)))).toBe('store-unavailable')
    expect(impatient.errors).toEqual([expect.objectContaining({ code: '55P03' })])
    await holder.query('rollback')
    holder.release()
    expect(await stockNow('A1')).toBe(2)
    expect(saidBy(await impatient.committer.execute(receive('A1', 1)))).toMatchObject({ onHand: 3 })
    await impatient.stop()
  })

  test('within the deadline only keeps them waiting, whatever statement is cancelled meanwhile', async () => {
    const holder = await other.pool.connect()
    await holder.query('begin; select from log.log_head for update')
    const execution = faulty.committer.execute(receive('A1', 1))
    await eventually(async () => (await endBackends(other.pool, 'pg_cancel_backend', "wait_event_type = 'Lock'")) === 1)
    await eventually(() => faulty.errors.length > 0)
    await holder.query('rollback')
    holder.release()
    expect(saidBy(await execution)).toMatchObject({ onHand: 3 })
    expect(faulty.errors[0]).toMatchObject({ code: '57014' })
    expect(await stockNow('A1')).toBe(3)
  })
})
