/** What an operator sees of reactors and does to them: over HTTP, on the command line, in the metrics, by doctor. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { query } from '../support/query.ts'
import { startCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const data = makeDataDir()
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(async () => {
  data.remove()
  await database.drop()
})

/** A cause that came due an hour ago, of an order that there is not. */
async function makeDue(stream: string, failure: object | null = null): Promise<void> {
  await query(database.url, `insert into log.reactors (name) values ('expire-orders') on conflict do nothing`)
  await query(
    database.url,
    `insert into log.due (reactor, stream, position, cause, due_at, failure)
    values ('expire-orders', '${stream}', 1, gen_random_uuid(), clock_timestamp() - interval '1 hour',
      ${failure === null ? 'null' : `'${JSON.stringify(failure)}'`})`,
  )
  await query(database.url, `update log.reactors set due = due + 1`)
}

async function run(...args: readonly string[]) {
  return startCommand(data.path, args, { env: { DATABASE_URL: database.url } }).finished
}

test.each([
  ['a position that is none', ['skip', 'payments', 'abc', '--reason', 'x'], /Use a whole number/],
  ['a message of the provider without the position of its event', ['retry', 'payments', '--webhook', '2'], /position/],
  ['nothing to say why', ['skip', 'payments', '12'], /--reason/],
])('the command line refuses %s', async (_, args, said) => {
  const { code, stderr } = await run('reactors', ...args)
  expect([code, stderr]).toEqual([2, expect.stringMatching(said)])
})

test('doctor names what is overdue and nobody serves, with the fix', async () => {
  const before = await run('doctor')
  expect(before.stdout).toMatch(/reactor expire-orders +nothing is overdue/)
  await makeDue('order-lost')
  const { code, stdout } = await run('doctor')
  expect(code).toBe(1)
  expect(stdout).toMatch(/reactor expire-orders 1 overdue, but no reactor runs; the first has waited 36\d\d s/)
  expect(stdout).toContain('fix: start a process with ROLES=reactor, or with all roles')
})

test('what is parked is shown with its reason and retried, over HTTP and on the command line', async () => {
  await makeDue('order-parked', { code: 'defect', message: 'no such thing' })
  const service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url } })
  try {
    const parked = { stream: 'order-parked', position: 1, code: 'defect', reason: 'no such thing', webhook: null }
    // The other one is settled at once: there is no such order.
    await eventually(async () => {
      expect(await reactorsOf(service)).toMatchObject([{ state: 'live', due: 1, overdue: 0, parkedCount: 1 }])
      return true
    })
    expect(await reactorsOf(service)).toMatchObject([
      { name: 'expire-orders', parked: [parked], lastError: { code: 'defect', message: 'no such thing' } },
    ])
    const said = '1 parked: no such thing'
    const ready = await eventually(async () => {
      const response = await fetch(`${service.url}/readyz`)
      const body = (await response.json()) as {
        readonly status: string
        readonly checks: readonly { readonly name: string }[]
      }
      return body.status === 'degraded' && response.status === 200 ? body : null
    })
    expect(ready.checks.filter(({ name }) => name === 'reactors')).toMatchObject([
      { ok: false, detail: `expire-orders: ${said}` },
    ])
    expect((await run('doctor')).stdout).toMatch(
      new RegExp(`reactor expire-orders ${said}\n.*reactors retry expire-orders`),
    )
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    expect(metrics).toMatch(/^payments_open 0$/m)
    expect(metrics).toMatch(/^refunds_under_way_oldest_seconds 0$/m)
    expect(metrics).toContain('reactor_parked{name="expire-orders"} 1')
    expect(metrics).toContain('reactor_served{name="expire-orders"} 1')

    const listed = await run('reactors', 'list')
    expect(listed.stdout).toContain('order-parked (position 1) is parked: no such thing')
    expect(listed.stdout).toContain('Next: orderledger reactors retry expire-orders')
    const retried = await run('reactors', 'retry', 'expire-orders', '--json')
    expect([retried.code, JSON.parse(retried.stdout)]).toMatchObject([
      0,
      { items: [{ parkedCount: 0, lastError: null }] },
    ])
    await eventually(async () => {
      expect(await reactorsOf(service)).toMatchObject([{ due: 0, parkedCount: 0 }])
      return true
    })
    await eventually(async () => {
      const { checks } = (await (await fetch(`${service.url}/readyz`)).json()) as {
        readonly checks: readonly { readonly ok: boolean }[]
      }
      return checks.every(({ ok }) => ok)
    })
    const unknown = await run('reactors', 'retry', 'no-such')
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('reactor-not-found')])
  } finally {
    await service.kill()
  }
})

/** The one that ends orders. */
async function reactorsOf({ url }: Service): Promise<readonly object[]> {
  const { items } = (await (await fetch(`${url}/reactors`)).json()) as {
    readonly items: readonly { readonly name: string }[]
  }
  return items.filter(({ name }) => name === 'expire-orders')
}
