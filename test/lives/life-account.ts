/** Holds the log of a shop to what its customers heard, to the book of its gateway, and to the mails that came. */
import { wantedBy, TOLD, type ToldEvent } from '../../reactors/mail/messages.ts'
import { idOf } from '../../domain/decision.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import type { Recorded } from '../reactors/reacting.ts'
import type { Acknowledged } from './life-client.ts'

/** As GET /book has it. */
export interface GatewayBook {
  readonly charges: readonly {
    readonly key: string
    readonly status: string
    readonly amount: { readonly amount: number }
  }[]
  readonly refunds: readonly {
    readonly key: string
    readonly charge: string
    readonly amount: { readonly amount: number }
  }[]
}

export interface LifeEvidence {
  readonly events: readonly Recorded[]
  readonly journal: ReadonlyMap<string, Acknowledged>
  readonly book: GatewayBook
  /** Message-IDs of mails, and keys of text messages, each once. */
  readonly arrived: { readonly email: ReadonlySet<string>; readonly sms: ReadonlySet<string> }
}

/** Each a list of what is wrong, in words. */
export interface LifeAccount {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly chargedTwice: readonly string[]
  readonly notInTheBook: readonly string[]
  readonly onlyInTheBook: readonly string[]
  readonly toldForNothing: readonly string[]
  /** What customers with an address, or VIPs with a phone, should have heard, and nothing says that anybody tried. */
  readonly neverTold: readonly string[]
  readonly recordedAndNeverSent: readonly string[]
  readonly recordedTwice: readonly string[]
  /** Of orders that were cancelled as fraud, those whose money the gateway has kept. */
  readonly keptAfterFraud: readonly string[]
  readonly failedToTell: readonly string[]
}

const ACKNOWLEDGED = [
  ...(['OrderPlaced', 'OrderCancelled', 'OrderReturned', 'PaymentRequested', 'RefundRequested'] as const),
  ...(['DeliveryDispatched', 'DeliveryFailed', 'DeliveryDelivered', 'FraudReviewed'] as const),
]

export function accountFor({ events, journal, book, arrived }: LifeEvidence): LifeAccount {
  const [moved, told] = [money(events, book), messages(events, arrived)]
  return {
    ...answers(events, journal),
    ...moved,
    ...told,
    neverTold: neverTold(events),
    recordedTwice: [...moved.recordedTwice, ...told.recordedTwice],
  }
}

function answers(events: readonly Recorded[], journal: LifeEvidence['journal']): Pick<LifeAccount, 'lost' | 'doubled'> {
  const happened = new Map<string, Map<string, number>>()
  for (const { stream, event } of events) {
    if (event.type === 'RefundRequested' && event.cause !== 'goodwill') continue
    if (!/^(order|payment|delivery|fraud)-/.test(stream)) continue
    const counts = happened.get(idOf(stream)) ?? new Map<string, number>()
    counts.set(event.type, (counts.get(event.type) ?? 0) + 1)
    happened.set(idOf(stream), counts)
  }
  const lost: string[] = []
  const doubled: string[] = []
  for (const [orderId, told] of journal) {
    for (const type of ACKNOWLEDGED) {
      const [wanted, found] = [told[type] ?? 0, happened.get(orderId)?.get(type) ?? 0]
      if (found < wanted) lost.push(`${type} of ${orderId}: ${String(found)} of ${String(wanted)}`)
      if (found > wanted) doubled.push(`${type} of ${orderId}: ${String(found)} where ${String(wanted)} were asked for`)
    }
  }
  return { lost, doubled }
}

