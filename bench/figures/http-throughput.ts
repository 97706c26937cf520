import { atLeast, atMost, figure, inRounds, stated } from '../figure.ts'
import { loadClosed } from '../load/closed-loop.ts'
import { startEcho } from '../service/echo-service.ts'
import { placeOrders, startShop, warmUp } from '../service/loaded-shop.ts'
import { processorTime } from '../machine/processor-time.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

/** How much of what Fastify can do at all is left when every answer is a durable, decided, projected order. */
export const httpThroughput = figure({
  id: 'P1',
  title: 'durable one-line orders over HTTP ÷ a bare Fastify echo of the same body',
  numbers: {
    ratio64: atLeast('orders ÷ echoes, 64 connections', 'x', { must: 0.25, goal: 0.5 }),
    ratio256: atLeast('orders ÷ echoes, 256 connections', 'x', { must: 0.3, goal: 0.6 }),
    orders64: stated('orders, 64 connections', '/s'),
    orders256: stated('orders, 256 connections', '/s'),
    echoes64: stated('echoes, 64 connections', '/s'),
    echoes256: stated('echoes, 256 connections', '/s'),
    p99at64: stated('p99 of an order at full load, 64 connections', 'ms'),
    p99at256: stated('p99 of an order at full load, 256 connections', 'ms'),
    service64: stated('processor time of the service for an order, 64 connections', 'µs'),
    postgres64: stated('processor time of Postgres for an order, 64 connections', 'µs'),
    echo64: stated('processor time of the echo for a request, 64 connections', 'µs'),
    catchUp: atMost('projections caught up after a load', 's', { must: 10 }),
  },
  async run(context) {
    const { scope, seconds } = context
    const orders = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    const echo = await startEcho(scope)
    await warmUp(service, orders)
    await loadClosed({ url: echo.url, orders, connections: 64, seconds: 3 })
    return inRounds(context, async () => {
      const echoBefore = processorTime(echo.pid).own
      const echoes64 = await loadClosed({ url: echo.url, orders, connections: 64, seconds })
      const echo64 = (processorTime(echo.pid).own - echoBefore) / echoes64.answers
      const orders64 = await placeOrders(service, { orders, connections: 64, seconds })
      const echoes256 = await loadClosed({ url: echo.url, orders, connections: 256, seconds })
      const orders256 = await placeOrders(service, { orders, connections: 256, seconds })
      return {
        ratio64: orders64.perSecond / echoes64.perSecond,
        ratio256: orders256.perSecond / echoes256.perSecond,
        orders64: orders64.perSecond,
        orders256: orders256.perSecond,
        echoes64: echoes64.perSecond,
        echoes256: echoes256.perSecond,
        p99at64: orders64.p99,
        p99at256: orders256.p99,
        service64: orders64.serviceMicros,
        postgres64: orders64.postgresMicros,
        echo64,
        catchUp: Math.max(orders64.catchUpSeconds, orders256.catchUpSeconds),
      }
    })
  },
})
