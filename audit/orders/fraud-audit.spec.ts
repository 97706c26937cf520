import { expect, test } from 'vitest'
import { NOON, paymentCaptured, paymentDeclined, paymentRequested } from '../../domain/test-events.ts'
import type { RaiseAlert } from '../../domain/payments/fraud.ts'
import { LogScorer, isScored } from '../../insights/fraud/log-scorer.ts'
import { tableOne } from '../../insights/fraud/test-kit.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { spill, spillEverything } from '../../test/support/spill.ts'
import { auditFraud, type FraudReading } from './fraud-audit.ts'

const TABLE: DomainEvent = { type: 'FraudTableSet', table: '1', content: JSON.stringify(tableOne()) }
const CARD = '0123456789abcdef'

interface Told {
  readonly event: DomainEvent
  readonly stream: string
  /** After the log has begun; absent: at once. */
  readonly minutes?: number
}

const told = (stream: string, event: DomainEvent): Told => ({ stream, event })
const paid = (number: number) => {
  const customer = { customerId: `c${String(number)}`, region: 'DE' }
  const more = { ...customer, card: CARD, cardRegion: number > 2 ? 'FR' : null }
  return told(`payment-o${String(number)}`, paymentRequested(`o${String(number)}`, 1, 1_000, more))
}

/** Four customers with one card: the third and the fourth raise an alert. */
const ring: readonly Told[] = [told('fraud-_table', TABLE), ...[1, 2, 3, 4].map(paid)]

const idAt = (position: number) => `id ${String(position)}`
const placeAt = (position: number, minutes = 0) => ({
  id: idAt(position),
  recordedAt: NOON + position + minutes * 60_000,
})

function alertsOf(log: readonly Told[]): readonly RaiseAlert[] {
  const scorer = new LogScorer(new Map())
  return log.flatMap(({ event, minutes }, index) =>
    isScored(event) ? (scorer.see(event, placeAt(index + 1, minutes)) ?? []) : [],
  )
}

const raise = (alert: RaiseAlert) => told(`fraud-${alert.orderId}`, { type: 'FraudAlertRaised', ...alert })
/** Nothing comes to its threshold. */
const LENIENT: DomainEvent = {
  type: 'FraudTableSet',
  table: '2',
  content: JSON.stringify({ ...tableOne(), version: '2', threshold: 1_000 }),
}
const [third, fourth] = alertsOf(ring).map(raise) as [Told, Told]

function audit(log: readonly Told[], reading: Partial<FraudReading> = {}) {
  const [found, again] = [spill(), spillEverything()].map((memory) => {
    const fraud = auditFraud({ checkpoint: Infinity, waiting: new Set(), ...reading }, memory)
    for (const [index, { event, stream, minutes }] of log.entries())
      fraud.see({ position: index + 1, stream, ...placeAt(index + 1, minutes) }, event)
    const check = fraud.finish()
    memory.close()
    return check
  })
  expect(again).toEqual(found)
  return found
}

const reviewOf = ({ event, stream }: Told) => {
  if (event.type !== 'FraudAlertRaised') throw new Error('it is no alert')
  const { alertId, orderId } = event
  return told(stream, { type: 'FraudReviewed', alertId, orderId, verdict: 'fraud', note: null })
}
const changed = ({ event, stream }: Told, change: object): Told => told(stream, { ...event, ...change } as DomainEvent)

test.each<readonly [string, readonly Told[], Partial<FraudReading>, number]>([
  ['all that it raises', [...ring, third, fourth], {}, 2],
  ['alerts that come late, and reviews', [...ring, fourth, third, reviewOf(third)], {}, 3],
  ['another wording', [...ring, third, withReasons(fourth, { text: 'so many' })], {}, 2],
  ['no regions, as version 1 wrote it', [...ring, third, withReasons(fourth, { regions: null })], {}, 2],
  ['no alert that the reactor has not read of yet', [...ring, third], { checkpoint: 4 }, 1],
  ['no alert that it still has to raise', [...ring, third], { waiting: new Set([idAt(5)]) }, 1],
  ['no alert of what a later table lets pass', [...ring, told('fraud-_table', LENIENT), third, fourth, paid(5)], {}, 2],
  ['no alert of what comes six minutes later', [...ring.slice(0, 3), { ...paid(3), minutes: 6 }], {}, 0],
  ['no alert without a table', ring.slice(1), {}, 0],
  ['nothing of before the table', [...ring.slice(1), told('fraud-_table', TABLE)], {}, 0],
])('law 11: a log with %s breaks no law', (_, log, reading, counted) => {
  expect(audit(log, reading)).toEqual({ law: 11, name: 'fraud-alerts', counted, breaches: 0, first: null })
})

