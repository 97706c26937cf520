/** Reactors in processes of their own, stopped and told the wrong time; crashes.test.ts kills them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { eventually } from '../support/eventually.ts'
import { makeDataDir, startService, type Service, type ServiceOptions } from '../support/service.ts'
import { breaches, expiries, names, openReacting, reserve, type Reacting } from './reacting.ts'

let reacting: Reacting
let releases: (() => Promise<unknown> | void)[]

beforeEach(async () => {
  reacting = await openReacting()
  releases = [() => reacting[Symbol.asyncDispose]()]
})

afterEach(async () => {
  for (const release of releases.reverse()) await release()
})

async function start(env: ServiceOptions['env'] = {}): Promise<Service> {
  const data = makeDataDir()
  releases.push(() => data.remove())
  const where = { DATABASE_URL: reacting.url, ROLES: 'reactor' }
  const service = await startService({ dataDir: data.path, env: { ...where, ...env } })
  releases.push(async () => {
    service.signal('SIGCONT')
    await service.kill()
  })
  return service
}

async function expectAllExpiredOnce(count: number): Promise<void> {
  await eventually(async () => {
    const { position, head, due } = await reacting.state()
    return position === head && due === 0
  })
  const found = (await expiries(reacting.pool)).map(({ stream }) => stream)
  expect([...found].sort()).toEqual(
    names(count)
      .map((id) => `order-${id}`)
      .sort(),
  )
  expect(await breaches(reacting.pool)).toEqual([])
}

describe('law 11: a reactor', () => {
  test('that is stopped loses its turn to another process, and does no harm when it wakes', async () => {
    const first = await start()
    await eventually(async () => (await reacting.state()).state === 'live')
    await start()
    await reserve(reacting.pool, names(200), (index) => 50 * index)
    await eventually(async () => (await expiries(reacting.pool)).length > 0)
    first.signal('SIGSTOP')
    const before = (await expiries(reacting.pool)).length
    await eventually(async () => (await expiries(reacting.pool)).length > before + 20)
    first.signal('SIGCONT')
    await expectAllExpiredOnce(200)
  })

  test('in one process with everything else uses the connection of the orders, and acts as well', async () => {
    await reserve(reacting.pool, names(20), () => -1_000)
    const service = await start({ ROLES: 'all' })
    await expectAllExpiredOnce(20)
    const shown = (await (await fetch(`${service.url}/reactors`)).json()) as { readonly items: readonly object[] }
    expect(shown.items).toMatchObject([
      { name: 'expire-orders', state: 'live', due: 0, parkedCount: 0, lastError: null },
      { name: 'payments', state: 'paused' },
      { name: 'mail', state: 'paused' },
      { name: 'stock-outs', state: 'live' },
      { name: 'fraud', state: 'live' },
    ])
    const { rows } = await reacting.pool.query<{ writers: number }>(
      `select count(*)::int as writers from pg_stat_activity
      where datname = current_database() and application_name = 'orderledger writer'`,
    )
    expect(rows[0]?.writers).toBe(1)
  })

  test.each([120_000, -120_000])('whose clock is off by %d ms expires nothing early', async (shift) => {
    const preload = new URL('../support/shifted-clock.js', import.meta.url).href
    await start({ NODE_OPTIONS: `--import ${preload}`, CLOCK_SHIFT: String(shift) })
    const now = await databaseTime(reacting.pool)
    await reserve(reacting.pool, names(20), (index) => 3_000 + 100 * index)
    await expectAllExpiredOnce(20)
    for (const { stream, recordedAt } of await expiries(reacting.pool)) {
      const index = Number(stream.slice('order-o'.length)) - 1
      expect(recordedAt).toBeGreaterThanOrEqual(now + 3_000 + 100 * index - 1)
    }
  })
})
