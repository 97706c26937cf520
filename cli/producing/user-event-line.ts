/**
 * What a customer did, from a line as shops write it: the properties that UserEvent has, under its names. What it lacks is left
 * out and counted. The id, the time and who did it are found by the reader of the line.
 */
import { createHash } from 'node:crypto'
import { judgeUserEvent } from '../../commands/user-event.ts'
import { frameUserEvent } from '../../contract/registry/user-event-schema.ts'
import { USER_EVENT_KEYS, USER_EVENT_TYPES, type UserEventType } from '../../schemas/behaviour/user-event.ts'

export interface UserEventLine {
  /** As the line has it. */
  readonly type: string
  readonly id: string
  /** Of whose ids it is one. */
  readonly source: string
  /** Milliseconds. */
  readonly at: number
  readonly subject: string
  readonly customerId: string | null
  /** The line, without what is named above. */
  readonly rest: Readonly<Record<string, unknown>>
}

export interface Sending {
  /** Of UserEvent in the registry; null: none is at hand, and events go as JSON, without the four keys. */
  readonly schemaId: number | null
  /** 16 hex digits; null: there is no secret to make them with. */
  readonly pseudonym: (value: string) => string | null
}

export type MappedEvent =
  | {
      readonly value: Buffer
      readonly contentType: 'application/avro' | 'application/json'
      /** Properties that were left out. */
      readonly leftOut: readonly string[]
    }
  /** UserEvent has no such type. */
  | { readonly unknownType: string }
  | { readonly invalid: string }

const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  sku: ['sku', 'productId', 'product_id'],
  quantity: ['quantity'],
  amount: ['amount'],
  currency: ['currency'],
  orderId: ['orderId', 'order_id'],
  channel: ['channel'],
  region: ['region'],
  device: ['device'],
  card: ['card'],
  address: ['address'],
  network: ['network'],
  cardRegion: ['cardRegion', 'card_region'],
  reason: ['reason'],
}
const KEYS: ReadonlySet<string> = new Set(USER_EVENT_KEYS)
const types = new Map<string, UserEventType>(USER_EVENT_TYPES.map((type) => [type.replaceAll('_', ''), type]))

/** Null: it has none. `Page_View`, `page-view` and `pageView` are one word. */
export function userEventType(type: string): UserEventType | null {
  return types.get(type.toLowerCase().replaceAll(/[^a-z]/g, '')) ?? null
}

export function mapUserEvent(line: UserEventLine, { schemaId, pseudonym }: Sending): MappedEvent {
  const type = userEventType(line.type)
  if (type === null) return { unknownType: line.type }
  const { at, subject, customerId, rest } = line
  const found: Record<string, unknown> = {}
  const used = new Set<string>()
  const leftOut: string[] = []
  for (const [name, spellings] of Object.entries(PROPERTIES)) {
    const spelling = spellings.find((one) => rest[one] !== undefined)
    if (spelling === undefined) continue
    used.add(spelling)
    if (rest[spelling] === null) continue
    if (KEYS.has(name) && (schemaId === null || pseudonym('any') === null)) leftOut.push(spelling)
    else found[name] = rest[spelling]
  }
  leftOut.push(...Object.keys(rest).filter((name) => !used.has(name)))
  const event = {
    ...{ eventId: eventIdOf(line), type, at: new Date(at).toISOString(), subject },
    ...(customerId !== null && { customerId }),
    ...found,
  }
  const json = Buffer.from(JSON.stringify(event))
  // Whether it is too old is for its reader to judge: the topic may keep it for a while.
  const judged = judgeUserEvent(event, json.length, { receivedAt: at, skew: 0, pseudonym })
  if (judged.verdict === 'parked') {
    return { invalid: `${judged.fault?.pointer ?? ''} ${judged.fault?.message ?? judged.code}`.trim() }
  }
  if (schemaId === null) return { value: json, contentType: 'application/json', leftOut }
  return { value: frameUserEvent(judged.event, schemaId), contentType: 'application/avro', leftOut }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Of the ids of lines (https://www.rfc-editor.org/rfc/rfc9562#section-5.5); drawn once. */
const NAMESPACE = Buffer.from('6f1c2f4e8d3b4a57b1c09e2d7a5f8041', 'hex')

/** The id itself where it is a UUID; else the same one for the same id of the same source. */
function eventIdOf({ id, source }: UserEventLine): string {
  if (UUID.test(id)) return id.toLowerCase()
  const bytes = createHash('sha1').update(NAMESPACE).update(`${source} ${id}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const digits = bytes.toString('hex')
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  )
}
