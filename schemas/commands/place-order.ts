/**
 * PlaceOrder in Avro, for those who send orders to `order-commands` without JSON. A command is not an event: nobody stores
 * it, so it has no versions to be read later, no sample and no place in the lock. What is published stays as it is
 * all the same (its spec holds its fingerprint); a new field comes with a default.
 */
import { avroType } from '../avro-types.ts'
import type { AvroSchema, RecordSchema } from '../avro-schema.ts'
import { boundsWalk, type BoundsWalk } from '../bounds.ts'
import { DecodeError } from '../codec-errors.ts'

export const placeOrderSchema: RecordSchema = {
  type: 'record',
  name: 'PlaceOrder',
  namespace: 'orderledger',
  doc: 'An order to place. Prices are those of the catalogue.',
  fields: [
    {
      name: 'orderId',
      type: ['null', 'string'],
      doc: 'Named by the sender; null: made by the shop from the key of the command.',
      default: null,
    },
    { name: 'customerId', type: 'string', doc: 'Who orders. The key of the record.' },
    {
      name: 'lines',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'PlaceOrderLine',
          fields: [
            { name: 'sku', type: 'string' },
            { name: 'quantity', type: 'int', doc: '1 to 10,000 units.' },
          ],
        },
      },
      doc: '1 to 100; a product may stand on several.',
    },
    key('card', "The provider's name for the card, never its number."),
    key('device', 'The device that it comes from.'),
    key('address', 'The address that it is for.'),
    key('network', 'The network that it comes from.'),
    key('cardRegion', 'Country of the card, two letters.'),
  ],
}

/** What only a pseudonym is kept of; the region alone stays as it is. */
function key(name: string, doc: string): RecordSchema['fields'][number] {
  return { name, type: ['null', 'string'], doc, default: null }
}

export interface AvroPlaceOrder {
  readonly orderId: string | null
  readonly customerId: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
  readonly card?: string | null
  readonly device?: string | null
  readonly address?: string | null
  readonly network?: string | null
  readonly cardRegion?: string | null
}

const type = avroType(placeOrderSchema)
export function encodePlaceOrder(order: AvroPlaceOrder): Buffer {
  return type.toBuffer(order)
}

/**
 * Reads orders written with `writer`, from anywhere: lengths and counts are checked before anything is allocated; what the
 * values mean is not. It throws DecodeError. Throws here when the schema does not resolve to ours.
 */
export function placeOrderDecoder(writer: AvroSchema = placeOrderSchema): (data: Uint8Array) => AvroPlaceOrder {
  const walk: BoundsWalk = boundsWalk(writer)
  const resolver = writer === placeOrderSchema ? undefined : type.createResolver(avroType(writer))
  return (data) => {
    const breach = walk(data)
    if (breach !== null) {
      const at = ['PlaceOrder', ...breach.path].join('.')
      throw new DecodeError('undecodable-command', `${at}: ${breach.reason} at byte ${breach.offset}`)
    }
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    return type.fromBuffer(bytes, resolver) as AvroPlaceOrder
  }
}

export const decodePlaceOrder = placeOrderDecoder()