function money(
  events: readonly Recorded[],
  { charges, refunds }: GatewayBook,
): Pick<LifeAccount, 'chargedTwice' | 'notInTheBook' | 'onlyInTheBook' | 'recordedTwice' | 'keptAfterFraud'> {
  const recorded = events.flatMap(({ event }) => keyOf(event) ?? [])
  const taken = charges.filter(({ status }) => status === 'captured')
  const booked = new Set([...taken, ...refunds].map(({ key }) => key))
  const known = new Set<string>()
  const recordedTwice: string[] = []
  for (const key of recorded) {
    if (known.has(key)) recordedTwice.push(key)
    known.add(key)
  }
  const left = new Map(taken.map(({ key, amount }) => [key, amount.amount]))
  for (const { charge, amount } of refunds) left.set(charge, (left.get(charge) ?? 0) - amount.amount)
  const kept = new Map<string, number>()
  for (const [key, rest] of left) {
    const orderId = key.slice(0, key.lastIndexOf('/'))
    if (rest > 0) kept.set(orderId, (kept.get(orderId) ?? 0) + 1)
  }
  return {
    chargedTwice: [...kept].flatMap(([orderId, times]) => (times > 1 ? [orderId] : [])),
    notInTheBook: [...known].filter((key) => !booked.has(key)),
    onlyInTheBook: [...booked].filter((key) => !known.has(key)),
    recordedTwice,
    keptAfterFraud: cancelledAsFraud(events).filter((orderId) => kept.has(orderId)),
  }
}

function cancelledAsFraud(events: readonly Recorded[]): readonly string[] {
  const found = events.flatMap(({ event }) =>
    event.type === 'FraudReviewed' && event.verdict === 'fraud' ? [event.orderId] : [],
  )
  const cancelled = new Set(events.flatMap(({ event }) => (event.type === 'OrderCancelled' ? [event.orderId] : [])))
  return found.filter((orderId) => cancelled.has(orderId))
}

/** Under which key the gateway moved the money that an event records; null: it records none, or none of a gateway's. */
function keyOf(event: DomainEvent): string | null {
  if (event.type === 'PaymentCaptured' && event.method !== 'on-account')
    return `${event.orderId}/${String(event.attempt)}`
  if (event.type === 'PaymentRefunded' && event.method !== 'on-account' && event.cause !== 'provider') {
    return `${event.orderId}/r${String(event.refund)}`
  }
  return null
}

function messages(
  events: readonly Recorded[],
  arrived: LifeEvidence['arrived'],
): Pick<LifeAccount, 'toldForNothing' | 'recordedAndNeverSent' | 'failedToTell' | 'recordedTwice'> {
  const due = new Set(
    events.flatMap(({ id, event }) => (isTold(event) ? [`${id}.${wantedBy(event)?.template ?? ''}`] : [])),
  )
  const toldForNothing = [...arrived.email, ...arrived.sms].filter((key) => !due.has(key))
  const recordedAndNeverSent: string[] = []
  const failedToTell: string[] = []
  const recordedTwice: string[] = []
  const told = new Set<string>()
  for (const { stream, event } of events) {
    if (event.type === 'NotificationFailed') failedToTell.push(`${stream} ${event.channel}: ${event.reason}`)
    if (event.type !== 'NotificationSent') continue
    const name = `${stream} ${event.channel}`
    if (told.has(name)) recordedTwice.push(name)
    told.add(name)
    const came = event.channel === 'email' ? arrived.email : arrived.sms
    if (!came.has(`${idOf(stream)}.${event.template}`)) recordedAndNeverSent.push(name)
  }
  return { toldForNothing, recordedAndNeverSent, failedToTell, recordedTwice }
}

/** Once an order has gone on, nobody hears any more that its payment was declined or is on hold. */
const MAY_BE_OVERTAKEN: readonly string[] = ['PaymentDeclined', 'PaymentHeld']

function neverTold(events: readonly Recorded[]): readonly string[] {
  const channels = new Map<string, readonly string[]>()
  const known = new Set<string>()
  for (const { stream, event } of events) {
    if (event.type === 'CustomerRegistered') {
      const { customerId, email, phone, tier } = event
      const text = tier === 'vip' && phone !== null ? ['sms'] : []
      channels.set(customerId, [...(email === null ? [] : ['email']), ...text])
    }
    if (event.type === 'NotificationSent' || event.type === 'NotificationFailed')
      known.add(`${stream} ${event.channel}`)
  }
  return events.flatMap(({ id, event }) => {
    if (!isTold(event) || !('customerId' in event) || MAY_BE_OVERTAKEN.includes(event.type)) return []
    if (wantedBy(event) === null) return []
    const wanted = (channels.get(event.customerId) ?? []).map((channel) => `notification-${id} ${channel}`)
    return wanted.filter((name) => !known.has(name)).map((name) => `${event.type}: ${name}`)
  })
}

const told: readonly string[] = TOLD

function isTold(event: DomainEvent): event is ToldEvent {
  return told.includes(event.type)
}
