/**
 * What customers do, as pages and programs send it in JSON. A bad event refuses none of its neighbours: each gets a verdict
 * of its own, and what cannot be taken is parked with a code. Cards, devices, addresses and networks end here.
 */
import { Type } from 'typebox'
import { ID_PATTERN } from '../domain/values.ts'
import { CHANNELS, USER_EVENT_KEYS, USER_EVENT_TYPES, type UserEvent } from '../schemas/behaviour/user-event.ts'
import { isObject } from '../schemas/is-object.ts'
import type { Fault } from './faults.ts'
import { isCardNumber } from './payer-keys.ts'
import { request } from './request.ts'
import { id, named, nullable, oneOf, ref, text, whole } from './shape.ts'

export type { UserEventType } from '../schemas/behaviour/user-event.ts'

/** Events of one request. */
export const MOST_EVENTS = 500
/** Of one event as JSON, in bytes. */
export const MOST_EVENT_BYTES = 2_048

const MOST_QUANTITY = 10_000
const DAY_MS = 24 * 60 * 60_000
/** As long as they are kept. */
export const OLDEST_MS = 7 * DAY_MS
/** So far a clock may be ahead, and the event counts at its receipt. */
export const AHEAD_MS = 5 * 60_000
/** So far a device's clock may be off when it sends, and its events stay as they are. */
const SKEW_MS = 60_000

/** RFC 3339 in UTC. */
const TIME = '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|\\+00:00)$'
const isTime = new RegExp(TIME)
const time = (description: string) => Type.String({ pattern: TIME, maxLength: 40, description })

const known = <Shape extends Parameters<typeof nullable>[0]>(shape: Shape) => Type.Optional(nullable(shape))

export const UserEventShape = named(
  'UserEvent',
  {
    eventId: Type.String({
      pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
      description: 'A UUID, drawn where it happened: the same event sent again within 10 minutes counts once.',
    }),
    type: oneOf(USER_EVENT_TYPES, { description: 'What was done.' }),
    at: time('When, RFC 3339 in UTC.'),
    subject: Type.Optional(id('Who: the customer once known, else the visitor. Absent: `customerId`.')),
    customerId: known(id('The customer, where known.')),
    sku: known(id('The product that it is about.')),
    quantity: Type.Optional(whole(0, MOST_QUANTITY, 'Units of it.')),
    amount: Type.Optional(whole(0, Number.MAX_SAFE_INTEGER, 'Money in minor units of `currency`.')),
    currency: Type.Optional(Type.String({ pattern: '^([A-Z]{3})?$', description: 'ISO 4217.' })),
    orderId: known(id('The order that it is about.')),
    channel: Type.Optional(oneOf(CHANNELS, { description: 'Where it was done.' })),
    region: Type.Optional(text(0, 64, 'Country or region.')),
    device: known(text(1, 128, 'The device.')),
    card: known(text(1, 128, "The provider's name for the card, never its number.")),
    address: known(text(1, 128, 'The address.')),
    network: known(text(1, 128, 'The network.')),
    cardRegion: Type.Optional(
      Type.String({ pattern: '^([A-Za-z]{2})?$', description: 'Country of the card, two letters.' }),
    ),
    reason: known(Type.String({ pattern: '^[a-z0-9-]{1,40}$', description: 'Why it failed, a code.' })),
  },
  {
    description: 'What somebody does in the shop.',
    examples: [
      {
        eventId: '0192f3b0-7c1e-7d3a-9a41-5f0c6b1d2e3f',
        type: 'product_view',
        at: '2026-12-01T09:30:00.000Z',
        subject: 'visitor-0001',
        sku: 'IPHONE-17',
      },
    ],
  },
)

const userEventRequest = request(ref(UserEventShape))

export const PARKED_CODES = ['invalid', 'no-subject', 'too-old', 'from-the-future', 'too-large', 'card-number'] as const
export type ParkedCode = (typeof PARKED_CODES)[number]

export type Judged =
  | {
      readonly verdict: 'taken'
      readonly event: UserEvent
      /** Its time is not the one that it was sent with. */
      readonly moved: boolean
    }
  | { readonly verdict: 'parked'; readonly code: ParkedCode; readonly fault: Fault | null }

export interface Receipt {
  /** When it was received, by the server's clock, in milliseconds. */
  readonly receivedAt: number
  /** To be added to its time, in milliseconds (`skewOf`). */
  readonly skew: number
  /** 16 hex digits; null: there is no secret to make them with. */
  readonly pseudonym: (value: string) => string | null
}

