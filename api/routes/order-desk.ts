/** Orders that come in over Kafka are checked, decided and answered as POST /orders does it. */
import { Ajv } from 'ajv'
import { placeOrder } from '../../domain/place-order.ts'
import type { OrderDesk } from '../../kafka/inbound/order-desk.ts'
import { traceIdOf } from '../http/correlation.ts'
import { invalidPart } from '../http/error-handler.ts'
import { VALIDATION } from '../http/validation.ts'
import { placeOrderAnswer } from './order-answers.ts'
import type { ApiParts, ApiSettings } from '../parts.ts'
import { PROBLEMS } from '../http/problems.ts'
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
    placing({ orderId, named, customerId, lines, commandId }) {
      const { currency, reservationMinutes } = settings
      const command = { orderId, named, customerId, lines, currency, reservationMinutes, at: clock() }
      return {
        decide: (read) => placeOrder(command, read),
        answer: placeOrderAnswer(command, { url: '/orders', requestId: commandId }),
      }
    },
    traceIdOf,
    toldOf({ body }) {
      const { orderId = '', code } = JSON.parse(body) as { readonly orderId?: string; readonly code?: string }
      return code === undefined
        ? { placed: true, detail: `placed order ${orderId}` }
        : { placed: false, detail: `rejected order ${orderId}: ${code}` }
    },
    // A recorded refusal is an event; one that left no trace would be heard by nobody.
    unheard({ status, body }) {
      if (status !== PROBLEMS['order-exists'].status) return null
      const { detail } = JSON.parse(body) as { readonly detail: string }
      return { class: 'order-exists', message: detail }
    },
  }
}
