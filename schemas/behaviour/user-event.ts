/**
 * UserEvent in Avro: what somebody does in the shop. It is not an event of the log: it stands in no stream and changes no
 * state, so it has no sample and no place in the lock. Chunks hold its bytes for days and others send it, so what is
 * published stays as it is all the same (its spec holds its fingerprint); a new field comes with a default.
 */
import { avroType } from '../avro-types.ts'
import type { AvroSchema, RecordSchema } from '../avro-schema.ts'
import { boundsWalk } from '../bounds.ts'
import { DecodeError } from '../codec-errors.ts'

/** `unknown` is what a later symbol becomes here; nobody sends it. */
export const USER_EVENT_TYPES = [
  'page_view',
  'product_view',
  'search',
  'click',
  'add_to_cart',
  'remove_from_cart',
  'checkout',
  'payment_attempt',
  'payment_success',
  'payment_failure',
  'order_completed',
] as const
export type UserEventType = (typeof USER_EVENT_TYPES)[number]

export const CHANNELS = ['web', 'mobile', 'api'] as const
export type Channel = (typeof CHANNELS)[number]

/** Of the four keys, in the order of the schema. */
export const USER_EVENT_KEYS = ['device', 'card', 'address', 'network'] as const

/** Bytes of a pseudonym: the first of an HMAC. */
const PSEUDONYM_BYTES = 8
const UUID_BYTES = 16

export const userEventSchema: RecordSchema = {
  type: 'record',
  name: 'UserEvent',
  namespace: 'orderledger',
  doc: 'What somebody does in the shop. Personal data; it holds no card, device, address or network in the clear.',
  fields: [
    {
      name: 'eventId',
      type: { type: 'fixed', name: 'Uuid', size: UUID_BYTES },
      doc: 'Drawn by who sends it: the same event sent again has the same one.',
    },
    {
      name: 'type',
      type: { type: 'enum', name: 'UserEventType', symbols: ['unknown', ...USER_EVENT_TYPES], default: 'unknown' },
      doc: 'What was done.',
    },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When.' },
    { name: 'subject', type: 'string', doc: 'Who: the customer once known, else the visitor. The key of the record.' },
    { name: 'customerId', type: ['null', 'string'], doc: 'The customer, where known.', default: null },
    { name: 'sku', type: ['null', 'string'], doc: 'The product that it is about.', default: null },
    { name: 'quantity', type: 'int', doc: 'Units of it.', default: 0 },
    { name: 'amount', type: 'long', doc: 'Money in minor units of `currency`.', default: 0 },
    { name: 'currency', type: 'string', doc: 'ISO 4217; empty where there is no amount.', default: '' },
    { name: 'orderId', type: ['null', 'string'], doc: 'The order that it is about.', default: null },
    {
      name: 'channel',
      type: { type: 'enum', name: 'Channel', symbols: ['unknown', ...CHANNELS], default: 'unknown' },
      doc: 'Where it was done.',
      default: 'unknown',
    },
    { name: 'region', type: 'string', doc: 'Country or region; empty where not known.', default: '' },
    {
      name: 'device',
      type: ['null', { type: 'fixed', name: 'Pseudonym', size: PSEUDONYM_BYTES }],
      doc: 'Pseudonym of the device.',
      default: null,
    },
    { name: 'card', type: ['null', 'Pseudonym'], doc: 'Pseudonym of the card.', default: null },
    { name: 'address', type: ['null', 'Pseudonym'], doc: 'Pseudonym of the address.', default: null },
    { name: 'network', type: ['null', 'Pseudonym'], doc: 'Pseudonym of the network.', default: null },
    { name: 'cardRegion', type: 'string', doc: 'Country of the card, two letters.', default: '' },
    { name: 'reason', type: ['null', 'string'], doc: 'Why it failed, a code.', default: null },
  ],
}

export interface UserEvent {
  /** 16 bytes. */
  readonly eventId: Uint8Array
  readonly type: UserEventType | 'unknown'
  /** Milliseconds since 1970. */
  readonly at: number
  readonly subject: string
  readonly customerId: string | null
  readonly sku: string | null
  readonly quantity: number
  /** Minor units. */
  readonly amount: number
  readonly currency: string
  readonly orderId: string | null
  readonly channel: Channel | 'unknown'
  readonly region: string
  /** 8 bytes each. */
  readonly device: Uint8Array | null
  readonly card: Uint8Array | null
  readonly address: Uint8Array | null
  readonly network: Uint8Array | null
  readonly cardRegion: string
  readonly reason: string | null
}

/** What sessions are made of; the rest is skipped, which reads three times as many a second. */
export type Action = Pick<UserEvent, 'eventId' | 'type' | 'at' | 'subject' | 'customerId' | 'sku'>

const ACTION_FIELDS: ReadonlySet<string> = new Set(['eventId', 'type', 'at', 'subject', 'customerId', 'sku'])

const type = avroType(userEventSchema)
const actionType = avroType({
  ...userEventSchema,
  fields: userEventSchema.fields.filter(({ name }) => ACTION_FIELDS.has(name)),
})
const actionResolver = actionType.createResolver(type)

/** The Avro body. Throws where the value does not fit the schema: a defect of the door that made it. */
export function encodeUserEvent(event: UserEvent): Buffer {
  return type.toBuffer(event)
}

/** Of bytes that this program has written. */
export function decodeAction(data: Buffer): Action {
  return actionType.fromBuffer(data, actionResolver) as Action
}

/**
 * Reads events written with `writer`, from anywhere: lengths and counts are checked before anything is allocated; what the
 * values mean is not. It throws DecodeError. Throws here when the schema does not resolve to ours.
 */
export function userEventDecoder(writer: AvroSchema = userEventSchema): (data: Uint8Array) => UserEvent {
  const walk = boundsWalk(writer)
  const resolver = writer === userEventSchema ? undefined : type.createResolver(avroType(writer))
  return (data) => {
    const breach = walk(data)
    if (breach !== null) {
      const at = ['UserEvent', ...breach.path].join('.')
      throw new DecodeError('undecodable-event', `${at}: ${breach.reason} at byte ${String(breach.offset)}`)
    }
    return type.fromBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength), resolver) as UserEvent
  }
}

export const decodeUserEvent = userEventDecoder()