/** How far the events of a request are moved: its `sentAt` is the clock of the device as it sends. What is not a time moves none. */
export function skewOf(sentAt: unknown, receivedAt: number): number {
  const sent = typeof sentAt === 'string' && isTime.test(sentAt) ? Date.parse(sentAt) : NaN
  return Math.abs(receivedAt - sent) > SKEW_MS ? receivedAt - sent : 0
}

/** `bytes`: of the event as JSON. */
export function judgeUserEvent(value: unknown, bytes: number, receipt: Receipt): Judged {
  if (bytes > MOST_EVENT_BYTES) return parked('too-large', null, `has more than ${String(MOST_EVENT_BYTES)} bytes`)
  if (isObject(value)) {
    const { subject, customerId, card } = value
    if (typeof card === 'string' && isCardNumber(card)) return parked('card-number', 'card', 'is the number of a card')
    if (isNobody(subject === undefined ? customerId : subject)) return parked('no-subject', 'subject', 'names nobody')
  }
  const checked = userEventRequest.check(value)
  if ('faults' in checked) return { verdict: 'parked', code: 'invalid', fault: checked.faults[0] ?? null }
  const { wanted } = checked
  const sent = Date.parse(wanted.at)
  if (Number.isNaN(sent)) return parked('invalid', 'at', 'is not a time')
  const placed = placeInTime(sent + receipt.skew, receipt.receivedAt)
  if (typeof placed === 'string') return parked(placed, 'at', TIME_FAULTS[placed])
  const { pseudonym } = receipt
  return {
    verdict: 'taken',
    moved: placed !== sent,
    event: {
      eventId: Buffer.from(wanted.eventId.replaceAll('-', ''), 'hex'),
      type: wanted.type,
      at: placed,
      subject: wanted.subject ?? wanted.customerId ?? '',
      customerId: wanted.customerId ?? null,
      sku: wanted.sku ?? null,
      quantity: wanted.quantity ?? 0,
      amount: wanted.amount ?? 0,
      currency: wanted.currency ?? '',
      orderId: wanted.orderId ?? null,
      channel: wanted.channel ?? 'unknown',
      region: wanted.region ?? '',
      device: hidden(wanted.device, pseudonym),
      card: hidden(wanted.card, pseudonym),
      address: hidden(wanted.address, pseudonym),
      network: hidden(wanted.network, pseudonym),
      cardRegion: wanted.cardRegion ?? '',
      reason: wanted.reason ?? null,
    },
  }
}

const TIME_FAULTS = {
  'too-old': 'is over 7 days ago',
  'from-the-future': 'is over 5 minutes ahead of the clock of the server',
} as const

/** When an event counts: one that is ahead, at its receipt, so that no time of a partition is ahead of the server. */
export function placeInTime(at: number, receivedAt: number): number | keyof typeof TIME_FAULTS {
  if (at > receivedAt + AHEAD_MS) return 'from-the-future'
  if (at < receivedAt - OLDEST_MS) return 'too-old'
  return Math.min(at, receivedAt)
}

/** What programs write where they have no id: undefined, null, NaN, None, 0, anonymous, in any case, with quotes. */
export function isNobody(subject: unknown): boolean {
  if (subject === undefined || subject === null || subject === 0 || subject === '') return true
  return typeof subject === 'string' && NOBODY.test(subject)
}

const NOBODY = /^["'`]*\s*(undefined|null|nan|none|0|anonymous)?\s*["'`]*$/i

const REMOVED = 'removed'
/** Deeper, nobody reads it. */
const DEEPEST = 32
const keyNames: ReadonlySet<string> = new Set(USER_EVENT_KEYS)
/** In a text, apart from what it stands in: an id is none. */
const cardDigits = /(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w-])/g

/**
 * Anything as it may be kept though it was not taken: nothing of the four keys is left, at whatever depth, and no number of
 * a card, whatever it is called. Bytes stay as they are.
 */
export function withoutKeys(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return withoutCards(value)
  if (typeof value === 'number') return value > 1e13 && isCardNumber(String(value)) ? REMOVED : value
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (depth > DEEPEST) return REMOVED
  if (Array.isArray(value)) return value.map((each) => withoutKeys(each, depth + 1))
  const properties = Object.entries(value).map(([name, each]: [string, unknown]) => {
    const isKey = keyNames.has(name.toLowerCase()) && each !== null
    return [withoutCards(name), isKey ? REMOVED : withoutKeys(each, depth + 1)]
  })
  return Object.fromEntries(properties)
}

