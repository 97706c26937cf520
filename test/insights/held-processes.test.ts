/** Attempts on hold over several processes: commands at once at two of them, and a process that is killed around a hold. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { reactorPointNames } from '../../app/crash-points.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { cancelOrder, expireOrder } from '../../domain/end-order.ts'
import { raiseAlert, reviewAlert, type Verdict } from '../../domain/payments/fraud.ts'
import { holdPayment, releasePayment } from '../../domain/payments/hold.ts'
import { isOnHold } from '../../domain/payments/payment.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { fraudAlertRaised } from '../../domain/test-events.ts'
import { signWebhook } from '../../reactors/payments/webhook-signature.ts'
import { openPool } from '../../store/postgres/database.ts'
import { startPair } from '../faults/two-processes.ts'
import { eventually } from '../support/eventually.ts'
import { startStoreProcess } from '../support/store-process.ts'
import { countingGateway } from '../reactors/counting-gateway.ts'
import { dying, EACH, ids } from '../reactors/dying.ts'
import { leftToDo } from '../reactors/left-to-do.ts'
import { openPaying } from '../reactors/paying.ts'
import { breaches, eventsOf } from '../reactors/reacting.ts'

const SECRET = '0123456789abcdef'
const HOUR = 3_600_000

test('law 10: any two of cancel, reviews, release, expiry, hold and capture at two processes come to one end, and charge nobody whose order is over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-table-'))
  const file = join(folder, 'everybody.json')
  const rules = { attemptsOfCustomer: [{ from: 1, points: 99 }] }
  writeFileSync(file, JSON.stringify({ version: 'all', threshold: 60, rules }))
  const gateway = await countingGateway({})
  const pair = await startPair({
    ...{ EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url, PAYMENT_WEBHOOK_SECRET: SECRET },
    ...{ FRAUD_TABLE: file, FRAUD_HOLD: '60' },
  })
  const pool = openPool(pair.databaseUrl, { name: 'test', max: 2 })
  const store = await startStoreProcess(pair.databaseUrl, { listens: true })
  onTestFinished(async () => {
    await store.stop()
    await pool.end()
    await pair.stop()
    await gateway.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function run<Refusal>(decide: (read: Read) => Decision<Refusal>): Promise<Refusal | null> {
    const commandId = newId()
    const execution = await store.committer.execute({
      ...{ decide, answer: () => null, key: null, commandId, correlationId: commandId, causationId: null },
    })
    return execution.outcome === 'refused' ? execution.refusal : null
  }
  async function post(turn: number, path: string, body: object, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${(turn === 0 ? pair.first : pair.second).url}${path}`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', ...headers },
    })
    await response.text()
    return response.status
  }

  const price = { amount: 1_000, currency: 'EUR' }
  const cup = { sku: 'A1', name: 'Cup', category: 'kitchen', price, stock: 10_000 }
  await eventually(async () => (await post(0, '/products', cup)) === 201)
  const somebody = { customerId: 'c1', name: 'Somebody', region: 'berlin' }
  expect(await post(0, '/customers', somebody)).toBe(201)
  for (const name of ['payments', 'expire-orders'])
    await eventually(async () => (await post(0, `/reactors/${name}/pause`, {})) === 200)

  interface Racing {
    readonly orderId: string
    readonly alertId: string
    readonly turn: number
  }
  const reviewing =
    (verdict: Verdict) =>
    ({ alertId, turn }: Racing) =>
      post(turn, `/fraud-alerts/${alertId}/review`, { verdict })
  /** Over HTTP, at one service or the other; what reactors ask for, in a process of its own. */
  const racers: Readonly<Record<string, (racing: Racing) => Promise<unknown>>> = {
    cancel: ({ orderId, turn }) => post(turn, `/orders/${orderId}/cancel`, {}),
    honest: reviewing('honest'),
    fraud: reviewing('fraud'),
    capture({ orderId, turn }) {
      const message = { key: `${orderId}/1`, status: 'captured', reference: `ch-${orderId}` }
      const body = Buffer.from(JSON.stringify(message))
      const signature = signWebhook(body, { secrets: [SECRET], at: Date.now() / 1_000 })
      return post(turn, '/payments/webhook', message, { 'orderledger-signature': signature })
    },
    hold: ({ orderId }) => run((read) => holdPayment({ orderId, attempt: 1, score: 60, at: Date.now() }, read)),
    release: ({ orderId }) => run((read) => releasePayment({ orderId, attempt: 1, holdMs: 0, at: Date.now() }, read)),
    expiry: ({ orderId }) => run((read) => expireOrder({ orderId, at: Date.now() + HOUR }, read)),
  }
  const names = Object.keys(racers)
  const pairs = names.flatMap((one, index) => names.slice(index).map((other) => [one, other] as const))
  const raced = [1, 2].flatMap((round) =>
    pairs.map(([one, other]) => ({ orderId: `${one}-${other}-${String(round)}`, one, other })),
  )

  for (const { orderId } of raced) {
    expect(await post(0, '/orders', { orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })).toBe(201)
    const asked = { orderId, method: 'card', amount: null, keys: NO_KEYS, at: Date.now() } as const
    expect(await run((read) => requestPayment(asked, read))).toBeNull()
  }
  const alerts = new Map<string, string>()
  await eventually(async () => {
    for (const { event } of await eventsOf(pool))
      if (event.type === 'FraudAlertRaised') alerts.set(event.orderId, event.alertId)
    return raced.every(({ orderId }) => alerts.has(orderId))
  })
  const shown = async (service: { readonly url: string }, alertId: string) =>
    (await fetch(`${service.url}/fraud-alerts/${alertId}`)).ok
  for (const alertId of alerts.values())
    for (const service of [pair.first, pair.second]) await eventually(() => shown(service, alertId))

  for (const { orderId, one, other } of raced) {
    const racing = { orderId, alertId: alerts.get(orderId) ?? '' }
    if (one !== 'hold' && other !== 'hold') await racers['hold']?.({ ...racing, turn: 0 })
    await Promise.all([racers[one]?.({ ...racing, turn: 0 }), racers[other]?.({ ...racing, turn: 1 })])
  }

  const ends = new Map<string, readonly string[]>()
  for (const { stream, event } of await eventsOf(pool)) {
    const [kind] = stream.split('-')
    const orderId = stream.slice(stream.indexOf('-') + 1)
    if (kind === 'order' || kind === 'payment') ends.set(orderId, [...(ends.get(orderId) ?? []), event.type])
  }
  const types = ['PaymentHeld', 'PaymentReleased', 'PaymentDeclined', 'PaymentCaptured', 'OrderCancelled']
  expect(types.filter((type) => ![...ends.values()].some((seen) => seen.includes(type)))).toEqual([])
  for (const { orderId } of raced) {
    const seen = ends.get(orderId) ?? []
    for (const type of types)
      expect([orderId, type, seen.filter((each) => each === type).length <= 1]).toEqual([orderId, type, true])
    // One that was captured and is cancelled gives the money back; one that expired was never open.
    const [isCaptured, isCancelled] = [seen.includes('PaymentCaptured'), seen.includes('OrderCancelled')]
    expect([orderId, seen.includes('OrderExpired')]).toEqual([orderId, false])
    expect([orderId, seen.includes('RefundRequested')]).toEqual([orderId, isCaptured && isCancelled])
    // What was on hold ended with its order.
    if (isCancelled && seen.includes('PaymentHeld') && !isCaptured && !seen.includes('PaymentReleased'))
      expect([orderId, seen.includes('PaymentDeclined')]).toEqual([orderId, true])
  }
  expect(await breaches(pool)).toEqual([])

  // Now everybody is charged who should be: nobody whose order is over.
  await post(0, '/reactors/payments/resume', {})
  const released = raced.filter(({ orderId }) => {
    const seen = ends.get(orderId) ?? []
    return seen.includes('PaymentReleased') && !seen.includes('OrderCancelled') && !seen.includes('PaymentCaptured')
  })
  expect(released.length).toBeGreaterThan(0)
  await eventually(() => released.every(({ orderId }) => gateway.booked('charge').includes(`${orderId}/1`)))
  await eventually(async () => {
    // Each key was read or charged once: what is on hold is not, and money that only a message reported cannot go back.
    const { rows } = await pool.query(
      `select from log.due where reactor = 'payments' and failure is null and detail ? 'attempt' and detail->>'looked' is null`,
    )
    return rows.length === 0
  })
  for (const { orderId } of raced) {
    const isOver = ends.get(orderId)?.includes('OrderCancelled') === true
    if (isOver) expect([orderId, gateway.booked('charge').includes(`${orderId}/1`)]).toEqual([orderId, false])
  }
  expect(await breaches(pool)).toEqual([])
})

