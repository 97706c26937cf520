/** Two services on one database that pay, refund and tell: asked at both at once, and with one of them stopped. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projections } from '../../projections/views/list.ts'
import { signWebhook } from '../../reactors/payments/webhook-signature.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { startPair, type Pair } from '../faults/two-processes.ts'
import { expectVerified } from '../faults/shop.ts'
import { eventually } from '../support/eventually.ts'
import type { Service } from '../support/service.ts'
import { countingGateway, type CountingGateway } from './counting-gateway.ts'
import { closeOpened, realServer } from './mailing.ts'
import { eventsOf } from './reacting.ts'

const SECRET = '0123456789abcdef'
const AT_ONCE = [0, 1, 2, 3, 4, 5]
let gateway: CountingGateway
let mails: Awaited<ReturnType<typeof realServer>>
let pair: Pair
let pool: Pool

beforeAll(async () => {
  gateway = await countingGateway({ latency: { from: 50, to: 400 } })
  mails = await realServer()
  pair = await startPair({
    ...{ EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url, PAYMENT_WEBHOOK_SECRET: SECRET },
    SMTP_URL: `smtp://127.0.0.1:${String(mails.port)}`,
  })
  pool = openPool(pair.databaseUrl, { name: 'test', max: 2 })
  await ask(0, '/products', { sku: 'A1', name: 'Cup', category: 'kitchen', price: EUR(1_000), stock: 1_000 })
  await ask(0, '/customers', { customerId: 'c1', name: 'Somebody', region: 'berlin', email: 'c1@example.com' })
})

afterAll(async () => {
  await pool.end()
  await pair.stop()
  await gateway.close()
  await closeOpened()
})

const EUR = (amount: number) => ({ amount, currency: 'EUR' })

interface Reply {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Of the first service or the second, by turns. */
function serviceOf(turn: number): Service {
  return turn % 2 === 0 ? pair.first : pair.second
}

async function ask(turn: number, path: string, body: object, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${serviceOf(turn).url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Reply['body'] }
}

/** The same at both, several times at once: how each was answered, in the order of the statuses. */
async function askAtOnce(path: string, body: object): Promise<readonly (readonly [number, unknown])[]> {
  const replies = await Promise.all(AT_ONCE.map((turn) => ask(turn, path, body)))
  return replies.map(({ status, body: { code } }) => [status, code] as const).sort(([one], [other]) => one - other)
}

/** The header of a message of the provider. */
function signatureOf(message: object): Readonly<Record<string, string>> {
  const body = Buffer.from(JSON.stringify(message))
  return { 'orderledger-signature': signWebhook(body, { secrets: [SECRET], at: Date.now() / 1_000 }) }
}

let count = 0

async function placed(): Promise<string> {
  const orderId = `two-${String((count += 1))}`
  expect((await ask(0, '/orders', { orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 2 }] })).status).toBe(201)
  return orderId
}

async function paid(): Promise<string> {
  const orderId = await placed()
  expect((await ask(1, '/payments', { orderId, method: 'card' })).status).toBe(201)
  return orderId
}

async function eventsAbout(orderId: string): Promise<readonly string[]> {
  const events = await eventsOf(pool)
  return events.flatMap(({ stream, event }) => (stream.endsWith(`-${orderId}`) ? [event.type] : []))
}

function bookedFor(kind: 'charge' | 'refund', orderId: string): readonly string[] {
  return gateway.booked(kind).filter((key) => key.startsWith(`${orderId}/`))
}

test('law 10: an order that is paid at both at once is charged once', async () => {
  for (const orderId of [await placed(), await placed(), await placed()]) {
    const answers = await askAtOnce('/payments', { orderId, method: 'card' })
    const [taken, ...refused] = answers
    // 202: the machine was too busy for an outcome within two seconds.
    expect([201, 202]).toContain(taken?.[0])
    expect(refused.map(([status]) => status)).toEqual(AT_ONCE.slice(1).map(() => 409))
    for (const [, code] of refused) expect(['payment-open', 'order-not-payable']).toContain(code)
    await eventually(async () => (await eventsAbout(orderId)).includes('PaymentCaptured'))
    expect(bookedFor('charge', orderId)).toEqual([`${orderId}/1`])
  }
})

