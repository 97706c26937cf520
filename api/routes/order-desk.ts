/** Orders that come in over Kafka are checked and decided as POST /orders does it. */
import { Ajv } from 'ajv'
import { placeOrder } from '../../domain/place-order.ts'
import type { OrderDesk } from '../../kafka/inbound/order-desk.ts'
import { traceIdOf } from '../http/correlation.ts'
import { invalidPart } from '../http/error-handler.ts'
import { VALIDATION } from '../http/validation.ts'
import type { ApiParts, ApiSettings } from '../parts.ts'
import { PlaceOrder } from '../shapes/order.ts'

export interface OrderDeskParts extends Pick<ApiParts, 'clock'> {
  readonly settings: Pick<ApiSettings, 'currency' | 'reservationMinutes'>
}

export function orderDesk({ settings, clock }: OrderDeskParts): OrderDesk {
  const isOrder = new Ajv(VALIDATION).compile<PlaceOrder>(PlaceOrder)
  return {
    check(value) {
      if (isOrder(value)) {
        const { orderId = null, customerId, lines } = value
        return { orderId, customerId, lines }
      }
      const { code, detail } = invalidPart(isOrder.errors ?? [], 'body')
      return { class: code, message: detail }
    },
    placing({ orderId, named, customerId, lines }) {
      const { currency, reservationMinutes } = settings
      const command = { orderId, named, customerId, lines, currency, reservationMinutes, at: clock() }
      return (read) => placeOrder(command, read)
    },
    traceIdOf,
  }
}
