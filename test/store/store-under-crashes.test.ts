/** Orders under load while backends and the server die: what was answered is in the log, and nothing twice. */
import { expect, test } from 'vitest'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import { openPool } from '../../store/postgres/database.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { endBackends } from './backends.ts'
import { eventually } from '../support/eventually.ts'
import { openShop, place, saidBy } from './shop-commands.ts'
import { startStoreProcess, storeProcesses, type StoreProcess } from '../support/store-process.ts'
import { ordersBy, stockOf, wholeLog } from './whole-log.ts'

const processes = storeProcesses()

/** Orders without keys: each that is answered must be in the log once, and each that is not must not be there twice. */
async function orderUntil(over: () => boolean, started: readonly StoreProcess[]) {
  const accepted: string[] = []
  const failures: unknown[] = []
  const client = async (index: number) => {
    while (!over()) {
      const process = started[index % started.length]
      if (process === undefined) return
      try {
        const { orderId } = saidBy(await process.committer.execute(place(['B1']))) as { readonly orderId: string }
        accepted.push(orderId)
      } catch (error) {
        if (!(error instanceof StoreFailure)) throw error
        failures.push(error.code)
      }
    }
  }
  await Promise.all(Array.from({ length: 20 }, (_, index) => client(index)))
  return { accepted, failures }
}

async function expectInLogOnce(pool: StoreProcess['pool'], answered: readonly string[], unknown: number) {
  const log = await wholeLog(pool)
  const placed = [...ordersBy(log, 'OrderPlaced'), ...ordersBy(log, 'OrderRejected')]
  expect(new Set(placed).size).toBe(placed.length)
  expect(answered.filter((orderId) => !placed.includes(orderId))).toEqual([])
  expect(placed.length).toBeLessThanOrEqual(answered.length + unknown)
  expect(stockOf(log, 'B1').reserved).toBe(ordersBy(log, 'OrderPlaced').length)
}

test('backends terminated again and again under load: every answer is in the log, and nothing twice (laws 3, 5)', async () => {
  const [one, other] = [await processes.start(), await processes.start()]
  await openShop(one.committer, { B1: 100_000 })
  const rounds = 25
  let over = false
  const ordering = orderUntil(() => over, [one, other])
  let terminated = 0
  while (terminated < rounds) terminated += await endBackends(one.pool, 'pg_terminate_backend', "state = 'active'")
  over = true
  const { accepted, failures } = await ordering
  expect(failures).toEqual([])
  expect(one.errors.length + other.errors.length).toBeGreaterThanOrEqual(rounds / 2)
  await expectInLogOnce(one.pool, accepted, 0)
})

test('a server that crashes and recovers under load: every answer is in the log, and nothing twice (laws 3, 5)', async () => {
  await using server = await startThrowawayPostgres({ durable: true })
  const pool = openPool(server.url, { name: 'test', max: 1 })
  await migrate(pool)
  await pool.end()
  const started = [await startStoreProcess(server.url), await startStoreProcess(server.url)]
  const [first] = started
  if (first === undefined) throw new Error('no process')
  await openShop(first.committer, { B1: 100_000 })
  let crashes = 0
  const ordering = orderUntil(() => crashes === 2, started)
  for (; crashes < 2; crashes++) {
    const known = first.committer.known
    await eventually(() => first.committer.known > known + 50)
    await server.restartImmediate()
  }
  const { accepted, failures } = await ordering
  expect(accepted.length).toBeGreaterThan(50)
  expect(started.flatMap(({ errors }) => errors).length).toBeGreaterThanOrEqual(2)
  await expectInLogOnce(first.pool, accepted, failures.length)
  await Promise.all(started.map((process) => process.stop()))
})