test('law 10: refunds that are asked for at both at once give back no more than was captured', async () => {
  const [whole, parts] = [await paid(), await paid()]
  const all = await askAtOnce(`/payments/${whole}/refund`, { reason: 'late' })
  expect(all).toEqual([[201, undefined], ...AT_ONCE.slice(1).map(() => [409, 'nothing-to-refund'])])
  const some = await askAtOnce(`/payments/${parts}/refund`, { amount: EUR(900), reason: 'late' })
  const refused = AT_ONCE.slice(2).map(() => [422, 'refund-too-large'])
  expect(some).toEqual([[201, undefined], [201, undefined], ...refused])
  await eventually(() => bookedFor('refund', whole).length + bookedFor('refund', parts).length === 3)
  expect(bookedFor('refund', whole)).toEqual([`${whole}/r1`])
  expect([...bookedFor('refund', parts)].sort()).toEqual([`${parts}/r1`, `${parts}/r2`])
})

test('law 4: what is delivered before it is dispatched is refused; each report at both at once happens once', async () => {
  const orderId = await paid()
  const path = `/deliveries/${orderId}`
  const early = await askAtOnce(`${path}/deliver`, {})
  expect(early).toEqual(AT_ONCE.map(() => [409, 'delivery-not-possible']))
  for (const report of ['dispatch', 'deliver']) {
    const answers = await askAtOnce(`${path}/${report}`, { dispatch: 1 })
    expect(answers).toEqual(AT_ONCE.map(() => [200, undefined]))
  }
  const told = await eventsAbout(orderId)
  for (const type of ['DeliveryDispatched', 'DeliveryDelivered', 'OrderCompleted']) {
    expect([type, told.filter((each) => each === type).length]).toEqual([type, 1])
  }
  const shipped = (await eventsOf(pool)).filter(
    ({ event }) => event.type === 'StockShipped' && event.orderId === orderId,
  )
  expect(shipped).toHaveLength(1)
})

test('law 10: messages of the provider may overtake each other and come twice, at either service', async () => {
  await ask(0, '/reactors/payments/pause', {})
  const send = async (message: object): Promise<void> => {
    for (const turn of [0, 1]) {
      expect((await ask(turn, '/payments/webhook', message, signatureOf(message))).status).toBe(204)
    }
  }
  const pending = async (): Promise<string> => {
    const orderId = await placed()
    const commandId = `key-of-${orderId}`
    void ask(0, '/payments', { orderId, method: 'card' }, { 'idempotency-key': commandId }).catch(() => undefined)
    await eventually(async () => (await eventsAbout(orderId)).includes('PaymentRequested'))
    return orderId
  }
  const [one, other] = [await pending(), await pending()]
  const outcome = (orderId: string) => ({
    captured: { key: `${orderId}/1`, status: 'captured', reference: `ch-${orderId}` },
    declined: { key: `${orderId}/1`, status: 'declined', reason: 'do-not-honour' },
    refunded: { key: `${orderId}/r1`, status: 'refunded', reference: `re-${orderId}` },
  })
  // A refund that nobody asked for yet, and a decline that was overtaken, change nothing.
  await send(outcome(one).refunded)
  await send(outcome(one).captured)
  await send(outcome(one).declined)
  expect(await eventsAbout(one)).toEqual([
    ...['OrderPlaced', 'PaymentRequested', 'PaymentCaptured', 'OrderConfirmed', 'DeliveryScheduled'],
  ])
  // A capture after its decline confirms the order late.
  await send(outcome(other).declined)
  await send(outcome(other).captured)
  expect(await eventsAbout(other)).toEqual([
    ...['OrderPlaced', 'PaymentRequested', 'PaymentDeclined', 'PaymentCaptured', 'OrderConfirmed', 'DeliveryScheduled'],
  ])
  await ask(0, '/reactors/payments/resume', {})
})

