/** The figures of the shop over HTTP. */
import type { TSchema } from 'typebox'
import type { Breakdown } from '../../projections/views/shown.ts'
import type { ViewName, Views } from '../../projections/views/views.ts'
import type { Handler } from '../api-server.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
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
import { closed, ref } from '../../commands/shape.ts'

function figures(url: string, summary: string, shape: TSchema) {
  return viewing(url, { tag: 'analytics', summary, params: NOTHING, query: closed({ after }), shape })
}

type Figures = ReturnType<typeof figures>

export const analytics = resource(
  {
    getAnalytics: figures('/analytics', 'Show the totals', ref(Analytics)),
    getLiveRates: figures('/analytics/live', 'Show the rates', ref(LiveRates)),
    getSalesByMinute: figures('/analytics/minutes', 'Show the last hour, minute by minute', ref(SalesByMinute)),
    getSalesByHour: figures('/analytics/hours', 'Show sales by hour', ref(SalesByHour)),
    getSalesByRegion: figures('/analytics/regions', 'Show sales by region', ref(SalesByRegion)),
    getSalesByCategory: figures('/analytics/categories', 'Show sales by category', ref(SalesByCategory)),
    getSalesByTier: figures('/analytics/tiers', 'Show sales by tier', ref(SalesByTier)),
    getSalesByProduct: figures('/analytics/products', 'Show sales by product', ref(SalesByProduct)),
    getOrdersByStatus: figures('/analytics/statuses', 'Show how many orders have each status now', ref(OrdersByStatus)),
  },
  ({ views }: { readonly views: Pick<Views, 'sales' | 'orders' | 'waitFor'> }) => {
    const { sales, orders } = views
    const breakdown =
      (view: ViewName, query: () => Promise<Breakdown<object>>): Handler<Figures['schema']> =>
      async (request, reply) => {
        await waitUntilShown({ request, reply }, views, view, request.query.after)
        return sendBreakdown({ request, reply }, await query())
      }
    return {
      async getAnalytics(request, reply) {
        await waitUntilShown({ request, reply }, views, 'sales', request.query.after)
        const { position, asOf, ...content } = await sales.totals()
        return sendTagged({ request, reply }, { content, also: { position, asOf } })
      },
      async getLiveRates(request, reply) {
        await waitUntilShown({ request, reply }, views, 'sales', request.query.after)
        const { position, asOf: _, lastUpdated, ...content } = await sales.live()
        return sendTagged({ request, reply }, { content, also: { position, lastUpdated } })
      },
      getSalesByMinute: breakdown('sales', () => sales.minutes()),
      getSalesByHour: breakdown('sales', () => sales.hours()),
      getSalesByRegion: breakdown('sales', () => sales.regions()),
      getSalesByCategory: breakdown('sales', () => sales.categories()),
      getSalesByTier: breakdown('sales', () => sales.tiers()),
      getSalesByProduct: breakdown('sales', () => sales.products()),
      getOrdersByStatus: breakdown('orders', async () => {
        const { counts, position, asOf } = await orders.counts()
        return { items: Object.entries(counts).map(([status, count]) => ({ status, orders: count })), position, asOf }
      }),
    }
  },
)
