/** What operators hear of payments on hold: by doctor and GET /readyz, from one alone to as many as may be. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import { MOST_HELD } from '../../reactors/payments/held-payments.ts'
import { postJson, type Reply } from '../api/post-json.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { query } from '../support/query.ts'
import { runCommand } from '../support/run-command.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { makeDataDir } from '../support/service.ts'

const folder = mkdtempSync(join(tmpdir(), 'orderledger-holds-'))
const data = makeDataDir()
let database: TestDatabase
let gateway: RunningSimulator
let service: ServiceHere
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  database = await testDatabase()
  const odds = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, webhook: null }
  gateway = await startSimulator({ ...odds, book: join(folder, 'book.jsonl'), port: 0, clock: systemClock })
  // Everybody comes to 99 points.
  const table = join(folder, 'everybody.json')
  const rules = { attemptsOfCustomer: [{ from: 1, points: 99 }] }
  writeFileSync(table, JSON.stringify({ version: 'all', threshold: 60, rules }))
  env = { DATABASE_URL: database.url, FRAUD_TABLE: table, FRAUD_HOLD: '99' }
  service = await serviceHere({ dataDir: data.path, env: { ...env, EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url } })
  const price = { amount: 1_000, currency: 'EUR' }
  await posted('/products', { sku: 'A1', name: 'Cup', category: 'kitchen', price, stock: 1_000 })
  await posted('/customers', { customerId: 'c1', name: 'Ada', region: 'berlin' })
})

afterAll(async () => {
  await service.stop()
  await gateway.stop()
  await database.drop()
  data.remove()
  rmSync(folder, { recursive: true, force: true })
})

function post(path: string, body: object = {}): Promise<Reply> {
  return postJson(`${service.url}${path}`, body)
}

/** A busy machine may answer 503 first. */
async function posted(path: string, body: object): Promise<void> {
  await eventually(async () => [200, 201].includes((await post(path, body)).status))
}

async function get<Body>(path: string): Promise<Body> {
  return (await (await fetch(`${service.url}${path}`)).json()) as Body
}

interface Held {
  readonly hold: { readonly alertId: string }
}

async function onHold(): Promise<readonly Held[]> {
  return (await get<{ readonly items: readonly Held[] }>('/payments?status=held&limit=200')).items
}

let made = 0

/** Where the scorer of a busy machine is late, an attempt is charged: then the next one. Gives the order. */
async function putOnHold(): Promise<string> {
  for (;;) {
    const orderId = `o${String((made += 1))}`
    await posted('/orders', { orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })
    await post('/payments', { orderId, method: 'card' })
    const status = await eventually(async () => {
      const found = (await get<{ readonly status: string }>(`/payments/${orderId}`)).status
      return ['held', 'captured'].find((one) => one === found)
    })
    if (status === 'held') return orderId
  }
}

/** Of doctor, those of what is on hold. */
async function examined(): Promise<readonly object[]> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  writeFileSync(join(data.path, '.env'), lines.join('\n'))
  const { stdout } = await runCommand(data.path, 'doctor', '--json')
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly name: string }[] }
  return checks.filter(({ name }) => name === 'payments on hold')
}

async function ready(): Promise<{ readonly status: string; readonly detail: string | null }> {
  const { status, checks } = await get<{
    readonly status: string
    readonly checks: readonly { readonly name: string; readonly detail: string }[]
  }>('/readyz')
  return { status, detail: checks.find(({ name }) => name === 'payments-on-hold')?.detail ?? null }
}

const fine = (saw: string | RegExp) => ({
  state: 'fine',
  saw: expect.stringMatching(saw) as string,
})

test('doctor says how many are on hold and for how long, and names whoever does not release them', async () => {
  expect(await examined()).toMatchObject([{ state: 'fine', saw: 'none' }])
  const first = await putOnHold()
  await putOnHold()
  const two = fine(/^2 of at most 100, the oldest for \d+ (s|min)$/)
  expect(await examined()).toMatchObject([two])
  expect(await ready()).toEqual({ status: 'ready', detail: null })

  await post('/reactors/payments/pause')
  const paused = 'nothing releases them: the reactor payments is paused'
  const resume = 'orderledger reactors resume payments'
  expect(await examined()).toMatchObject([two, { state: 'advice', saw: paused, fix: resume }])
  expect(await ready()).toEqual({ status: 'ready', detail: null })

  // As if both had been on hold for longer than they may be.
  const age = (ms: number) =>
    query(database.url, `update views.payments_g1 set held_at = held_at - ${String(ms)} where status = 'held'`)
  await age(4_000_000)
  const late = /^the oldest has been on hold for 6\d min, was to be charged after 60 min, and nobody releases it$/
  const found = [{ state: 'failed', saw: expect.stringMatching(late) as string, fix: resume }, { saw: paused }]
  expect(await examined()).toMatchObject([fine(/the oldest for 6\d min$/), ...found])
  await eventually(async () => (await ready()).status === 'degraded')
  expect((await ready()).detail).toMatch(late)
  await post('/reactors/payments/resume')
  const list = 'orderledger reactors list shows what the reactor payments waits for'
  expect(await examined()).toMatchObject([{ state: 'fine' }, { state: 'failed', fix: list }])
  await age(-4_000_000)
  await eventually(async () => (await ready()).status === 'ready')

  await query(
    database.url,
    `update log.due set failure = '{"code": "defect", "message": "no"}' where stream = 'payment-${first}' and detail ? 'hold'`,
  )
  const parked = 'nothing releases them: the reactor payments has parked 1 of them'
  const retry = 'orderledger reactors retry payments'
  expect(await examined()).toMatchObject([two, { state: 'advice', saw: parked, fix: retry }])
  await post('/reactors/payments/retry')
  await post('/reactors/fraud/pause')
  const unscored = 'nothing more is put on hold: the reactor fraud is paused'
  expect(await examined()).toMatchObject([
    two,
    { state: 'advice', saw: unscored, fix: 'orderledger reactors resume fraud' },
  ])
  await post('/reactors/fraud/resume')
  expect(await examined()).toMatchObject([two])
})

test('where as many are on hold as may be, doctor and readiness say that others are charged, until one is reviewed', async () => {
  while ((await onHold()).length < MOST_HELD) await putOnHold()
  const full = '100 are on hold, as many as there may be: what else looks like fraud is charged'
  await eventually(async () => (await ready()).status === 'degraded')
  expect(await ready()).toEqual({ status: 'degraded', detail: full })
  expect(await examined()).toMatchObject([
    fine(/^100 of at most 100/),
    { state: 'advice', saw: full, fix: expect.stringContaining('/review') as string },
  ])
  const [one] = await onHold()
  await post(`/fraud-alerts/${one?.hold.alertId ?? ''}/review`, { verdict: 'fraud' })
  await eventually(async () => (await ready()).status === 'ready')
  expect(await examined()).toMatchObject([fine(/^99 of at most 100/)])
})

test('what is on hold is told where no process runs, and without FRAUD_HOLD too', async () => {
  await service.stop()
  const unserved = await eventually(async () => {
    const checks = await examined()
    return checks.length > 1 ? checks : null
  })
  const nobody = { state: 'advice', saw: 'nothing releases them: no reactor runs' }
  expect(unserved).toMatchObject([fine(/^99 of at most 100/), nobody])
  const { FRAUD_HOLD: _, ...off } = env
  env = off
  expect(await examined()).toMatchObject([fine(/^99 of at most 100/), nobody])
})
