/** The life of an order over HTTP: every step of it, and when this process took part in each. */
import { closed, id, ref } from '../../commands/shape.ts'
import { NOTHING, reading, VIEW_HEADERS } from '../operation.ts'
import type { ApiParts, ReadTimeline } from '../parts.ts'
import { ProblemError } from '../http/problem-document.ts'
import { resource } from '../resource.ts'
import { OrderHops, Timeline } from '../shapes/event.ts'
import { hopsOfTimeline, timelineOf } from '../answers/event-page.ts'
import { orderNotFound } from './orders.ts'
import { sendTagged } from '../answers/read-answers.ts'

const life = {
  tag: 'orders',
  role: 'read',
  params: closed({ orderId: id('The order.', 'web-1001') }),
  query: NOTHING,
  headers: { 'if-none-match': { description: 'The ETag of the answer that the client has.' } },
  problems: ['order-not-found', 'store-unavailable'],
} as const

const unchanged = { 304: { description: 'Nothing happened since.', shape: null, headers: VIEW_HEADERS } }

const timeline = reading('/orders/:orderId/timeline', {
  ...life,
  summary: 'Show the life of an order',
  description:
    'The events of the order, its payment and its delivery (the first 1,000), the stock that moved with them, and the messages about them. Reads the log itself, so it shows every acknowledged command.',
  answers: {
    200: { description: 'What happened, oldest first.', shape: ref(Timeline), headers: VIEW_HEADERS },
    ...unchanged,
  },
})

const hops = reading('/orders/:orderId/hops', {
  ...life,
  summary: 'Show how fast the events of an order went through this process',
  description:
    'The events of the timeline with the times that the answering process measured, by its own clock and kept in its memory for the newest 100,000 positions. Null where another process did it, or nobody did.',
  answers: {
    200: { description: 'Measured times, oldest event first.', shape: ref(OrderHops), headers: VIEW_HEADERS },
    ...unchanged,
  },
})

export interface OrderLifeParts {
  readonly readTimeline: ReadTimeline
  readonly hopsOf: ApiParts['hopsOf']
}

export const orderLives = resource(
  { getOrderTimeline: timeline, getOrderHops: hops },
  ({ readTimeline, hopsOf }: OrderLifeParts) => {
    const read: ReadTimeline = async (orderId) => {
      const found = await readTimeline(orderId)
      if (found.events.length === 0) throw new ProblemError(orderNotFound(orderId))
      return found
    }
    return {
      async getOrderTimeline(request, reply) {
        const { position, ...content } = timelineOf(await read(request.params.orderId))
        return sendTagged({ request, reply }, { content, also: { position } })
      },
      async getOrderHops(request, reply) {
        const { position, ...content } = hopsOfTimeline(await read(request.params.orderId), hopsOf)
        return sendTagged({ request, reply }, { content, also: { position } })
      },
    }
  },
)