function withReasons(alert: Told, change: object): Told {
  const { event } = alert
  if (event.type !== 'FraudAlertRaised') throw new Error('it is no alert')
  return changed(alert, { reasons: event.reasons.map((reason) => ({ ...reason, ...change })) })
}

test.each<readonly [string, readonly Told[], string]>([
  ['that was removed', [...ring, third], 'position 5: the alert id 5 that it causes was never raised'],
  [
    'that nothing raises',
    [...ring, third, fourth, changed(third, { alertId: idAt(2) })],
    'nothing raises the alert id 2',
  ],
  [
    'that is there twice',
    [...ring, third, fourth, fourth],
    'position 8, fraud-o4: the alert id 5 is raised a second time',
  ],
  ['with another score', [...ring, third, changed(fourth, { score: 99 })], 'says other than is worked out'],
  [
    'with other regions',
    [...ring, third, withReasons(fourth, { regions: { card: 'IT', customer: 'DE' } })],
    'says other than is worked out',
  ],
  ['with other points', [...ring, third, withReasons(fourth, { points: 1 })], 'says other than is worked out'],
  ['with other values', [...ring, third, withReasons(fourth, { value: 1 })], 'says other than is worked out'],
  ['with other keys', [...ring, third, changed(fourth, { keys: { card: null } })], 'says other than is worked out'],
  [
    'on the stream of another order',
    [...ring, third, { ...fourth, stream: 'fraud-o9' }],
    'its alert is about order o4',
  ],
  ['that is reviewed twice', [...ring, third, fourth, reviewOf(third), reviewOf(third)], 'is reviewed a second time'],
  ['that is reviewed before it is raised', [...ring, reviewOf(third), third, fourth], 'no alert id 4 was raised'],
])('law 11: an alert %s is found', (_, log, first) => {
  const check = audit(log)
  expect(check).toMatchObject({ breaches: 1 })
  expect(check?.first).toContain(first)
})

test('law 11: an alert that the reactor has read of, and has not raised, is found where it has read last', () => {
  expect(audit([...ring, third], { checkpoint: 5 })).toMatchObject({ breaches: 1 })
})

test('law 11: an alert that is raised before the event that causes it is found, and that it is not raised behind it', () => {
  const early = changed(third, { alertId: idAt(5) })
  expect(audit([...ring.slice(0, 3), early, paid(3)])).toMatchObject({
    breaches: 2,
    first: 'position 4, fraud-o3: nothing raises the alert id 5',
  })
})

test('law 11: a table that cannot be read is found, and nothing is said of what comes after it', () => {
  const broken = told('fraud-_table', { type: 'FraudTableSet', table: '7', content: '{}' })
  const later = changed(fourth, { alertId: idAt(9) })
  expect(audit([...ring, third, fourth, broken, paid(5), later, reviewOf(later)])).toMatchObject({
    breaches: 1,
    first: expect.stringContaining('position 8: table 7 of the log cannot be read') as string,
  })
})

test('law 11: a decline is scored as the reactor scores it', () => {
  const declined = [1, 2, 3, 4, 5].flatMap((number) => [
    told(
      `payment-o${String(number)}`,
      paymentRequested(`o${String(number)}`, 1, 1_000, { card: `${CARD.slice(0, -1)}${String(number)}` }),
    ),
    told(`payment-o${String(number)}`, paymentDeclined(`o${String(number)}`, 1, 1_000, { reason: 'do-not-honour' })),
  ])
  const log = [told('fraud-_table', TABLE), ...declined]
  const alerts = alertsOf(log)
  expect(alerts.length).toBeGreaterThan(0)
  expect(audit([...log, ...alerts.map(raise)])).toMatchObject({ breaches: 0, counted: alerts.length })
})

test('law 11: an attempt is judged by what its customer has paid before, whatever the order', () => {
  const known = { customerId: 'x', region: 'DE', device: '00000000000000d1', address: '00000000000000a1' }
  const paidBefore = [1, 2, 3].flatMap((number) => [
    told(`payment-h${String(number)}`, paymentRequested(`h${String(number)}`, 1, 1_000, known)),
    told(`payment-h${String(number)}`, paymentCaptured(`h${String(number)}`, 1, 1_000, known)),
  ])
  const other = { ...known, device: '00000000000000d2', address: '00000000000000a2', card: CARD, cardRegion: 'FR' }
  const log = [told('fraud-_table', TABLE), ...paidBefore, told('payment-t', paymentRequested('t', 1, 30_000, other))]
  const alerts = alertsOf(log)
  expect(alerts.flatMap(({ reasons }) => reasons.map(({ rule }) => rule))).toEqual(
    expect.arrayContaining(['newDevice', 'newAddress', 'amountAgainstMean']),
  )
  expect(audit([...log, ...alerts.map(raise)])).toMatchObject({ breaches: 0, counted: alerts.length })
})
