/** Proxies between the service and those who look on: pages, `orderledger watch` and the client that can be copied. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { LiveClient, type Carrier, type LiveFrame, type LiveStatus, type Socket } from '../../dashboard/live.ts'
import { openPage } from '../dashboard/dashboard-page.ts'
import { openBrowser } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { startCommand, type RunningCommand } from '../support/run-command.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { startWebProxy, type WebProxy } from '../dashboard/web-proxy.ts'

const browser = await openBrowser()
let service: ServiceHere
let proxy: WebProxy
let placed = 0

beforeAll(async () => {
  service = await serviceHere({ env: { DEMO_ORDERS: '1' } })
})

afterAll(async () => {
  await browser?.close()
  await service.stop()
})

beforeEach(async () => {
  proxy = await startWebProxy(service.url)
})

afterEach(async () => {
  await proxy.stop()
})

async function place(): Promise<string> {
  const orderId = `proxied-${String(++placed)}`
  const body = JSON.stringify({ orderId, customerId: 'customer-00001', lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${service.url}/orders`, { method: 'POST', headers, body })).status).toBe(201)
  return orderId
}

function watch(topic: string): RunningCommand {
  return startCommand(service.dataDir, ['watch', topic, '--json', '--url', proxy.url])
}

async function ended(command: RunningCommand): Promise<void> {
  command.signal('SIGINT')
  expect((await command.finished).code).toBe(0)
}

interface Onlooker {
  readonly client: LiveClient
  readonly statuses: readonly LiveStatus[]
  readonly frames: readonly LiveFrame[]
  /** Orders placed here that it heard of, and those that changes brought, as often and in the order as they came. */
  orders(): readonly string[]
  entries(): readonly string[]
}

function onlooker(carriers: readonly Carrier[], topic: 'activity' | 'orders'): Onlooker {
  const frames: LiveFrame[] = []
  const statuses: LiveStatus[] = []
  const client = new LiveClient({
    ...{ url: proxy.url, topics: { [topic]: {} }, carriers },
    openSocket: (address) => new WebSocket(address) as unknown as Socket,
    onFrame: (frame) => frames.push(frame),
    onStatus: (status) => statuses.push(status),
  })
  client.start()
  const idOf = (item: unknown) => {
    const { id, orderId, type = 'OrderPlaced' } = item as Readonly<Record<string, string>>
    const name = id ?? orderId ?? ''
    return type === 'OrderPlaced' && name.startsWith('proxied-') ? [name] : []
  }
  const told = (some: readonly LiveFrame[]) => some.flatMap(({ items }) => items.flatMap(idOf))
  const changes = () => frames.filter(({ type }) => type === 'change')
  return { client, statuses, frames, orders: () => told(frames), entries: () => told(changes()) }
}

/** What of the topic came between snapshots joins on: nothing came twice, and nothing was left out. */
function expectTiles(frames: readonly LiveFrame[]): void {
  let to: number | null = null
  for (const frame of frames) {
    if (frame.type === 'change') expect(frame.from).toBeGreaterThanOrEqual(to ?? Infinity)
    to = frame.to
  }
}

describe('a proxy that ends connections after a while', () => {
  test.each([[['websocket']], [['event-stream']]] as const)(
    'over a %s all come back by position: each entry once, in order, and no second snapshot',
    async (carriers) => {
      proxy.become({ endsAfter: 2_000 })
      const { client, frames, entries } = onlooker(carriers, 'activity')
      await eventually(() => frames.length > 0)
      const ids: string[] = []
      for (let round = 0; round < 3; round++) {
        const ends = proxy.ended()
        ids.push(await place())
        await eventually(() => proxy.ended() > ends)
        ids.push(await place())
        await eventually(() => entries().length >= ids.length)
      }
      expect(entries()).toEqual(ids)
      expect(frames.filter(({ type }) => type === 'snapshot').map(({ reason }) => reason)).toEqual(['start'])
      expectTiles(frames)
      client.stop()
    },
  )

  test('`orderledger watch` goes on where it was', async () => {
    proxy.become({ endsAfter: 1_500 })
    const watching = watch('activity')
    try {
      await eventually(() => framesOf(watching).length > 0)
      const ids: string[] = []
      for (const ends = proxy.ended(); proxy.ended() < ends + 3;) {
        ids.push(await place())
        await eventually(() => watching.stdout().includes(`"${String(ids.at(-1))}"`))
      }
      const told = framesOf(watching)
      expect(told.filter(({ type }) => type === 'snapshot').map(({ reason }) => reason)).toEqual(['start'])
      expectTiles(told)
    } finally {
      await ended(watching)
    }
  })

  test.skipIf(browser === null)('a page shows what came meanwhile, and is live again', async () => {
    if (browser === null) return
    const { page, close } = await openPage(browser, proxy.url, { path: 'orders' })
    proxy.become({ endsAfter: 2_000 })
    proxy.cut()
    for (const ends = proxy.ended(); proxy.ended() < ends + 3;) {
      const id = await place()
      await page
        .getByRole('row')
        .filter({ has: page.getByTitle(id, { exact: true }) })
        .waitFor()
    }
    proxy.become({})
    await page.getByText('Live', { exact: true }).waitFor()
    await close()
  })
})

describe('a proxy that holds answers back', () => {
  test('until more bytes are there than come: all go over to asking once a second, and come back when it ceases to', async () => {
    proxy.become({ holds: 1_000_000, dropsUpgrades: true })
    const following = onlooker(['websocket', 'event-stream'], 'orders')
    const watching = watch('orders')
    const id = await place()
    await eventually(() => following.statuses.includes('polling') && following.orders().includes(id), PATIENT)
    await eventually(() => watching.stdout().includes(`"${id}"`), PATIENT)
    const next = await place()
    await eventually(() => following.orders().includes(next) && watching.stdout().includes(`"${next}"`), PATIENT)
    expect(following.frames.map(({ reason }) => reason)).toEqual(following.frames.map(() => 'poll'))
    proxy.become({})
    // What is placed before its snapshot is read comes with that, and not as a change.
    await eventually(() => following.statuses.at(-1) === 'live' && following.frames.at(-1)?.reason === 'start', PATIENT)
    const last = await place()
    await eventually(() => following.frames.some(({ type }) => type === 'change') && following.orders().includes(last))
    following.client.stop()
    await ended(watching)
  })

  test.skipIf(browser === null)('a page says how old it is, then that it asks', async () => {
    if (browser === null) return
    const { page, close } = await openPage(browser, proxy.url, { path: 'orders' })
    proxy.become({ holds: 1_000_000, dropsUpgrades: true })
    proxy.cut()
    await page.getByText(/^Reconnecting, data \d+ s old$/).waitFor()
    const id = await place()
    await page.getByText('No connection: asking once a second', { exact: true }).first().waitFor({ timeout: 60_000 })
    await page
      .getByRole('row')
      .filter({ has: page.getByTitle(id, { exact: true }) })
      .waitFor()
    await close()
  })
})

/** Three tries of five seconds for each carrier. */
const PATIENT = { timeout: 90_000 }

function framesOf(command: RunningCommand): readonly LiveFrame[] {
  const lines = command.stdout().split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as LiveFrame)
}