function withoutCards(text: string): string {
  return text.replaceAll(cardDigits, (digits) => (isCardNumber(digits) ? REMOVED : digits))
}

function hidden(value: string | null | undefined, pseudonym: Receipt['pseudonym']): Buffer | null {
  const digits = value === undefined || value === null ? null : pseudonym(value)
  return digits === null ? null : Buffer.from(digits, 'hex')
}

/** Stands for what is checked otherwise: an event in Avro has 16 bytes for an id, and a number for a time. */
const CHECKED_ELSEWHERE = { eventId: '00000000-0000-4000-8000-000000000000', at: '1970-01-01T00:00:00Z' }

/** As JSON would have it. */
export function asSent(given: UserEvent, subject: string): object {
  const { type, customerId, sku, quantity, amount, currency, orderId, channel, region, cardRegion, reason } = given
  return {
    ...CHECKED_ELSEWHERE,
    ...{ type, subject, customerId, sku, quantity, amount, currency, orderId, region, cardRegion, reason },
    ...(channel !== 'unknown' && { channel }),
  }
}

const types: ReadonlySet<string> = new Set(USER_EVENT_TYPES)
const idPattern = new RegExp(ID_PATTERN)
const currencyPattern = /^([A-Z]{3})?$/

/**
 * Whether the shape takes it, told without the shape: that takes four times as long as to decode an event, and nearly all of
 * them are so. What is not is for the shape to judge.
 */
export function isPlainlySound(given: UserEvent, subject: string): boolean {
  const { type, customerId, sku, quantity, amount, currency, orderId, region, cardRegion, reason } = given
  return (
    types.has(type) &&
    idPattern.test(subject) &&
    (customerId === null || idPattern.test(customerId)) &&
    (sku === null || idPattern.test(sku)) &&
    (orderId === null || idPattern.test(orderId)) &&
    quantity >= 0 &&
    quantity <= MOST_QUANTITY &&
    Number.isSafeInteger(amount) &&
    amount >= 0 &&
    currencyPattern.test(currency) &&
    region === '' &&
    cardRegion === '' &&
    reason === null
  )
}

/**
 * As `judgeUserEvent`, of an event that was decoded from `bytes` bytes of Avro: its keys are pseudonyms already. An event of
 * which nothing is changed is the very one that was given.
 */
export function judgeDecoded(given: UserEvent, bytes: number, receivedAt: number): Judged {
  if (bytes > MOST_EVENT_BYTES) return parked('too-large', null, `has more than ${String(MOST_EVENT_BYTES)} bytes`)
  const subject = given.subject === '' ? given.customerId : given.subject
  if (subject === null || isNobody(subject)) return parked('no-subject', 'subject', 'names nobody')
  if (!isPlainlySound(given, subject)) {
    const checked = userEventRequest.check(asSent(given, subject))
    if ('faults' in checked) return { verdict: 'parked', code: 'invalid', fault: checked.faults[0] ?? null }
  }
  const at = placeInTime(given.at, receivedAt)
  if (typeof at === 'string') return parked(at, 'at', TIME_FAULTS[at])
  const moved = at !== given.at
  return { verdict: 'taken', moved, event: moved || subject !== given.subject ? { ...given, subject, at } : given }
}

/** What a request or a record brings: an event, an array of them, or `{sentAt, events}`. */
export type Brought =
  | { readonly events: readonly unknown[]; readonly sentAt: unknown }
  /** `property`: that is wrong; null: all of it is. */
  | { readonly property: string | null; readonly message: string }

export function eventsIn(body: unknown): Brought {
  if (!Array.isArray(body) && !isObject(body)) return { property: null, message: 'must be an object or an array' }
  const enveloped = isObject(body) ? body['events'] : undefined
  const events: readonly unknown[] = Array.isArray(enveloped) ? enveloped : Array.isArray(body) ? body : [body]
  if (events.length === 0 || events.length > MOST_EVENTS) {
    const property = Array.isArray(enveloped) ? 'events' : null
    return { property, message: `must have 1 to ${String(MOST_EVENTS)} events` }
  }
  return { events, sentAt: isObject(body) && Array.isArray(enveloped) ? body['sentAt'] : undefined }
}

/** `property`: null where it is all of it. */
function parked(code: ParkedCode, property: string | null, message: string): Judged {
  return { verdict: 'parked', code, fault: { pointer: property === null ? '' : `/${property}`, message } }
}
