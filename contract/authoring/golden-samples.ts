/**
 * One sample for each version of each event, as that version has it: the bytes in schemas/golden were made from these
 * once. A first version gets one from the types of its fields, a next version from the sample before it and the
 * defaults; one that is to say something else is written at the end of this file.
 */
import { isUnion, type AvroSchema, type EventSchema, type RecordSchema } from '../../schemas/avro-schema.ts'
import { eventSchemas, type HistoricEvent, type HistoricType } from '../../schemas/events.ts'
import { expanded } from './events-source.ts'

/** The fields of an event, without its type. */
export type Sample = Readonly<Record<string, unknown>>

/** Those that are written by hand, by event: version n stands at index n - 1. */
export type WrittenSamples = Readonly<Record<string, readonly Sample[] | undefined>>

/** Of each of these versions of an event, oldest first. */
export function samplesOf(
  event: string,
  versions: readonly { readonly version: number; readonly schema: EventSchema }[],
  written: WrittenSamples = writtenSamples,
): readonly Sample[] {
  const samples: Sample[] = []
  for (const { version, schema } of versions) {
    const before = samples.at(-1)
    samples.push(written[event]?.[version - 1] ?? (before === undefined ? firstSample(schema) : readAs(schema, before)))
  }
  return samples
}

/** What a reader with this schema sees in a sample of another version. Avro's library is held to it, so it is not used. */
export function readAs(schema: EventSchema, sample: Sample): Sample {
  return seen(expanded(schema), sample) as Sample
}

function seen(schema: AvroSchema, value: unknown): unknown {
  if (typeof schema === 'string' || value === undefined) return value
  if (isUnion(schema)) {
    const branch = schema.find((one) => (one === 'null') === (value === null))
    return branch === undefined ? value : seen(branch, value)
  }
  if (schema.type === 'array') return (value as readonly unknown[]).map((item) => seen(schema.items, item))
  if (schema.type === 'enum') return schema.symbols.includes(value as string) ? value : schema.default
  if (schema.type === 'map') {
    return Object.fromEntries(Object.entries(value as Sample).map(([key, item]) => [key, seen(schema.values, item)]))
  }
  if (schema.type !== 'record') return value
  const fields = value as Sample
  return fieldsOf(schema, ({ name, type, default: absent }) =>
    seen(type, Object.hasOwn(fields, name) ? fields[name] : absent),
  )
}

/** Optional values are there, texts bear the name of their field. */
function firstSample(schema: EventSchema): Sample {
  return made(expanded(schema), '') as Sample
}

function made(schema: AvroSchema, name: string): unknown {
  if (typeof schema === 'string') return PRIMITIVES.get(schema) ?? (schema === 'null' ? null : `${name} é`)
  if (isUnion(schema)) return made(schema.find((one) => one !== 'null') ?? 'null', name)
  if (schema.type === 'record') return fieldsOf(schema, (field) => made(field.type, field.name))
  if (schema.type === 'array') return [made(schema.items, name)]
  if (schema.type === 'map') return { [name]: made(schema.values, name) }
  if (schema.type === 'enum') return schema.symbols.at(-1)
  return schema.type === 'fixed' ? Buffer.alloc(schema.size, 1) : made(schema.type, name)
}

const PRIMITIVES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...(['int', 'long', 'float', 'double'] as const).map((name) => [name, 7] as const),
  ['boolean', true],
  ['bytes', Buffer.from([0xff, 0])],
])

/** The schemas of all versions with their numbers. */
export function numbered(schemas: readonly EventSchema[]) {
  return schemas.map((schema, index) => ({ version: index + 1, schema }))
}

function fieldsOf({ fields }: RecordSchema, value: (field: RecordSchema['fields'][number]) => unknown): Sample {
  return Object.fromEntries(fields.map((field) => [field.name, value(field)]))
}

const order = {
  orderId: '0198f3a2-5c1e-7d40-9b3a-6f1c2d3e4f50',
  customerId: 'zoe',
  tier: 'vip',
  region: 'Île-de-France',
  lines: [
    {
      sku: 'lamp-1',
      name: 'Lampe "Brëzhoneg" 灯',
      category: 'home',
      quantity: 2,
      unitPrice: { amount: 4999, currency: 'EUR' },
    },
    { sku: 'pin', name: 'Pin', category: 'gifts', quantity: 10_000, unitPrice: { amount: 0, currency: 'EUR' } },
  ],
  total: { amount: 9998, currency: 'EUR' },
  placedAt: Date.UTC(2025, 10, 28, 23, 59, 59, 999),
} as const

const customer = {
  customerId: 'zoe',
  name: 'Zoë Łęcka',
  email: 'zoe@example.org',
  phone: null,
  region: 'Łódź',
} as const

export const writtenSamples: WrittenSamples = {
  ProductListed: [
    {
      sku: 'lamp-1',
      name: 'Lampe "Brëzhoneg" 灯',
      category: 'home',
      price: { amount: 4999, currency: 'EUR' },
    },
  ],
  PriceChanged: [{ sku: 'lamp-1', price: { amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' } }],
  StockReceived: [{ sku: 'lamp-1', quantity: 5_000_000_000 }],
  StockReserved: [{ sku: 'lamp-1', orderId: order.orderId, quantity: 2 }],
  StockReleased: [{ sku: 'lamp-1', orderId: order.orderId, quantity: 2 }],
  StockShipped: [{ sku: 'lamp-1', orderId: order.orderId, quantity: 2 }],
  StockAdjusted: [{ sku: 'lamp-1', delta: Number.MIN_SAFE_INTEGER, reason: '' }],
  CustomerRegistered: [
    { ...customer, tier: 'standard' },
    { ...customer, tier: 'vip', language: 'pl' },
  ],
  CustomerTierChanged: [{ customerId: 'zoe', tier: 'vip' }],
  OrderPlaced: [{ ...order, reservedUntil: order.placedAt + 900_000 }],
  OrderConfirmed: [{ ...order }],
  OrderCancelled: [{ ...order, reason: null, from: 'confirmed' }],
  OrderExpired: [{ ...order }],
  OrderCompleted: [{ ...order }],
  OrderRejected: [
    {
      orderId: order.orderId,
      customerId: 'nobody',
      tier: null,
      region: null,
      reason: 'out-of-stock',
      lines: [{ ...order.lines[0] }, { sku: 'unheard-of', name: null, category: null, quantity: 1, unitPrice: null }],
      total: null,
      shortages: [{ sku: 'lamp-1', wanted: 2, available: 1 }],
      rejectedAt: order.placedAt,
    },
  ],
}

type Golden = { readonly [T in HistoricType]: readonly Extract<HistoricEvent, { readonly type: T }>[] }

/** As the newest version reads them. */
export const goldenSamples = Object.fromEntries(
  Object.entries(eventSchemas).map(([type, { versions }]) => {
    const newest = versions.at(-1) ?? versions[0]
    return [type, samplesOf(type, numbered(versions)).map((sample) => ({ type, ...readAs(newest, sample) }))]
  }),
) as unknown as Golden
