/**
 * What became of orders reaches customers once, whatever the mail server does: on a real server. More than 300 lines, because its
 * cases share how a message is sent and settled.
 */
import { afterEach, describe, expect, test } from 'vitest'
import type { Addressed } from '../../domain/decision.ts'
import {
  customerRegistered,
  deliveryDispatched,
  orderCancelled,
  orderConfirmed,
  orderLine,
  orderPlaced,
  orderRejected,
  paymentDeclined,
  paymentHeld,
  paymentRefunded,
  paymentRequested,
  refundRequested,
  restockAdvised,
} from '../../domain/test-events.ts'
import { mail, type MailParts } from '../../reactors/mail/mail.ts'
import { stockFallsIn } from '../../reactors/operator/stock-falls.ts'
import { simulatedTexter, type Texter } from '../../reactors/mail/sms.ts'
import { readEvent } from '../../reactors/serving/read-stretch.ts'
import type { ReactorParts } from '../../reactors/serving/serve-reactors.ts'
import type { NotificationEvent } from '../../schemas/events.ts'
import { readPage } from '../../store/log/read-page.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { closeOpened, failure, mailerTo, opened, realServer } from './mailing.ts'
import { openReacting, type Reacting } from './reacting.ts'
import { ScriptedSmtp } from './scripted-smtp.ts'

afterEach(closeOpened)

const LINES = [orderLine('A1', 2)]

/** An order of a customer, confirmed. */
function confirmed(orderId: string, customerId = 'c1'): readonly Addressed[] {
  const stream = `order-${orderId}` as const
  return [
    { stream, event: orderPlaced(orderId, LINES, { customerId }) },
    { stream, event: { ...orderConfirmed(orderId, LINES), customerId } },
  ]
}

function customers(...ids: readonly string[]): readonly Addressed[] {
  return ids.map((id) => ({
    stream: `customer-${id}` as const,
    event: customerRegistered(id, { email: `${id}@x.test`, name: `Name of ${id}` }),
  }))
}

function tell(reacting: Reacting, port: number, parts: Partial<MailParts> = {}, options: Partial<ReactorParts> = {}) {
  const stockFalls = stockFallsIn(reacting.pool)
  const to = { mailer: mailerTo(port), simulated: false, texter: simulatedTexter, operator: 'ops@x.test' }
  const all = { ...to, stockFalls, ...parts }
  return reacting.react({}, { reactors: [mail(all)], ...options })
}

interface Recorded {
  readonly stream: string
  readonly event: NotificationEvent
}

async function recorded({ pool }: Reacting): Promise<readonly Recorded[]> {
  const { events } = await readPage(pool, { after: 0, limit: 1_000, passed: [] })
  return events
    .filter(({ type }) => type.startsWith('Notification'))
    .map(readEvent)
    .flatMap(({ stream, read }) => ('code' in read ? [] : read.map((event) => ({ stream, event }) as Recorded)))
}

/** Resolves when this many outcomes are recorded and nothing is left to do. */
async function settled(reacting: Reacting, count: number): Promise<readonly Recorded[]> {
  await eventually(async () => {
    const { due, lagEvents, parkedCount } = await reacting.state('mail')
    return lagEvents === 0 && due === 0 && parkedCount === 0 && (await recorded(reacting)).length === count
  })
  return recorded(reacting)
}