test('laws 10 and 11: killed at each point around a hold, it puts each attempt on hold once and charges what is released once', async () => {
  const paying = await openPaying()
  onTestFinished(() => paying[Symbol.asyncDispose]())
  // The scorer is paused: what it raises stands there already, and only the one that charges passes the points.
  const services = await dying(paying, 'payments', { PAYMENT_GATEWAY_URL: paying.gatewayUrl, FRAUD_HOLD: '60' })
  const points = reactorPointNames.filter((point) => !point.startsWith('reactor.call'))
  const orders = ids('h', points.length * EACH)
  for (const [index, point] of points.entries()) {
    for (const orderId of orders.slice(index * EACH, (index + 1) * EACH)) {
      await paying.place(orderId)
      await paying.run((read) => raiseAlert({ ...fraudAlertRaised(orderId, 1) }, read))
      await paying.request(orderId)
    }
    await services.dieAt(point)
  }
  await services.live()
  const isHeld = async (orderId: string) => {
    const [attempt] = (await paying.paymentOf(orderId)).attempts
    return attempt !== undefined && isOnHold(attempt)
  }
  await eventually(async () => (await Promise.all(orders.map(isHeld))).every(Boolean))
  expect(services.fired).toEqual(points)
  expect(paying.book()).toEqual([])

  const third = (rest: number) => orders.filter((_, index) => index % 3 === rest)
  const review = (orderId: string, verdict: Verdict) => {
    const alertId = `alert-${orderId}-1`
    return paying.run((read) => reviewAlert({ alertId, orderId, verdict, note: null, at: Date.now() }, read))
  }
  // Killed again between the verdicts and what follows from them.
  await services.rest()
  const after = [
    ...(['reactor.taken', 'reactor.calling', 'reactor.called', 'reactor.asking', 'reactor.asked'] as const),
    ...(['reactor.decided', 'reactor.settled'] as const),
  ]
  for (const [index, point] of after.entries()) {
    await review(third(0)[index] ?? '', 'honest')
    await review(third(1)[index] ?? '', 'fraud')
    const orderId = third(2)[index] ?? ''
    await paying.run((read) => cancelOrder({ orderId, reason: null, sellable: true }, read))
    await services.dieAt(point)
  }
  expect(services.fired).toEqual([...points, ...after])
  await services.live()
  await eventually(async () => {
    // What is on hold is looked at once a minute.
    await paying.pool.query(`update log.due set due_at = now() where detail ? 'hold'`)
    return (await leftToDo(paying.pool)).every(({ reactor }) => reactor !== 'payments')
  })
  for (const orderId of third(0)) expect(await paying.orderOf(orderId)).toBe('confirmed')
  for (const orderId of [...third(1), ...third(2)]) expect(await paying.orderOf(orderId)).toBe('cancelled')
  expect(
    paying
      .book()
      .map(({ key }) => key)
      .sort(),
  ).toEqual(
    third(0)
      .map((orderId) => `${orderId}/1`)
      .sort(),
  )
  const counted = (await eventsOf(paying.pool)).filter(({ event }) => event.type === 'PaymentHeld')
  expect(counted).toHaveLength(orders.length)
  const found = (await breaches(paying.pool)) as readonly { readonly name: string }[]
  // The alerts were made up.
  expect(found.filter(({ name }) => name !== 'fraud-alerts')).toEqual([])
}, 480_000)
