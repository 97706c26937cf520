/** The topics that commands come by: what a record of each asks for, and what becomes of one that is refused. */
import { decideReport, deliveryReportRequest } from '../../commands/delivery.ts'
import { summaryOf } from '../../commands/faults.ts'
import { placeOrderCommand, placeOrderRequest } from '../../commands/order.ts'
import type { Checked } from '../../commands/request.ts'
import type { DeliveryRefusal } from '../../domain/delivery.ts'
import { placeOrder } from '../../domain/place-order.ts'
import type { TopicName } from '../topics/topics.ts'
import { derivedOrderId } from './command-key.ts'
import type { RecordFault } from './inbound-record.ts'
import { refusedAs, type CommandTopic } from './take-command.ts'

const orderCommands: CommandTopic = {
  noun: 'order',
  hasKeys: true,
  takesAvro: true,
  decidedAnew: [],
  did: (orderId, refused) => (refused === null ? `placed order ${orderId}` : `rejected order ${orderId}: ${refused}`),
  asked(value, { identity, shop }) {
    const checked = placeOrderRequest.check(value)
    if ('faults' in checked) return invalidRequest(checked)
    const { orderId = null, customerId, lines } = checked.wanted
    const command = placeOrderCommand(checked.wanted, { ...shop, newId: () => derivedOrderId(identity) })
    return {
      orderId: command.orderId,
      content: [orderId, customerId, lines.map(({ sku, quantity }) => [sku, quantity])],
      decide: (read) => refusedAs(placeOrder(command, read), ({ reason }) => reason),
      // A recorded refusal is an event; one that left no trace would be heard by nobody.
      refused: (reason) =>
        reason === 'order-exists'
          ? { class: reason, message: `order ${command.orderId} exists with another customer or other lines` }
          : { orderId: command.orderId, refused: reason },
    }
  },
}

const deliveryCommands: CommandTopic = {
  noun: 'report',
  hasKeys: false,
  takesAvro: false,
  // What came too early fits once what it waits for has come.
  decidedAnew: ['delivery-not-found', 'delivery-not-possible'],
  did: (orderId) => `took a report on order ${orderId}`,
  asked(value) {
    const checked = deliveryReportRequest.check(value)
    if ('faults' in checked) return invalidRequest(checked)
    const { orderId, action, dispatch = null, reason = null } = checked.wanted
    const decide = decideReport(checked.wanted)
    return {
      orderId,
      content: [orderId, action, dispatch, reason],
      decide: (read) => refusedAs(decide(read), deliveryStatus),
      refused: (status) =>
        status === NO_DELIVERY
          ? { class: 'delivery-not-found', message: `order ${orderId} has no delivery` }
          : { class: 'delivery-not-possible', message: `the delivery of order ${orderId} is ${status}` },
    }
  },
}

/** Each has a consumer group of its own name. */
export const commandTopics = {
  'order-commands': orderCommands,
  'delivery-commands': deliveryCommands,
} as const satisfies Partial<Record<TopicName, CommandTopic>>

export type CommandTopicName = keyof typeof commandTopics

export const commandTopicNames: readonly CommandTopicName[] = ['order-commands', 'delivery-commands']

/** Of a topic as it is called in the cluster, whatever its prefix is or was. */
export function commandTopicOf(topic: string): CommandTopic {
  return commandTopics[commandTopicNames.find((name) => topic.endsWith(name)) ?? 'order-commands']
}

const NO_DELIVERY = 'none'

function deliveryStatus(refusal: DeliveryRefusal): string {
  return refusal.reason === 'unknown-delivery' ? NO_DELIVERY : refusal.status
}

function invalidRequest({ faults, code }: Extract<Checked<unknown>, { readonly faults: unknown }>): RecordFault {
  return { class: code ?? 'invalid-request', message: summaryOf('body', faults) }
}
