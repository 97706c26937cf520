/** The figures of the shop over HTTP. */
import type { TSchema } from 'typebox'
import type { Breakdown } from '../../projections/views/shown.ts'
import type { ViewName, Views } from '../../projections/views/views.ts'
import type { ApiServer } from '../api-server.ts'
import { NOTHING, viewing } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { sendBreakdown, sendTagged, waitUntilShown } from './read-answers.ts'
import {
  Analytics,
  LiveRates,
  OrdersByStatus,
  SalesByCategory,
  SalesByHour,
  SalesByMinute,
  SalesByProduct,
  SalesByRegion,
  SalesByTier,
} from '../shapes/analytics.ts'
import { after } from '../shapes/list.ts'
import { closed, ref } from '../shapes/shape.ts'

export function analyticsRoutes(app: ApiServer, { views }: ApiParts): void {
  app.get('/analytics', figures('getAnalytics', 'Show the totals', ref(Analytics)), async (request, reply) => {
    await waitUntilShown(views, 'sales', request.query.after)
    const { position, asOf, ...content } = await views.sales.totals()
    return sendTagged({ request, reply }, { content, also: { position, asOf } })
  })

  app.get('/analytics/live', figures('getLiveRates', 'Show the rates', ref(LiveRates)), async (request, reply) => {
    await waitUntilShown(views, 'sales', request.query.after)
    const { position, asOf: _, lastUpdated, ...content } = await views.sales.live()
    return sendTagged({ request, reply }, { content, also: { position, lastUpdated } })
  })

  for (const { path, view, operation, query } of breakdowns(views)) {
    app.get(path, operation, async (request, reply) => {
      await waitUntilShown(views, view, request.query.after)
      return sendBreakdown({ request, reply }, await query())
    })
  }
}

function figures(id: string, summary: string, shape: TSchema) {
  return viewing({ id, tag: 'analytics', summary, params: NOTHING, query: closed({ after }), shape })
}

interface BreakdownRoute {
  readonly path: string
  readonly view: ViewName
  readonly operation: ReturnType<typeof figures>
  readonly query: () => Promise<Breakdown<object>>
}

function breakdowns({ sales, orders }: Views): readonly BreakdownRoute[] {
  return [
    {
      path: '/analytics/minutes',
      view: 'sales',
      operation: figures('getSalesByMinute', 'Show the last hour, minute by minute', ref(SalesByMinute)),
      query: () => sales.minutes(),
    },
    {
      path: '/analytics/hours',
      view: 'sales',
      operation: figures('getSalesByHour', 'Show sales by hour', ref(SalesByHour)),
      query: () => sales.hours(),
    },
    {
      path: '/analytics/regions',
      view: 'sales',
      operation: figures('getSalesByRegion', 'Show sales by region', ref(SalesByRegion)),
      query: () => sales.regions(),
    },
    {
      path: '/analytics/categories',
      view: 'sales',
      operation: figures('getSalesByCategory', 'Show sales by category', ref(SalesByCategory)),
      query: () => sales.categories(),
    },
    {
      path: '/analytics/tiers',
      view: 'sales',
      operation: figures('getSalesByTier', 'Show sales by tier', ref(SalesByTier)),
      query: () => sales.tiers(),
    },
    {
      path: '/analytics/products',
      view: 'sales',
      operation: figures('getSalesByProduct', 'Show sales by product', ref(SalesByProduct)),
      query: () => sales.products(),
    },
    {
      path: '/analytics/statuses',
      view: 'orders',
      operation: figures('getOrdersByStatus', 'Show how many orders have each status now', ref(OrdersByStatus)),
      query: async () => {
        const { counts, position, asOf } = await orders.counts()
        return { items: Object.entries(counts).map(([status, count]) => ({ status, orders: count })), position, asOf }
      },
    },
  ]
}
