/** Returns over HTTP: what comes back of an order that was delivered. */
import { returnOrderCommand, returnOrderRequest } from '../../commands/order.ts'
import { closed, id, ref } from '../../commands/shape.ts'
import type { UnknownOrder } from '../../domain/order.ts'
import {
  returnOrder,
  type OrderNotReturnable,
  type ReturnOrder,
  type ReturnTooLarge,
} from '../../domain/return-order.ts'
import type { Executor } from '../../store/commit/command.ts'
import { executeWith, sendExecution, type Wish } from '../commands.ts'
import { commanding } from '../operation.ts'
import { resource } from '../resource.ts'
import { Order } from '../shapes/order.ts'
import { shownOrder } from './orders.ts'

const returning = commanding('/orders/:orderId/return', {
  tag: 'orders',
  summary: 'Return an order',
  description:
    'Takes back what was delivered, whole or by line, and refunds its value: at most what is left of the payment. The order stays completed.',
  role: 'operate',
  params: closed({ orderId: id('The order.', 'web-1001') }),
  request: returnOrderRequest,
  shape: ref(Order),
  done: { 200: 'Taken back.' },
  refusals: {
    'unknown-order': 'order-not-found',
    'order-not-returnable': 'order-not-returnable',
    'return-too-large': 'return-too-large',
  },
})

export const returns = resource({ returnOrder: returning }, ({ executor }: { readonly executor: Executor }) => {
  const execute = executeWith(executor)
  return {
    async returnOrder(request, reply) {
      const command = returnOrderCommand(request.params.orderId, request.body)
      return sendExecution(reply, await execute(request, returningWish(command)))
    },
  }
})

function returningWish(command: ReturnOrder): Wish<UnknownOrder | OrderNotReturnable | ReturnTooLarge> {
  const { orderId } = command
  return {
    decide: (read) => returnOrder(command, read),
    codes: returning.refusals,
    told(refusal) {
      switch (refusal.reason) {
        case 'unknown-order':
          return { detail: `no order has the id ${orderId}` }
        case 'order-not-returnable':
          return { detail: `order ${orderId} is ${refusal.status}`, more: { orderId, orderStatus: refusal.status } }
        case 'return-too-large': {
          const { sku, wanted, left } = refusal
          const detail = `the return has ${String(wanted)} of ${sku}, and at most ${String(left)} can come back`
          return { detail, more: { orderId, sku, wanted, left } }
        }
      }
    },
    shown: (_made, look) => shownOrder(200, orderId, look),
  }
}
