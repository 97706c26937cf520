/** Orders over Kafka as the soak sends them: by their ids the same however often they come. */
import type { Message } from 'kafkajs'
import { skuOf } from './shop.ts'

export const INBOUND_CUSTOMERS = Array.from({ length: 12 }, (_, index) => `inbound-${String(index)}`)

/** The order `<label>-<number>`. */
export function inboundOrder(number: number, label = 'in'): Message {
  const customerId = INBOUND_CUSTOMERS[number % INBOUND_CUSTOMERS.length] ?? ''
  const orderId = `${label}-${String(number)}`
  return {
    key: customerId,
    value: JSON.stringify({ orderId, customerId, lines: [{ sku: skuOf(number % 5), quantity: 1 }] }),
    headers: { ce_id: orderId, ce_source: 'soak' },
  }
}