test('law 10: messages that can only be parked are all parked, though they come at once, and each once', async () => {
  const orderId = await paid()
  // Money that the order is not in: each asks for a person.
  const messages = Array.from({ length: 12 }, (_, index) => ({
    ...{
      key: `${orderId}/1`,
      status: 'reversed',
      reference: `rv-${String(index)}`,
      amount: { amount: 1, currency: 'USD' },
    },
  }))
  const sent = messages.flatMap((message) =>
    AT_ONCE.slice(0, 2).map((turn) => ask(turn, '/payments/webhook', message, signatureOf(message))),
  )
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(sent.map(() => 204))
  const { rows } = await pool.query<{ reference: string }>(
    `select detail #>> '{webhook,reference}' as reference from log.due
    where reactor = 'payments' and stream = $1 and failure is not null`,
    [`payment-${orderId}`],
  )
  const parked = rows.map(({ reference }) => reference).sort()
  expect(parked).toEqual(messages.map(({ reference }) => reference).sort())
})

test('law 11: replays of every read model ask the gateway nothing, and send no mail', async () => {
  await toldAll()
  const before = { requests: gateway.requests(), mails: mails.received.length }
  for (const [turn, { name }] of projections.entries()) await ask(turn, `/projections/${name}/replay`, {})
  await eventually(async () => {
    const response = await fetch(`${pair.first.url}/replays?limit=200`)
    const { items } = (await response.json()) as { readonly items: readonly { readonly state: string }[] }
    return items.filter(({ state }) => state === 'switched').length >= projections.length
  })
  expect({ requests: gateway.requests(), mails: mails.received.length }).toEqual(before)
})

test('law 11: one that is stopped while it pays and tells loses its turn, and does no harm when it wakes', async () => {
  // One of the two has the lease: each is stopped in turn.
  for (const turn of [0, 1]) {
    const orders = await Promise.all(Array.from({ length: 12 }, () => placed()))
    const other = turn + 1
    const asked = orders.map((orderId) => ask(other, '/payments', { orderId, method: 'card' }))
    const before = gateway.requests()
    await eventually(() => gateway.requests() > before, { interval: 1 })
    serviceOf(turn).signal('SIGSTOP')
    try {
      await Promise.all(asked)
      await eventually(async () => {
        const told = await Promise.all(orders.map(eventsAbout))
        return told.every((types) => types.includes('OrderConfirmed'))
      })
    } finally {
      serviceOf(turn).signal('SIGCONT')
    }
    for (const orderId of orders) expect(bookedFor('charge', orderId)).toEqual([`${orderId}/1`])
  }
  await toldAll()
  await expectVerified(pair.first.dataDir)
})

/**
 * None is left to send; each mail is recorded once, and came; repeats have the Message-ID of the first. A decline that a capture overtook may have
 * been reported before it came.
 */
async function toldAll(): Promise<void> {
  const wanted = ['OrderConfirmed', 'PaymentRefunded', 'DeliveryDispatched', 'DeliveryDelivered']
  await eventually(async () => {
    const { rows } = await pool.query(`select from log.due where reactor = 'mail'`)
    expect(rows).toEqual([])
    const events = await eventsOf(pool)
    const causedBy = (types: readonly string[]) =>
      events.filter(({ event }) => types.includes(event.type)).map(({ id }) => `notification-${id}`)
    const told = events.filter(({ event }) => event.type === 'NotificationSent').map(({ stream }) => stream)
    const declines = causedBy(['PaymentDeclined']).filter((stream) => told.includes(stream))
    expect([...told].sort()).toEqual([...causedBy(wanted), ...declines].sort())
    expect(new Set(mails.received.map(({ headers }) => headers.get('message-id'))).size).toBe(told.length)
    return true
  })
}
