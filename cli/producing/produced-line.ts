/**
 * A line of a file as a record of Kafka: orders go to `order-commands` as POST /orders takes them, what carriers report to
 * `delivery-commands`, what customers do to `user-events`. Names of properties are taken as shops write them, in camelCase or snake_case.
 */
import { createHash } from 'node:crypto'
import type { TopicName } from '../../kafka/topics/topics.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { isObject } from '../../schemas/is-object.ts'
import { longestLine, type Line } from '../files/json-lines.ts'
import { mapUserEvent, userEventType, type Sending } from './user-event-line.ts'

export type ProducedLine =
  | {
      readonly verdict: 'send'
      readonly record: ProducedRecord
      /** Properties of a user event that were left out. */
      readonly leftOut: readonly string[]
    }
  /** UserEvent has no such type. */
  | { readonly verdict: 'left-out'; readonly type: string }
  | { readonly verdict: 'invalid'; readonly message: string }

export interface ProducedRecord {
  readonly topic: TopicName
  readonly key: string
  readonly value: Buffer | string
  readonly headers: Readonly<Record<string, string>>
  /** When it happened, in milliseconds since 1970; null: the line does not say. */
  readonly time: number | null
}

/** Of all that is produced without one of its own: with it an id of the file names one command. */
const SOURCE = 'urn:orderledger:produce'

const TYPE = ['type', 'eventType', 'event_type', 'event']
const ID = ['id', 'eventId', 'event_id', 'ce_id']
const TIME = [
  'time',
  'timestamp',
  'at',
  'ts',
  'occurredAt',
  'occurred_at',
  'eventTime',
  'event_time',
  'createdAt',
  'created_at',
]
const CUSTOMER = ['customerId', 'customer_id', 'userId', 'user_id']
/** Of visitors that nobody knows yet. */
const VISITOR = ['sessionId', 'session_id', 'visitorId', 'visitor_id', 'anonymousId', 'anonymous_id']
const BODY = ['order', 'body', 'data', 'payload']
const ENVELOPE = new Set([...TYPE, ...ID, ...TIME, 'source'])

const ORDERS = new Set(['order', 'placeorder', 'ordercommand', 'orderrequested', 'ordersubmitted'])
/** An order where they have its lines; else what a customer does. */
const ORDERS_WITH_LINES = new Set(['checkout', 'purchase'])
const REPORTS = new Set(['delivery', 'deliveryreport', 'deliverycommand'])
const ours = new Set(Object.keys(eventSchemas).map(plain))
/** Facts that only this system can know, whatever they are called. */
const OWN_FACT = /^(order|payment|refund|inventory|stock|delivery|shipment|notification)[a-z]+$/

const utf8 = new TextDecoder('utf-8', { fatal: true })

type Fields = Readonly<Record<string, unknown>>

/** `now`: when a line happened that does not say it. */
export function producedLine(line: Line, sending: Sending & { readonly now: () => number }): ProducedLine {
  if (line.tooLong) return invalid(`the line is longer than ${longestLine} bytes`)
  const fields = parsed(line.bytes)
  if (typeof fields === 'string') return invalid(fields)
  const type = textOf(fields, TYPE) ?? (Array.isArray(fields['lines']) ? 'order' : null)
  if (type === null) return invalid('no type: set "type", for example to "order" or "page-view"')
  const kind = plain(type)
  if (ORDERS.has(kind) || (ORDERS_WITH_LINES.has(kind) && hasLines(fields))) return order(line, fields)
  if (REPORTS.has(kind)) return report(line, fields)
  if (isOwnFact(type, kind)) {
    return invalid(
      `${type} is a fact that this system records itself; send only orders ("type": "order"), reports of carriers ("type": "delivery") and user events`,
    )
  }
  return behaviour(line, fields, { ...sending, type })
}

function hasLines(fields: Fields): boolean {
  return [fields, ...BODY.map((name) => fields[name])].some((one) => isObject(one) && Array.isArray(one['lines']))
}

/** OrderCompleted is a fact; `order_completed`, as UserEvent spells it, is what a page saw. */
function isOwnFact(type: string, kind: string): boolean {
  if (userEventType(type) !== null && !/[A-Z]/.test(type)) return false
  return ours.has(kind) || OWN_FACT.test(kind)
}

