/** `fraud export` and `train` on a shop that runs: what is exported scores as the reactor scored it, and reviews label it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import type { PaymentLabel, PaymentLine } from '../../insights/fraud/payment-line.ts'
import { eventually } from '../support/eventually.ts'
import { query } from '../support/query.ts'
import { runCommand } from '../support/run-command.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

describe('a shop', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-fraud-export-'))
  const file = join(folder, 'payments.jsonl')
  const labels = `${file}.labels.jsonl`
  let gateway: RunningSimulator
  let service: ServiceHere
  let alerts: readonly {
    readonly alertId: string
    readonly orderId: string
    readonly attempt: number
    readonly score: number
  }[]

  beforeAll(async () => {
    const odds = { seed: 1, declines: 0.3, latency: { from: 0, to: 0 }, faults: {}, webhook: null, port: 0 }
    gateway = await startSimulator({ ...odds, book: join(folder, 'book.jsonl'), clock: systemClock })
    service = await serviceHere({
      env: { EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url, PAYMENT_WEBHOOK_SECRET: '0123456789abcdef' },
    })
    await post('/products', {
      sku: 'A1',
      name: 'Cup',
      category: 'c',
      price: { amount: 1_000, currency: 'EUR' },
      stock: 99,
    })
    for (let number = 0; number < 12; number += 1) await buy(number)
    await eventually(async () => {
      const { items } = await get<{ items: readonly { name: string; lagEvents: number; due: number }[] }>('/reactors')
      const mine = items.find(({ name }) => name === 'fraud')
      return mine?.lagEvents === 0 && mine.due === 0 ? true : null
    })
    const [head] = await query(service.databaseUrl, 'select position from log.log_head')
    const { items } = await get<{ items: typeof alerts }>(`/fraud-alerts?limit=100&after=${String(head?.['position'])}`)
    alerts = items
    expect(alerts.length).toBeGreaterThan(3)
    const [first, second] = alerts
    await post(`/fraud-alerts/${String(first?.alertId)}/review`, { verdict: 'fraud' })
    await post(`/fraud-alerts/${String(second?.alertId)}/review`, { verdict: 'honest', note: 'a gift' })
  })

  afterAll(async () => {
    await service.stop()
    await gateway.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${service.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (answer.status >= 300 && path !== '/payments') throw new Error(`${path}: ${await answer.text()}`)
    return answer
  }

  async function get<Body>(path: string): Promise<Body> {
    return (await (await fetch(`${service.url}${path}`)).json()) as Body
  }

  /** A customer of its own, every second one with the same card. */
  async function buy(number: number): Promise<void> {
    const [customerId, orderId] = [`c${String(number)}`, `o${String(number)}`]
    await post('/customers', { customerId, name: 'Somebody', region: 'FR' })
    await post('/orders', { orderId, customerId, lines: [{ sku: 'A1', quantity: 1 }] })
    const card = number % 2 === 0 ? 'the-stolen-card' : `card of ${customerId}`
    await post('/payments', { orderId, method: 'card', card, device: `device of ${customerId}`, cardRegion: 'DE' })
    const settled = () => get<{ status: string }>(`/payments/${orderId}`)
    await eventually(async () => (['captured', 'declined'].includes((await settled()).status) ? true : null))
  }

  const run = (...args: readonly string[]) => runCommand(service.dataDir, 'fraud', ...args)
  const linesOf = (path: string) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)

  test('exports what scores as the reactor scored it, with the verdicts beside it', async () => {
    const { code, json } = await run('export', '-o', file, '--json')
    expect([code, json()]).toMatchObject([0, { file, labels, payments: 12, reviewed: 2, fraud: 1 }])
    const lines = linesOf(file) as readonly PaymentLine[]
    expect(new Set(lines.map(({ outcome }) => outcome))).toEqual(new Set(['captured', 'declined']))
    expect(lines[0]).toMatchObject({ orderId: 'o0', attempt: 1, customerId: 'c0', method: 'card', cardRegion: 'DE' })
    expect(lines[0]?.card).toMatch(/^[0-9a-f]{16}$/)
    expect(readFileSync(file, 'utf8')).not.toContain('stolen')
    const [first, second] = alerts
    expect(linesOf(labels)).toHaveLength(2)
    expect(linesOf(labels)).toEqual(
      expect.arrayContaining([
        { orderId: first?.orderId, fraud: true, case: null, kind: null },
        { orderId: second?.orderId, fraud: false, case: null, kind: null },
      ]) as PaymentLabel[],
    )

    const scored = await run('score', file, '--labels', labels, '--json')
    const { items, quality } = scored.json() as {
      readonly items: readonly { readonly orderId: string; readonly attempt: number; readonly score: number }[]
      readonly quality: object
    }
    const found = items
      .filter(({ score }) => score >= 60)
      .map(({ orderId, attempt, score }) => [orderId, attempt, score])
    expect(found.sort()).toEqual(alerts.map(({ orderId, attempt, score }) => [orderId, attempt, score]).sort())
    expect(quality).toMatchObject({ precision: 1 / alerts.length, recall: 1, cases: null })
  })

  test('keeps what is there: neither file is written over, and none is left behind', async () => {
    const before = readFileSync(file, 'utf8')
    const again = await run('export', '-o', file)
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('already exists')])
    expect(readFileSync(file, 'utf8')).toBe(before)
    const half = join(folder, 'half.jsonl')
    writeFileSync(`${half}.labels.jsonl`, 'mine')
    expect((await run('export', '-o', half)).code).toBe(1)
    expect(() => readFileSync(half)).toThrow('ENOENT')
    expect(readFileSync(`${half}.labels.jsonl`, 'utf8')).toBe('mine')
  })

  test('with few verdicts trains no table, and says so', async () => {
    const { code, stderr } = await run('train', file, '--labels', labels)
    expect([code, stderr]).toEqual([1, expect.stringContaining('a table needs 50')])
  })

  test('trains the next table of its folder, which scores and is not in force', async () => {
    const made = join(folder, 'made.jsonl')
    const generating = ['-n', '4000', '--seed', '5', '--fraud', '0.05', '-o', made]
    expect((await runCommand(service.dataDir, 'generate', 'payments', ...generating)).code).toBe(0)
    const train = () => run('train', made, '--labels', `${made}.labels.jsonl`, '--json')
    const { code, json } = await train()
    expect([code, json()]).toMatchObject([
      0,
      { file: 'table-2.json', table: '2', trained: { table: '2' }, present: { table: '1' } },
    ])
    const table = join(service.dataDir, 'table-2.json')
    const scored = await run('score', made, '--labels', `${made}.labels.jsonl`, '--table', table, '--json')
    expect(scored.json()).toMatchObject({ table: '2', payments: 4_000 })
    expect((await train()).json()).toMatchObject({ file: 'table-3.json', table: '3' })
    const other = JSON.parse(readFileSync(join(service.dataDir, 'table-3.json'), 'utf8')) as object
    expect({ ...other, version: '2' }).toEqual(JSON.parse(readFileSync(table, 'utf8')))
    const { items } = await get<{ items: readonly { table: string }[] }>('/fraud-alerts')
    expect(new Set(items.map((alert) => alert.table))).toEqual(new Set(['1']))
  })
})