describe('each step of an order', () => {
  test('is told once, in the language of the customer, and recorded without a name or an address', async () => {
    await using reacting = await openReacting()
    const { received, port } = await realServer()
    const texts: string[] = []
    const texter: Texter = {
      ...simulatedTexter,
      send: ({ to }) => (texts.push(to), Promise.resolve({ outcome: 'sent' })),
    }
    await tell(reacting, port, { texter })
    const contact = { phone: '+49 30 1234567', tier: 'vip', language: 'fr', email: 'vip@x.test' } as const
    await appendEvents(reacting.pool, [
      ...customers('c1'),
      { stream: 'customer-c2', event: customerRegistered('c2', contact) },
      { stream: 'customer-c3', event: customerRegistered('c3', { email: null, phone: '+49 30 7654321' }) },
      ...confirmed('o1'),
      ...confirmed('o2', 'c2'),
      ...confirmed('o3', 'c3'),
      { stream: 'delivery-o2', event: deliveryDispatched('o2', 1) },
      { stream: 'order-o4', event: orderRejected('o4', { lines: LINES, customerId: 'nobody' }) },
      { stream: 'order-o5', event: orderRejected('o5', { lines: LINES }) },
      { stream: 'inventory-A1', event: restockAdvised('A1', 11, 30) },
    ])
    const found = await settled(reacting, 7)
    expect(
      received.map(({ to, headers }) => `${to.join()} ${headers.get('x-orderledger-template') ?? ''}`).sort(),
    ).toEqual([
      'c1@x.test order-confirmed',
      'c1@x.test out-of-stock',
      'ops@x.test restock-advised',
      'vip@x.test order-confirmed',
      'vip@x.test order-dispatched',
    ])
    expect(new Set(received.map(({ headers }) => headers.get('message-id'))).size).toBe(5)
    expect(received.find(({ to }) => to.includes('vip@x.test'))?.headers.get('subject')).toMatch(/commande/)
    expect(texts).toEqual([contact.phone, contact.phone])
    expect(found.map(({ event }) => event.customerId).sort()).toEqual(['c1', 'c1', 'c2', 'c2', 'c2', 'c2', null])
    expect(JSON.stringify(found)).not.toMatch(/x\.test|1234567|Name of/)
  })

  test('that is looked at before it is charged is told once, however often the reactor starts', async () => {
    await using reacting = await openReacting()
    const { received, port } = await realServer()
    const first = await tell(reacting, port)
    await appendEvents(reacting.pool, [
      ...customers('c1'),
      { stream: 'order-o1', event: orderPlaced('o1', LINES) },
      { stream: 'payment-o1', event: paymentRequested('o1', 1, 2_000) },
      { stream: 'payment-o1', event: paymentHeld('o1', 1, 2_000) },
    ])
    await settled(reacting, 1)
    await first.stop()
    await tell(reacting, port)
    await appendEvents(reacting.pool, confirmed('o2'))
    const found = await settled(reacting, 2)
    expect(found.map(({ event }) => event.template)).toEqual(['payment-held', 'order-confirmed'])
    expect(received.map(({ headers }) => headers.get('x-orderledger-template'))).toEqual([
      'payment-held',
      'order-confirmed',
    ])
  })

  test('that came to nothing is not told: a second decline, one of an order that is over, one that was replaced', async () => {
    await using reacting = await openReacting()
    const { received, port } = await realServer()
    const placed = (id: string) => ({ stream: `order-${id}`, event: orderPlaced(id, LINES) }) as const
    const attempt = (id: string, number: number, reason: string): readonly Addressed[] => [
      { stream: `payment-${id}`, event: paymentRequested(id, number, 2_000) },
      { stream: `payment-${id}`, event: paymentDeclined(id, number, 2_000, { reason }) },
    ]
    await appendEvents(reacting.pool, [
      ...customers('c1'),
      placed('o1'),
      ...attempt('o1', 1, 'replaced'),
      ...attempt('o1', 2, 'no-funds'),
      ...attempt('o1', 3, 'no-answer'),
      placed('o2'),
      ...attempt('o2', 1, 'no-funds'),
      { stream: 'order-o2', event: orderCancelled('o2', LINES) },
      placed('o3'),
      ...attempt('o3', 1, 'skipped'),
      ...attempt('o3', 2, 'wrong-amount'),
      { stream: 'payment-o3', event: refundRequested('o3', 1, 500, { cause: 'provider' }) },
      { stream: 'payment-o3', event: paymentRefunded('o3', 1, 500, { cause: 'provider' }) },
      { stream: 'payment-o3', event: refundRequested('o3', 2, 700) },
      { stream: 'payment-o3', event: paymentRefunded('o3', 2, 700) },
    ])
    await tell(reacting, port)
    await settled(reacting, 3)
    expect(
      received
        .map(
          ({ headers }) => `${headers.get('x-orderledger-order') ?? ''} ${headers.get('x-orderledger-template') ?? ''}`,
        )
        .sort(),
    ).toEqual(['o1 payment-declined', 'o2 order-cancelled', 'o3 payment-refunded'])
    expect(received.find(({ text }) => text.includes('7.00'))).toBeDefined()
  })
})

