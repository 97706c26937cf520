/** Reads framed orders as a service does whose registry has PlaceOrder, or nothing, under one id. */
import { judgeHere } from '../../contract/judgement/judgement.ts'
import { placeOrderReader, type OrderReader } from '../../contract/registry/command-schema.ts'
import type { SchemaRegistry } from '../../contract/registry/schema-registry.ts'

export function orderReader(
  schemaId: number | null = null,
  schemaById: SchemaRegistry['schemaById'] = () => Promise.resolve(null),
): OrderReader {
  return placeOrderReader({ schemaId, registry: { schemaById }, judge: judgeHere, monotonic: () => performance.now() })
}
