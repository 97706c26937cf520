/** A shop whose orders live to their end: paid over a gateway that answers at once, dispatched, delivered, with their mails. */
import { setMaxListeners } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../../app/postgres/free-port.ts'
import { HttpClient } from '../../cli/client/http-client.ts'
import { sendAll } from '../../cli/load/send-all.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import type { Cleanup } from '../cleanup.ts'
import { ROOT, startChild, TSX, waitForChild } from '../service/child.ts'
import { startService, type MeasuredService } from '../service/measured-service.ts'
import { SLOWEST_REACTOR } from '../service/served-reactors.ts'
import { product, PRODUCTS, skuOf } from '../service/shop.ts'

/**
 * `null`: customers are VIPs with a phone and no address, and no bridge is configured: what they are sent goes nowhere, and
 * is recorded. `smtp`: customers have an address, and a real mail server takes the mails.
 */
export type Channel = 'null' | 'smtp'

export interface LivingShop extends MeasuredService {
  /** Places an order and pays it, over HTTP. Its id. Throws when it is not captured. */
  placeAndPay(): Promise<string>
  /** Places, pays, dispatches and delivers, over HTTP. */
  live(): Promise<void>
}

export interface LivesAtARate {
  readonly perSecond: number
  readonly seconds: number
  readonly one: () => Promise<unknown>
}

const CUSTOMERS = 1_000
const CONNECTIONS = 128
const PATIENCE = 30_000

/** `env`: settings beside those that every such shop has. */
export async function startLivingShop(
  scope: Cleanup,
  channel: Channel,
  env: Readonly<Record<string, string>> = {},
): Promise<LivingShop> {
  const gateway = await startGateway(scope)
  const mail = channel === 'smtp' ? { SMTP_URL: `smtp://127.0.0.1:${String(await startMailServer(scope))}` } : {}
  const service = await startService(scope, { env: { EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway, ...mail, ...env } })
  const { signal } = new AbortController()
  // Every request that waits listens.
  setMaxListeners(0, signal)
  const client = new HttpClient({ url: service.url, token: null, connections: CONNECTIONS, patience: PATIENCE, signal })
  scope.add(() => client.close())

  async function post(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const { status, body: answer } = await client.post(path, JSON.stringify(body))
    if (status >= 300) throw new Error(`${path} was answered ${String(status)}: ${JSON.stringify(answer)}`)
    return answer as Readonly<Record<string, unknown>>
  }

  await fill(post, channel)
  let orders = 0
  const run = String(process.pid)
  async function placeAndPay(): Promise<string> {
    const number = (orders += 1)
    const orderId = `life-${run}-${String(number)}`
    const lines = [{ sku: skuOf(number), quantity: 1 }]
    await post('/orders', { orderId, customerId: customerId((number * 7) % CUSTOMERS), lines })
    // The answer waits two seconds for the outcome; on a machine that is too slow it comes later.
    await post('/payments', { orderId, method: 'card' })
    const isCaptured = async () => {
      const { body } = await client.get(`/payments/${orderId}`)
      return (body as { readonly status?: string }).status === 'captured'
    }
    const captured = await waitUntil(isCaptured, { everyMs: 20, withinMs: PATIENCE })
    if (!captured) throw new Error(`the payment of ${orderId} was not captured in time`)
    return orderId
  }
  return {
    ...service,
    placeAndPay,
    async live() {
      const orderId = await placeAndPay()
      await post(`/deliveries/${orderId}/dispatch`, {})
      await post(`/deliveries/${orderId}/deliver`, {})
    },
  }
}

/** Evenly spaced, whatever becomes of those before. Resolves when the last has come to its end. */
export async function atARate({ perSecond, seconds, one }: LivesAtARate): Promise<void> {
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  await sendAll({
    source: Array.from({ length: Math.round(perSecond * seconds) }, () => one),
    concurrency: CONNECTIONS,
    signal,
    schedule: (index) => (index * 1_000) / perSecond,
    async send(go) {
      await go()
      return 'go-on'
    },
  })
}

function customerId(index: number): string {
  return `living-${String(index)}`
}

async function fill(post: (path: string, body: object) => Promise<unknown>, channel: Channel): Promise<void> {
  const requests = [
    ...Array.from({ length: PRODUCTS }, (_, index) => ['/products', product(skuOf(index), index)] as const),
    ...Array.from({ length: CUSTOMERS }, (_, index) => {
      const contact =
        channel === 'smtp'
          ? { email: `${customerId(index)}@example.com` }
          : { phone: `+1555${String(index).padStart(7, '0')}`, tier: 'vip' }
      return ['/customers', { customerId: customerId(index), name: 'Somebody', region: 'de', ...contact }] as const
    }),
  ]
  const { signal } = new AbortController()
  await sendAll({
    source: requests,
    concurrency: 16,
    signal,
    async send([path, body]) {
      await post(path, body)
      return 'go-on'
    },
  })
}

/** Its URL. */
async function startGateway(scope: Cleanup): Promise<string> {
  const port = await freePort()
  const folder = scope.folder()
  const child = startChild(scope, {
    command: process.execPath,
    args: [
      ...[join(ROOT, 'cli/orderledger.js'), 'gateway', '--port', String(port), '--declines', '0', '--latency', '0'],
      ...['--book', join(folder, 'book.jsonl')],
    ],
    cwd: folder,
    env: { DATA_DIR: folder },
    logFile: join(folder, 'gateway.log'),
  })
  await waitForChild(child, () => isOpen(port))
  return `http://127.0.0.1:${String(port)}`
}

/** Its port. */
async function startMailServer(scope: Cleanup): Promise<number> {
  const port = await freePort()
  const folder = scope.folder()
  const child = startChild(scope, {
    command: process.execPath,
    args: [...TSX, join(ROOT, 'bench/lives/mail-server.ts'), String(port)],
    cwd: folder,
    logFile: join(folder, 'mail-server.log'),
  })
  await waitForChild(child, () => isOpen(port))
  return port
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })
}

/** Waits until the reactors have read all and nothing is due. Throws after two minutes. */
export async function reactorsIdle({ log }: MeasuredService, number: (text: string) => Promise<number>): Promise<void> {
  const head = await log.head()
  const idle = () =>
    number(`select case when (${SLOWEST_REACTOR}) >= ${String(head)}
      and not exists (select from log.due) then 1 else 0 end`)
  const done = await waitUntil(async () => (await idle()) === 1, { everyMs: 50, withinMs: 120_000 })
  if (!done) throw new Error('the reactors are not idle after two minutes')
}