describe('a mail server', () => {
  test('that refuses one address for good stops nobody else', async () => {
    await using reacting = await openReacting()
    const { received, port } = await realServer({
      onRcptTo: ({ address }, _, done) =>
        address === 'bad@x.test' ? done(failure(550, '5.1.1 no such user')) : done(),
    })
    await tell(reacting, port)
    await appendEvents(reacting.pool, [
      ...customers('bad', 'c1', 'c2'),
      { stream: 'customer-old', event: customerRegistered('old', { email: 'a@x.test,b@x.test' }) },
      ...confirmed('o1', 'bad'),
      ...confirmed('o2', 'old'),
      ...confirmed('o3', 'c1'),
      ...confirmed('o4', 'c2'),
    ])
    // Held until another one is taken, which the next shows.
    await eventually(() => received.length === 2)
    // Outcomes are recorded meanwhile: what finds that the log has moved appends nothing.
    await eventually(() => appendEvents(reacting.pool, confirmed('o5', 'c1')))
    const found = await settled(reacting, 5)
    const reasons = found.flatMap(({ event }) =>
      event.type === 'NotificationFailed' ? [[event.orderId, event.reason]] : [],
    )
    expect(reasons.sort()).toEqual([
      ['o1', 'refused 550 5.1.1'],
      ['o2', 'bad-address'],
    ])
    expect(received.flatMap(({ to }) => to).sort()).toEqual(['c1@x.test', 'c1@x.test', 'c2@x.test'])
  })

  test('that is away delays mails and loses none; that is shown, and each arrives once', async () => {
    await using reacting = await openReacting()
    const first = await realServer()
    await first.close()
    await tell(reacting, first.port)
    await appendEvents(reacting.pool, [...customers('c1', 'c2'), ...['o1', 'o2', 'o3'].flatMap((id) => confirmed(id))])
    await eventually(async () => (await reacting.state('mail')).outage !== null)
    expect((await reacting.state('mail')).outage?.reason).toBe('no mail is taken: unreachable')
    expect(await recorded(reacting)).toEqual([])
    const { received } = await realServer({}, first.port)
    await settled(reacting, 3)
    expect(received).toHaveLength(3)
    await eventually(async () => (await reacting.state('mail')).outage === null)
  })

  test.each<[string, ScriptedSmtp['script'], RegExp | null]>([
    ['refuses everybody at the greeting', { greeting: '554 5.7.1 you are on a list' }, /greeting 554/],
    ['refuses the sender', { MAIL: '553 5.1.8 not yours' }, /sender 553/],
    ['drops the connection after the message', { message: 'drop' }, /dropped/],
    ['closes in the middle of a message', { DATA: '421 4.3.2 closing' }, /closing 421/],
    ['says nothing', { RCPT: 'silence' }, /timed-out/],
    ['sends a byte now and then', { message: 'trickle' }, /timed-out/],
    ['puts the recipient off', { RCPT: '450 4.2.0 greylisted' }, null],
    ['puts the message off', { message: '451 4.7.1 later' }, null],
  ])('that %s delays mails and loses none', async (_, script, outage) => {
    await using reacting = await openReacting()
    const smtp = await new ScriptedSmtp().open()
    opened.push(() => smtp.close())
    smtp.script = script
    await tell(reacting, 0, { mailer: mailerTo(smtp.port, {}, { silence: 200, whole: 300 }) })
    await appendEvents(reacting.pool, [...customers('c1'), ...['o1', 'o2', 'o3', 'o4'].flatMap((id) => confirmed(id))])
    if (outage === null) await eventually(() => smtp.lines.some((line) => line.startsWith('RCPT')))
    else await eventually(async () => outage.test((await reacting.state('mail')).outage?.reason ?? ''))
    expect(await recorded(reacting)).toEqual([])
    smtp.messages.length = 0
    smtp.script = {}
    const found = await settled(reacting, 4)
    expect(new Set(found.map(({ event }) => event.type))).toEqual(new Set(['NotificationSent']))
    await eventually(async () => (await reacting.state('mail')).outage === null)
    const arrived = smtp.messages.map((message) => /^message-id:\s*(\S+)/im.exec(message)?.[1])
    expect([...new Set(arrived)]).toHaveLength(4)
  })

  test('is asked again by another process with the same Message-ID, and each step is recorded once', async () => {
    await using reacting = await openReacting()
    const { received, port } = await realServer()
    await appendEvents(reacting.pool, [...customers('c1'), ...['o1', 'o2', 'o3', 'o4'].flatMap((id) => confirmed(id))])
    // Dies when all are sent and recorded, before it notes that nothing is left to do.
    let died = false
    const dying = await tell(
      reacting,
      port,
      {},
      {
        reachPoint(point) {
          if (point !== 'reactor.decided') return
          died = true
          throw new Error('killed')
        },
      },
    )
    await eventually(() => died && received.length >= 1)
    await dying.stop()
    expect((await reacting.state('mail')).due).toBeGreaterThan(0)
    await tell(reacting, port)
    const found = await settled(reacting, 4)
    expect(new Set(found.map(({ stream }) => stream)).size).toBe(4)
    expect(new Set(received.map(({ headers }) => headers.get('message-id'))).size).toBe(4)
  })
})

