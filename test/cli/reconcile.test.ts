/** The book of a gateway held against the log of a shop that it has charged for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import type { BookEntry } from '../../audit/payments/book-entry.ts'
import { reconcile, type Reconciliation } from '../../audit/payments/reconcile.ts'
import { storedLog } from '../../store/log/log-source.ts'
import { readHead } from '../../store/log/log-status.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { openPool } from '../../store/postgres/database.ts'
import { signWebhook } from '../../reactors/payments/webhook-signature.ts'
import { eventually } from '../support/eventually.ts'
import { runCommand } from '../support/run-command.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { spillEverything } from '../support/spill.ts'

const folder = mkdtempSync(join(tmpdir(), 'orderledger-reconcile-'))
const SECRET = '0123456789abcdef'
const EUR = (amount: number) => ({ amount, currency: 'EUR' })
let gateway: RunningSimulator
let service: ServiceHere

beforeAll(async () => {
  const odds = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, webhook: null, port: 0 }
  gateway = await startSimulator({ ...odds, book: join(folder, 'book.jsonl'), clock: systemClock })
  service = await serviceHere({
    env: { EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url, PAYMENT_WEBHOOK_SECRET: SECRET },
  })
  await post('/products', { sku: 'A1', name: 'Cup', category: 'kitchen', price: EUR(1_000), stock: 100 })
  await post('/customers', { customerId: 'c1', name: 'Somebody', region: 'berlin' })
  for (const orderId of ['o1', 'o2', 'o3']) {
    await post('/orders', { orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })
    expect((await post('/payments', { orderId, method: 'card' })).status).toBe(201)
  }
  await post('/payments/o2/refund', { amount: EUR(400), reason: 'late' })
  const reversal = await post('/reversals', { key: 'o3/1', amount: EUR(300) }, gateway.url)
  const body = JSON.stringify(await reversal.json())
  await fetch(`${service.url}/payments/webhook`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'orderledger-signature': signWebhook(Buffer.from(body), { secrets: [SECRET], at: Date.now() / 1_000 }),
    },
    body,
  })
  await eventually(async () => ((await bookNow()).refunds.length === 1 ? true : null))
})

afterAll(async () => {
  await service.stop()
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

function post(path: string, body: object, url = service.url): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

interface Entry {
  readonly key: string
  readonly amount: { readonly amount: number; readonly currency: string }
  readonly status: string
  readonly reference?: string
}

interface Book {
  readonly charges: readonly Entry[]
  readonly refunds: readonly Entry[]
  readonly reversals: readonly Entry[]
}

async function bookNow(): Promise<Book> {
  return (await (await fetch(`${gateway.url}/book`)).json()) as Book
}

const run = (...args: readonly string[]) => runCommand(service.dataDir, 'payments', 'reconcile', ...args)

describe('payments reconcile', () => {
  test('finds that a gateway and the log agree, whether it is asked or its book is a file', async () => {
    const asked = await run(gateway.url, '--json')
    expect([asked.code, asked.json()]).toMatchObject([
      0,
      { ok: true, book: { charges: 3, refunds: 1, reversals: 1 }, differences: { count: 0, samples: [] } },
    ])
    const file = join(folder, 'book.json.gz')
    writeFileSync(file, gzipSync(JSON.stringify(await bookNow())))
    expect((await run(file)).stdout).toMatch(/✔ 3 charges, 1 refunds and 1 reversals of the book, .* agree\n$/)
  })

  test('says what differs, each way, with what to do', async () => {
    const { charges, refunds } = await bookNow()
    const [first, second, third] = charges
    if (first === undefined || second === undefined || third === undefined) throw new Error('no charges')
    const file = join(folder, 'other.json')
    const foreign = { key: 'elsewhere/1', amount: EUR(5), status: 'captured', reference: 'x-1' }
    writeFileSync(
      file,
      JSON.stringify({ charges: [{ ...first, amount: EUR(999) }, foreign, third], refunds, reversals: [] }),
    )
    const found = await run(file, '--json')
    expect([found.code, found.json()]).toMatchObject([
      1,
      {
        ok: false,
        differences: {
          count: 4,
          byKind: {
            'charge-amount': 1,
            'charge-unknown-here': 1,
            'capture-missing-there': 1,
            'reversal-missing-there': 1,
          },
          samples: [
            { kind: 'charge-unknown-here', key: 'elsewhere/1', here: null, there: { amount: EUR(5) } },
            { kind: 'charge-amount', key: 'o1/1', here: { amount: EUR(1_000) }, there: { amount: EUR(999) } },
            { kind: 'capture-missing-there', key: 'o2/1', there: null },
            { kind: 'reversal-missing-there', key: 'o3/1', there: null },
          ],
        },
      },
    ])
    const text = await run(file)
    expect(text.stdout).toContain('✖ o1/1: captured 9.99 EUR')
    expect(text.stdout).toContain('collect the rest at its desk')
  })

  test('says who is away, and what is no book', async () => {
    const away = await run('http://127.0.0.1:1')
    expect([away.code, away.stderr]).toEqual([3, expect.stringContaining('http://127.0.0.1:1')])
    const none = await run(join(folder, 'none.json'))
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('ENOENT')])
    const other = await run(service.url)
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('404')])
    const json = join(folder, 'no-book.json')
    writeFileSync(json, '{"charges": [], "refunds": []}')
    expect(await run(json)).toMatchObject({ code: 2, stderr: expect.stringContaining('no list reversals') as string })
    writeFileSync(json, '{"charges": [{"key": "o1/1", "status": "captured", "amount": 10}], "refunds": []}')
    expect(await run(json)).toMatchObject({ code: 1, stderr: expect.stringContaining('byte 14') as string })
    expect((await run()).code).toBe(2)
  })

  test('does not tell the password of a gateway', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.headers.authorization === `Basic ${btoa('me:wrong')}` ? 401 : 500
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { code, stdout, stderr } = await run(`http://me:wrong@127.0.0.1:${String(port)}`)
    server.close()
    expect([code, stderr]).toEqual([2, expect.stringContaining('401')])
    expect(stdout + stderr).not.toContain('wrong')
  })
})

test('what does not fit into memory is compared all the same', async () => {
  const pool = openPool(service.databaseUrl, { name: 'test', max: 2 })
  const spill = spillEverything()
  async function* entries(): AsyncGenerator<BookEntry, void, undefined> {
    for (const [index, { key, amount, reference = null }] of (await bookNow()).charges.entries()) {
      yield { list: 'charges', key, orderId: `o${index + 1}`, number: 1, status: 'captured', amount, reference }
    }
    for (let index = 0; index < 20_000; index++) {
      const orderId = `other-${String(index)}`
      const charge = { list: 'charges', key: `${orderId}/1`, number: 1, status: 'captured', reference: 'x' } as const
      yield { ...charge, orderId, amount: EUR(1) }
    }
  }
  const found: Reconciliation = await reconcile({
    ...{ spill, before: await readHead(pool), entries: entries() },
    ...{ openLog: () => storedLog(pool), clock: () => databaseTime(pool) },
  })
  expect(spill.spilled).toBeGreaterThan(1_000_000)
  spill.close()
  await pool.end()
  expect(found.differences).toMatchObject({ byKind: { 'charge-unknown-here': 20_000 } })
  expect(found.differences.samples).toHaveLength(1_000)
  // Here are the refund and the reversal that this book lacks.
  expect(found.differences.count + found.underWay).toBe(20_002)
})
