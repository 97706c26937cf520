/** Orders over HTTP. */
import { refuse } from '../../domain/decision.ts'
import { cancelOrder, order } from '../../domain/order.ts'
import { placeOrder } from '../../domain/place-order.ts'
import type { ApiServer } from '../api-server.ts'
import { executeWith, sendExecution } from '../commands.ts'
import { eventPage } from './event-page.ts'
import { parseIfMatch } from '../http/etag.ts'
import { askedOf, ProblemError } from '../http/problem-document.ts'
import { cancelOrderAnswer, placeOrderAnswer, type CancelOrderRefusal } from './order-answers.ts'
import { cancelling, history, listing, placing, showing } from './order-operations.ts'
import type { ApiParts } from '../parts.ts'
import { pageQuery, sendEvents, sendFound, sendPage, waitUntilShown } from './read-answers.ts'
import { DEFAULT_LIMIT } from '../shapes/list.ts'

export function orderRoutes(app: ApiServer, parts: ApiParts): void {
  const { views, clock, newId, settings, metrics, readLog } = parts
  const { currency, reservationMinutes } = settings
  const execute = executeWith(parts.executor)

  app.post('/orders', placing, async (request, reply) => {
    const { orderId, customerId, lines } = request.body
    const command = {
      orderId: orderId ?? newId(),
      named: orderId !== undefined,
      customerId,
      lines,
      currency,
      reservationMinutes,
      at: clock(),
    }
    const execution = await execute(request, {
      decide: (read) => placeOrder(command, read),
      answer: placeOrderAnswer(command, askedOf(request)),
    })
    metrics?.countOrder(execution, 'placed', reply.elapsedTime)
    return sendExecution(reply, execution)
  })

  app.post('/orders/:orderId/cancel', cancelling, async (request, reply) => {
    const command = { orderId: request.params.orderId, reason: request.body?.reason ?? null }
    const demanded = parseIfMatch(request.headers['if-match'])
    const execution = await execute<CancelOrderRefusal>(request, {
      decide(read) {
        const version = read.version(order, command.orderId)
        const mismatch = demanded !== null && version > 0 && !demanded(version)
        return mismatch ? refuse({ reason: 'version-mismatch', version }) : cancelOrder(command, read)
      },
      answer: cancelOrderAnswer(command, askedOf(request)),
    })
    metrics?.countOrder(execution, 'cancelled', reply.elapsedTime)
    return sendExecution(reply, execution)
  })

  app.get('/orders', listing, async (request, reply) => {
    const { status = null, customer: customerId = null, after } = request.query
    const query = { ...pageQuery(request.query), status, customerId }
    await waitUntilShown(views, 'orders', after)
    return sendPage({ request, reply }, await views.orders.list(query))
  })

  app.get('/orders/:orderId', showing, async (request, reply) => {
    const { orderId } = request.params
    await waitUntilShown(views, 'orders', request.query.after)
    const found = await views.orders.get(orderId)
    return sendFound({ request, reply }, found, { code: 'order-not-found', detail: `there is no order ${orderId}` })
  })

  app.get('/orders/:orderId/events', history, async (request, reply) => {
    const { orderId } = request.params
    const { after = 0, limit = DEFAULT_LIMIT } = request.query
    const page = await readLog({ after, limit, stream: `order-${orderId}` })
    if (after === 0 && page.events.length === 0) {
      throw new ProblemError({ code: 'order-not-found', detail: `there is no order ${orderId}` })
    }
    return sendEvents(reply, eventPage(page, after))
  })
}
