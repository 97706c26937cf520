import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRunFile } from '../../app/start/run-file.ts'
import { eventually } from '../support/eventually.ts'
import { OrderingClient } from './ordering-client.ts'
import { expectVerified, holdToAnswers, openShop, ordersFor } from './shop.ts'
import { makeDataDir, type Service, startService } from '../support/service.ts'

const PLAN = { products: 10, stock: 10_000_000 }
const releases: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

async function serviceWithClient(): Promise<{ service: Service; client: OrderingClient; databaseUrl: string }> {
  const data = makeDataDir()
  releases.push(() => data.remove())
  const service = await startService({ dataDir: data.path })
  releases.push(async () => void (await service.stop()))
  const client = new OrderingClient({ url: () => service.url })
  releases.push(() => client.close())
  await openShop(service.url, PLAN)
  const run = readRunFile(data.path)
  if (run === null) throw new Error('the service has no run file')
  return { service, client, databaseUrl: run.databaseUrl }
}

test('law 5: Postgres that falls over under load and comes back loses nothing, and the service needs no restart', async () => {
  const { service, client, databaseUrl } = await serviceWithClient()
  const placing = client.placeAll(ordersFor('immediate', 3_000, PLAN), 32)
  for (const answered of [500, 1_500]) {
    await eventually(() => client.answers.length >= answered)
    process.kill(postmasterPid(service), 'SIGQUIT') // mode immediate: as a power cut
    const before = client.answers.length
    await eventually(() => client.answers.length > before + 200)
  }
  await placing
  expect(client.answers.length).toBe(3_000)
  await holdToAnswers(databaseUrl, client.answers)
  await expectVerified(service.dataDir)
})

test('law 5: backends that are terminated under load cost nothing but a retry', async () => {
  const { service, client, databaseUrl } = await serviceWithClient()
  const placing = client.placeAll(ordersFor('terminated', 3_000, PLAN), 32)
  const admin = new pg.Client({ connectionString: databaseUrl })
  admin.on('error', () => undefined)
  await admin.connect()
  for (let round = 1; round <= 10; round++) {
    await eventually(() => client.answers.length >= round * 200)
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    )
  }
  await admin.end()
  await placing
  await holdToAnswers(databaseUrl, client.answers)
  await expectVerified(service.dataDir)
})

test('while Postgres is away, orders and readiness answer 503 with Retry-After, and reads do not hang', async () => {
  const { service } = await serviceWithClient()
  const pid = postmasterPid(service)
  process.kill(pid, 'SIGSTOP')
  releases.push(() => resume(pid))
  const backends = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
  for (const backend of backends) process.kill(backend, 'SIGSTOP')
  releases.push(() => backends.forEach(resume))
  const order = await fetch(new URL('/orders', service.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerId: 'fault-customer', lines: [{ sku: 'FAULT-0', quantity: 1 }] }),
  })
  expect(order.status).toBe(503)
  expect(order.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await order.json()).toMatchObject({ status: 503 })
  const ready = await eventually(async () => {
    const response = await fetch(new URL('/readyz', service.url))
    return response.status === 503 ? response : null
  })
  expect(ready.headers.get('content-type')).toContain('application/problem+json')
  const live = await fetch(new URL('/livez', service.url))
  expect(live.status).toBe(200)
  for (const process of [pid, ...backends]) resume(process)
  await eventually(async () => (await fetch(new URL('/readyz', service.url))).ok)
})

function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // It is gone already.
  }
}

function postmasterPid({ dataDir }: Service): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}
