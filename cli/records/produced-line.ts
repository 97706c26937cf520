/**
 * A line of a file as a record of Kafka: orders go to `order-commands` as POST /orders takes them, what carriers report to
 * `delivery-commands`, what customers do to `user-events`. Names of properties are taken as shops write them, in camelCase or snake_case.
 */
import { createHash } from 'node:crypto'
import type { TopicName } from '../../kafka/topics/topics.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { longestLine, type Line } from '../files/json-lines.ts'

export type ProducedLine =
  | { readonly verdict: 'send'; readonly record: ProducedRecord }
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

const ORDERS = new Set([
  'order',
  'placeorder',
  'ordercommand',
  'orderrequested',
  'ordersubmitted',
  'checkout',
  'purchase',
])
const REPORTS = new Set(['delivery', 'deliveryreport', 'deliverycommand'])
const ours = new Set(Object.keys(eventSchemas).map(plain))
/** Facts that only this system can know, whatever they are called. */
const OWN_FACT = /^(order|payment|refund|inventory|stock|delivery|shipment|notification)[a-z]+$/

const utf8 = new TextDecoder('utf-8', { fatal: true })

type Fields = Readonly<Record<string, unknown>>

export function producedLine(line: Line): ProducedLine {
  if (line.tooLong) return invalid(`the line is longer than ${longestLine} bytes`)
  const fields = parsed(line.bytes)
  if (typeof fields === 'string') return invalid(fields)
  const type = textOf(fields, TYPE) ?? (Array.isArray(fields['lines']) ? 'order' : null)
  if (type === null) return invalid('no type: set "type", for example to "order" or "page-view"')
  const kind = plain(type)
  if (ORDERS.has(kind)) return order(line, fields)
  if (REPORTS.has(kind)) return report(line, fields)
  if (ours.has(kind) || OWN_FACT.test(kind)) {
    return invalid(
      `${type} is a fact that this system records itself; send only orders ("type": "order"), reports of carriers ("type": "delivery") and user events`,
    )
  }
  return behaviour(line, fields, type)
}

function order(line: Line, fields: Fields): ProducedLine {
  const inner = BODY.map((name) => fields[name]).find(isObject)
  const body = inner ?? withoutEnvelope(fields)
  const customer = body['customerId']
  if (typeof customer !== 'string') return invalid('an order needs a "customerId"; POST /orders describes the rest')
  // Whoever names an order names the command with it: another line with that order is the same one.
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

function behaviour(line: Line, fields: Fields, type: string): ProducedLine {
  const id = textOf(fields, ID) ?? idOf(line)
  const key = textOf(fields, CUSTOMER) ?? textOf(fields, VISITOR) ?? id
  return send('user-events', { key, value: line.bytes, id, type, fields })
}

interface Sent {
  readonly key: string
  readonly value: Buffer | string
  readonly id: string
  readonly type: string
  readonly fields: Fields
}

function send(topic: TopicName, { key, value, id, type, fields }: Sent): ProducedLine {
  const time = timeOf(fields)
  const source = fields['source']
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: type,
    ce_source: typeof source === 'string' && source !== '' ? source : SOURCE,
    'content-type': 'application/json',
  }
  if (time !== null) headers['ce_time'] = new Date(time).toISOString()
  return { verdict: 'send', record: { topic, key, value, headers, time } }
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

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
