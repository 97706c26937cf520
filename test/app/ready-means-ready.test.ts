/** A read model that has stopped for good is reported in every answer on whether all is well, and stops no order. */
import { afterEach, expect, test } from 'vitest'
import { openPool } from '../../store/postgres/database.ts'
import { CUSTOMER, openShop, skuOf } from '../faults/shop.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const releases: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

async function start(env: Readonly<Record<string, string>>): Promise<Service> {
  const data = makeDataDir()
  releases.push(() => data.remove())
  const service = await startService({ dataDir: data.path, env })
  releases.push(() => service.kill())
  return service
}

async function order({ url }: Service): Promise<number> {
  const { status } = await fetch(new URL('/orders', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerId: CUSTOMER, lines: [{ sku: skuOf(0), quantity: 1 }] }),
  })
  return status
}

interface Readiness {
  readonly status: string
  readonly checks: readonly {
    readonly name: string
    readonly ok: boolean
    readonly ageSeconds: number
    readonly detail: string | null
  }[]
}

async function readiness({ url }: Service): Promise<Readiness> {
  const answer = await fetch(new URL('/readyz', url))
  expect(answer.status).toBe(200)
  return (await answer.json()) as Readiness
}

test('a failed projection degrades every process, fails verify and doctor, and a resume says what became of it; so do letters without room', async () => {
  const { url, drop } = await testDatabase()
  releases.push(drop)
  const pool = openPool(url, { name: 'test', max: 1 })
  releases.push(() => pool.end())
  const env = { DATABASE_URL: url, DEAD_LETTERS_MAX: '1' }
  const service = await start(env)
  const other = await start({ ...env, ROLES: 'reactor' })
  const command = (...args: string[]) => startCommand(service.dataDir, args, { env: { ...env, PORT: '0' } }).finished
  await openShop(service.url, { products: 1, stock: 100 })
  await pool.query('alter table views.sales_totals_g1 add constraint broken check (false) not valid')
  expect(await order(service)).toBe(201)

  for (const each of [service, other]) {
    await eventually(async () => (await readiness(each)).status === 'degraded')
    const failed = (await readiness(each)).checks.filter(({ ok }) => !ok)
    expect(failed).toMatchObject([{ name: 'projection-sales', detail: expect.stringContaining('broken') as string }])
  }
  expect(await order(service)).toBe(201)
  const verified = await command('verify')
  expect(verified.code).toBe(1)
  expect(verified.stdout).toMatch(/✖ law 7 {2}projection-sales .*\n.*stopped at position \d+/)
  const examined = await command('doctor')
  expect(examined.code).toBe(1)
  expect(examined.stdout).toMatch(/✖ projection sales .*stopped at position \d+.*\n.*projections resume sales/)
  const again = await command('projections', 'resume', 'sales')
  expect(again.code).toBe(1)
  expect(again.stdout).toMatch(/sales failed again at position \d+/)

  await pool.query('alter table views.sales_totals_g1 drop constraint broken')
  const mended = await command('projections', 'resume', 'sales')
  expect(mended).toMatchObject({ code: 0, stderr: '' })
  expect(mended.stdout).toMatch(/sales (shows everything|goes on)/)
  await eventually(async () => (await readiness(other)).status === 'ready')
  await eventually(async () => (await command('verify')).code === 0)

  // The same where undecided dead letters have all the room that there is for them.
  await pool.query(
    `insert into log.dead_letters (topic, partition, record_offset, record_timestamp, headers, class, message, cause, parked_at)
    values ('order-commands', 0, 0, 0, '[]', 'invalid-json', 'no JSON', 'invalid-json-0a1b2c3d', now())`,
  )
  const reason = '1 dead letters are undecided, and DEAD_LETTERS_MAX is 1'
  for (const each of [service, other]) {
    await eventually(async () => (await readiness(each)).status === 'degraded')
    const failed = (await readiness(each)).checks.filter(({ ok }) => !ok)
    expect(failed).toMatchObject([{ name: 'dead-letters', detail: expect.stringContaining(reason) as string }])
  }
  expect(await order(service)).toBe(201)
  expect((await command('doctor')).stdout).toMatch(
    new RegExp(`✖ dead letters .*${reason}.*\\n.*orderledger dead-letters list`),
  )
  expect((await command('dead-letters', 'list')).stdout).toContain(`no room: ${reason}`)
  expect((await command('dead-letters', 'discard', 'invalid-json-0a1b2c3d')).code).toBe(0)
  await eventually(async () => (await readiness(other)).status === 'ready')
})

test('a paused projection is a note of verify', async () => {
  const { url, drop } = await testDatabase()
  releases.push(drop)
  const service = await start({ DATABASE_URL: url })
  const command = (...args: string[]) => startCommand(service.dataDir, args, { env: { DATABASE_URL: url } }).finished
  await command('projections', 'pause', 'sales')
  await openShop(service.url, { products: 1, stock: 100 })
  expect((await readiness(service)).status).toBe('ready')
  const verified = await command('verify')
  expect(verified.code).toBe(0)
  expect(verified.stdout).toMatch(/projection sales is paused at position [01]\b/)
  expect((await command('projections', 'resume', 'sales')).stdout).toMatch(/sales (shows everything|goes on)/)
})

test('a projection that nobody moves on is a note of verify, and a resume says what is missing', async () => {
  const { url, drop } = await testDatabase()
  releases.push(drop)
  const first = await start({ DATABASE_URL: url })
  await openShop(first.url, { products: 1, stock: 100 })
  await first.stop()
  const service = await start({ DATABASE_URL: url, ROLES: 'api' })
  const command = (...args: string[]) => startCommand(service.dataDir, args, { env: { DATABASE_URL: url } }).finished
  expect(await order(service)).toBe(201)
  const verified = await command('verify')
  expect(verified.code).toBe(0)
  expect(verified.stdout).toMatch(/projection sales is [1-9]\d* events behind/)
  const resumed = await command('projections', 'resume', 'sales')
  expect(resumed.code).toBe(0)
  expect(resumed.stdout).toContain('sales has shown nothing yet: does a process with the role projector run?')
})

test('a process stays ready while slow reads of a client have every connection for reads', async () => {
  const { url, drop } = await testDatabase()
  releases.push(drop)
  const pool = openPool(url, { name: 'test', max: 2 })
  releases.push(() => pool.end())
  const service = await start({ DATABASE_URL: url })
  await openShop(service.url, { products: 1, stock: 100 })
  expect(await order(service)).toBe(201)
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('lock table views.orders_g1 in access exclusive mode')
  const reads = Array.from({ length: 12 }, () => fetch(new URL('/orders', service.url)))
  const waiting = `select count(*) as blocked from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%orders%'`
  await eventually(async () => Number((await pool.query<{ blocked: string }>(waiting)).rows[0]?.blocked) >= 8)
  const age = async () => (await readiness(service)).checks.find(({ name }) => name === 'database')?.ageSeconds ?? NaN
  // Each time it is younger than before the database has been asked meanwhile.
  let before = await age()
  for (let heard = 0; heard < 3;) {
    const now = await age()
    if (now < before) heard += 1
    before = now
  }
  await holder.query('rollback')
  holder.release()
  for (const { status } of await Promise.all(reads)) expect(status).toBe(200)
})