function order(line: Line, fields: Fields): ProducedLine {
  const inner = BODY.map((name) => fields[name]).find(isObject)
  const body = inner ?? withoutEnvelope(fields)
  const customer = body['customerId']
  if (typeof customer !== 'string') return invalid('an order needs a "customerId"; POST /orders describes the rest')
  // A line that names an order names the command with it: another line with that order is the same command.
  const id = textOf(fields, ID) ?? textOf(body, ['orderId']) ?? idOf(line)
  const whole = Object.keys(body).length === Object.keys(fields).length && inner === undefined
  const value = whole ? line.bytes : JSON.stringify(body)
  return send('order-commands', { key: customer, value, id, type: 'orderledger.PlaceOrder', fields })
}

function report(line: Line, fields: Fields): ProducedLine {
  const body = BODY.map((name) => fields[name]).find(isObject) ?? withoutEnvelope(fields)
  const orderId = body['orderId']
  if (typeof orderId !== 'string') {
    return invalid('a report on a delivery needs an "orderId" and an "action": dispatch, deliver or fail')
  }
  const id = textOf(fields, ID) ?? idOf(line)
  const value = JSON.stringify(body)
  return send('delivery-commands', { key: orderId, value, id, type: 'orderledger.DeliveryReport', fields })
}

const NAMED: ReadonlySet<string> = new Set([...ENVELOPE, ...CUSTOMER, ...VISITOR, 'subject'])

function behaviour(
  line: Line,
  fields: Fields,
  { type, now, ...sending }: Sending & { readonly type: string; readonly now: () => number },
): ProducedLine {
  const id = textOf(fields, ID) ?? idOf(line)
  const customerId = textOf(fields, CUSTOMER)
  const subject = textOf(fields, ['subject']) ?? customerId ?? textOf(fields, VISITOR) ?? id
  const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !NAMED.has(name)))
  const at = timeOf(fields) ?? now()
  const mapped = mapUserEvent({ type, id, source: sourceOf(fields), at, subject, customerId, rest }, sending)
  if ('unknownType' in mapped) return { verdict: 'left-out', type }
  if ('invalid' in mapped) return invalid(mapped.invalid)
  const { value, contentType, leftOut } = mapped
  return send('user-events', { key: subject, value, id, type, fields, contentType, leftOut })
}

interface Sent {
  readonly key: string
  readonly value: Buffer | string
  readonly id: string
  readonly type: string
  readonly fields: Fields
  readonly contentType?: string
  readonly leftOut?: readonly string[]
}

function sourceOf({ source }: Fields): string {
  return typeof source === 'string' && source !== '' ? source : SOURCE
}

function send(topic: TopicName, { key, value, id, type, fields, ...about }: Sent): ProducedLine {
  const { contentType = 'application/json', leftOut = [] } = about
  const time = timeOf(fields)
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: type,
    ce_source: sourceOf(fields),
    'content-type': contentType,
  }
  if (time !== null) headers['ce_time'] = new Date(time).toISOString()
  return { verdict: 'send', record: { topic, key, value, headers, time }, leftOut }
}

function invalid(message: string): ProducedLine {
  return { verdict: 'invalid', message }
}

/** The same line at the same place is the same thing, however often the file is sent. */
function idOf({ bytes, number }: Line): string {
  return `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}-${number}`
}

function withoutEnvelope(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !ENVELOPE.has(name)))
}

function parsed(bytes: Buffer): Fields | string {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return isObject(value) ? value : 'the line is not a JSON object'
  } catch (error) {
    return error instanceof TypeError ? 'not UTF-8' : 'not JSON'
  }
}

/** The first of the properties that is text or a whole number. */
function textOf(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
    if (Number.isSafeInteger(value)) return String(value)
  }
  return null
}

/** RFC 3339, or a number of seconds or milliseconds since 1970. */
function timeOf(fields: Fields): number | null {
  const value = TIME.map((name) => fields[name]).find((one) => one !== undefined)
  const millis =
    typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value * (value < 1e11 ? 1_000 : 1) : NaN
  return millis >= 0 && millis < 8.64e15 ? Math.round(millis) : null
}

/** `Page_View`, `page-view` and `pageView` are one word. */
function plain(type: string): string {
  return type
    .toLowerCase()
    .replace(/^orderledger\./, '')
    .replace(/[^a-z0-9]/g, '')
}
