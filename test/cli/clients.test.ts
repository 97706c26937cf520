/** The commands that play customers, and the log as people see it, against a whole service. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { runCommand, startCommand } from '../support/run-command.ts'
import { makeDataDir } from '../support/service.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

let service: ServiceHere

beforeAll(async () => {
  service = await serviceHere({ env: { DEMO: 'on', DEMO_ORDERS: '0' } })
})

afterAll(async () => {
  await service.stop()
})

function run(...args: readonly string[]) {
  return runCommand(service.dataDir, ...args, '--json')
}

interface Event {
  readonly position: number
  readonly type: string
  readonly stream: string
}

function eventsOf(text: string): readonly Event[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Event)
}

test('the demo without orders is a catalogue and its customers', async () => {
  const itemsOf = async (path: string) => {
    const answer = await fetch(`${service.url}${path}`)
    return ((await answer.json()) as { readonly items: readonly unknown[] }).items
  }
  await eventually(async () => (await itemsOf('/products?limit=100')).length === 40)
  expect(await itemsOf('/orders')).toEqual([])
})

test('a flood is answered to the last order, and every answer is counted', async () => {
  const { code, json } = await run('flood', '-n', '500', '-c', '8', '--seed', '7')
  expect(code).toBe(0)
  const report = json() as { readonly accepted: number; readonly refused: number }
  expect(report).toMatchObject({ seed: 7, sent: 500, alreadyThere: 0, invalid: 0, failed: 0, interrupted: false })
  expect(report.accepted + report.refused).toBe(500)
  expect(report.accepted).toBeGreaterThan(400)
})

test('a flood at a rate sends no faster than the rate', async () => {
  const { code, json } = await run('flood', '-n', '50', '--rate', '100')
  expect(code).toBe(0)
  const report = json() as { readonly sent: number; readonly seconds: number }
  expect(report.sent).toBe(50)
  // The last of 50 orders is due after 490 ms; it can be late, never early.
  expect(report.seconds).toBeGreaterThanOrEqual(0.49)
})

test('law 4: on black friday the hot product sells out to the last unit and none is sold twice', async () => {
  const { code, json } = await run('simulate', 'black-friday', '-n', '200', '-c', '20', '--stock', '60')
  expect(code).toBe(0)
  expect(json()).toMatchObject({
    stock: 60,
    sold: 60,
    soldInLog: 60,
    soldInView: 60,
    refused: 140,
    failed: 0,
    oversold: 0,
    breaches: [],
    delivery: { refusedBy: { 'out-of-stock': 140 } },
  })
})

test('the tail of the log begins with the newest events, in order', async () => {
  await run('simulate', 'black-friday', '-n', '4', '-c', '1', '--stock', '2')
  const newest = await eventually(async () => {
    const { code, stdout } = await run('events', 'tail', '-n', '3', '--no-follow')
    expect(code).toBe(0)
    const events = eventsOf(stdout)
    return events.at(-1)?.type === 'OrderRejected' ? events : null
  })
  expect(newest.map(({ type }) => type)).toEqual(['StockReserved', 'OrderRejected', 'OrderRejected'])
  expect(newest.map(({ position }) => position - (newest[0]?.position ?? 0))).toEqual([0, 1, 2])
})

test('the tail of a stream has all its events, and of a type only those', async () => {
  const { json } = await run('simulate', 'black-friday', '-n', '4', '-c', '1', '--stock', '2')
  const { sku } = json() as { readonly sku: string }
  const stream = await run('events', 'tail', '--stream', `inventory-${sku}`, '--no-follow')
  expect(eventsOf(stream.stdout).map(({ type }) => type)).toEqual([
    'ProductListed',
    'StockReceived',
    'StockReserved',
    'StockReserved',
  ])
  const type = await run('events', 'tail', '--type', 'OrderRejected', '-n', '2', '--no-follow')
  expect(eventsOf(type.stdout).map((event) => event.type)).toEqual(['OrderRejected', 'OrderRejected'])
})

test('the tail follows the log until it is interrupted', async () => {
  const tail = startCommand(service.dataDir, ['events', 'tail', '-n', '1', '--type', 'ProductListed', '--json'])
  await eventually(() => eventsOf(tail.stdout()).length === 1)
  const { json } = await run('simulate', 'black-friday', '-n', '1', '--stock', '1')
  const { sku } = json() as { readonly sku: string }
  await eventually(() => eventsOf(tail.stdout()).at(-1)?.stream === `inventory-${sku}`)
  tail.signal('SIGINT')
  expect(await tail.finished).toMatchObject({ code: 0, stderr: '' })
})

test('changes are shown as they come until it is interrupted, over either carrier', async () => {
  for (const carrier of [[], ['--stream']]) {
    const watch = startCommand(service.dataDir, ['watch', 'stock', 'activity', '--limit', '1', ...carrier, '--json'])
    const frames = () =>
      watch
        .stdout()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { type: string; topic: string; items: { sku?: string }[] })
    await eventually(() => frames().length >= 2)
    expect(frames().map(({ type }) => type)).toEqual(['snapshot', 'snapshot'])
    const { json } = await run('simulate', 'black-friday', '-n', '1', '--stock', '1')
    const { sku } = json() as { readonly sku: string }
    await eventually(() =>
      frames().some(({ topic, items }) => topic === 'stock' && items.some((item) => item.sku === sku)),
    )
    watch.signal('SIGINT')
    expect(await watch.finished).toMatchObject({ code: 0 })
  }
  const unknown = await run('watch', 'oders')
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('there is no topic')
})

test('one event is shown whole, and one that is not there is said not to be', async () => {
  const { json } = await run('events', 'show', '1')
  expect(json()).toMatchObject({ position: 1, version: 1, type: expect.any(String) })
  const missing = await run('events', 'show', '999999999')
  expect(missing.code).toBe(1)
  expect(missing.stderr).toContain('no event has the position 999999999')
})

test('without a service a command says what to type and exits with 3', async () => {
  const empty = makeDataDir()
  try {
    const { code, stderr } = await runCommand(empty.path, 'flood', '-n', '1')
    expect(code).toBe(3)
    expect(stderr).toContain('no service runs')
    expect(stderr).toContain('npm start')
  } finally {
    empty.remove()
  }
})