test('with effects off nothing is begun, which is shown, resumed by hand or not; on again it is sent', async () => {
  await using reacting = await openReacting()
  const { received, port } = await realServer()
  const off = await tell(reacting, port, {}, { effects: false })
  await appendEvents(reacting.pool, [...customers('c1'), ...confirmed('o1')])
  await eventually(async () => (await reacting.state('mail')).due === 2)
  await eventually(async () => (await reacting.state('mail')).state === 'paused')
  expect((await reacting.state('mail')).paused?.reason).toMatch(/^EFFECTS is off/)
  await reacting.reactors.resume('mail')
  await eventually(async () => (await reacting.state('mail')).state === 'paused')
  expect(received).toEqual([])
  await off.stop()
  await tell(reacting, port)
  await settled(reacting, 1)
  expect(received).toHaveLength(1)
})

test('what cannot be said is parked, and skipped it has failed', async () => {
  await using reacting = await openReacting()
  const { port } = await realServer()
  await tell(reacting, port)
  await appendEvents(reacting.pool, [
    ...customers('c1'),
    { stream: 'order-o1', event: orderPlaced('o1', LINES) },
    { stream: 'payment-o1', event: paymentRefunded('o1', 9, 500) },
  ])
  const state = await eventually(async () => {
    const found = await reacting.state('mail')
    return found.parkedCount === 0 ? null : found
  })
  expect(state.parked[0]?.stream).toBe('payment-o1')
  const position = state.parked[0]?.position ?? 0
  await reacting.reactors.skipCause('mail', { position, webhook: null }, 'of no use')
  const found = await settled(reacting, 1)
  expect(found).toMatchObject([
    { event: { type: 'NotificationFailed', reason: 'skipped', customerId: 'c1', channel: 'email' } },
  ])
})
