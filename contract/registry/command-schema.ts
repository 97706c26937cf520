/** PlaceOrder as a message: under which id a registry has its schema, and the framed bytes. */
import {
  decodePlaceOrder,
  placeOrderDecoder,
  encodePlaceOrder,
  placeOrderSchema,
  type AvroPlaceOrder,
} from '../../schemas/commands/place-order.ts'
import { EVENT_LEVEL, subjectOf } from '../subject.ts'
import { messageReader, type MessageReader, type MessageReaderParts } from './message-reader.ts'
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

/** For a registry that is shared: only looks. Null: it is not there, so nobody can send orders in Avro yet. */
export function lookUpPlaceOrder(registry: SchemaRegistry): Promise<number | null> {
  return registry.idOf(PLACE_ORDER_SUBJECT, placeOrderText)
}

export function framePlaceOrder(order: AvroPlaceOrder, schemaId: number): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeInt32BE(schemaId, 1)
  return Buffer.concat([header, encodePlaceOrder(order)])
}

export interface OrderReader extends Pick<MessageReader<AvroPlaceOrder>, 'learnAvro'> {
  /** A framed order as JSON would have it: what is not named is absent. Throws DecodeError. */
  readAvro(message: Buffer): unknown
}

/** Reads framed orders of any schema in the registry that resolves to PlaceOrder: another version of it, or another spelling. */
export function placeOrderReader(parts: MessageReaderParts): OrderReader {
  const reader = messageReader({ name: 'PlaceOrder', decode: decodePlaceOrder, decoderOf: placeOrderDecoder }, parts)
  return {
    learnAvro: (message) => reader.learnAvro(message),
    readAvro: (message) =>
      Object.fromEntries(Object.entries(reader.read(message)).filter(([, value]) => value !== null)),
  }
}
