/**
 * PlaceOrder in Avro, for those who send orders to `order-commands` without JSON. A command is no event: nobody stores
 * it, so it has no versions to be read for ever, no sample and no place in the lock. What is published stays as it is
 * all the same (its spec holds its fingerprint); a new field comes with a default.
 */
import { avroType } from '../avro-types.ts'
import type { RecordSchema } from '../avro-schema.ts'
import { boundsWalk } from '../bounds.ts'
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
  ],
}

export interface AvroPlaceOrder {
  readonly orderId: string | null
  readonly customerId: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

const type = avroType(placeOrderSchema)
const walk = boundsWalk(placeOrderSchema)

export function encodePlaceOrder(order: AvroPlaceOrder): Buffer {
  return type.toBuffer(order)
}

/** Bytes from anywhere: lengths and counts are checked before anything is allocated; what the values mean is not. Throws DecodeError. */
export function decodePlaceOrder(data: Uint8Array): AvroPlaceOrder {
  const breach = walk(data)
  if (breach !== null) {
    const at = ['PlaceOrder', ...breach.path].join('.')
    throw new DecodeError('undecodable-command', `${at}: ${breach.reason} at byte ${breach.offset}`)
  }
  return type.fromBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength)) as AvroPlaceOrder
}
