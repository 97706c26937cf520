/** PlaceOrder as a message: under which id a registry has its schema, and the framed bytes. */
import {
  decodePlaceOrder,
  encodePlaceOrder,
  placeOrderSchema,
  type AvroPlaceOrder,
} from '../../schemas/commands/place-order.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { EVENT_LEVEL, subjectOf } from '../subject.ts'
import type { SchemaRegistry } from './schema-registry.ts'

export const PLACE_ORDER_SUBJECT = subjectOf('PlaceOrder')
export const placeOrderText = JSON.stringify(placeOrderSchema)

const HEADER = 5

/** For the embedded registry: sees that it has it. */
export async function registerPlaceOrder(registry: SchemaRegistry): Promise<number> {
  if ((await registry.level(PLACE_ORDER_SUBJECT)) !== EVENT_LEVEL) {
    await registry.setLevel(PLACE_ORDER_SUBJECT, EVENT_LEVEL)
  }
  return registry.register(PLACE_ORDER_SUBJECT, placeOrderText)
}

/** For a registry that is shared: only looks. Null: it has not got it, so nobody can send orders in Avro yet. */
export function lookUpPlaceOrder(registry: SchemaRegistry): Promise<number | null> {
  return registry.idOf(PLACE_ORDER_SUBJECT, placeOrderText)
}

export function framePlaceOrder(order: AvroPlaceOrder, schemaId: number): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeInt32BE(schemaId, 1)
  return Buffer.concat([header, encodePlaceOrder(order)])
}

/**
 * Reads a framed order from anywhere, as JSON would have it: an id that is not named is absent. No message is a reason
 * to ask a registry. Throws DecodeError.
 */
export function placeOrderReader(schemaId: number | null): (message: Buffer) => unknown {
  return (message) => {
    if (message.length < HEADER) {
      throw new DecodeError(
        'unframed-message',
        `a message of ${message.length} bytes: the header alone takes ${HEADER}`,
      )
    }
    const id = message.readInt32BE(1)
    if (id !== schemaId) {
      throw new DecodeError('unknown-schema-id', `schema id ${id} does not belong to PlaceOrder`)
    }
    const { orderId, ...order } = decodePlaceOrder(message.subarray(HEADER))
    return orderId === null ? order : { orderId, ...order }
  }
}
