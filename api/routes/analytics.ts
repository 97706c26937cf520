/** The figures of the shop over HTTP. */
import type { TSchema } from 'typebox'
import type { Breakdown } from '../../projections/views/shown.ts'
import type { ViewName, Views } from '../../projections/views/views.ts'
import type { Handler } from '../api-server.ts'
import { knownRates, knownRevenue, knownTotals } from './known-names.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { sendBreakdown, sendTagged } from './read-answers.ts'
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

function figures(url: string, summary: string, shape: TSchema, view: ViewName = 'sales') {
  return viewing(url, { tag: 'analytics', summary, view, params: NOTHING, query: closed({ after }), shape })
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
    getOrdersByStatus: figures(
      '/analytics/statuses',
      'Show how many orders have each status now',
      ref(OrdersByStatus),
      'orders',
    ),
  },
  ({ views }: { readonly views: Pick<Views, 'sales' | 'orders'> }) => {
    const { sales, orders } = views
    const breakdown =
      (query: () => Promise<Breakdown<object>>): Handler<Figures['schema']> =>
      async (request, reply) =>
        sendBreakdown({ request, reply }, await query())
    return {
      async getAnalytics(request, reply) {
        const { position, asOf, emails, payers, ...own } = await sales.totals()
        const content = { ...own, ...knownTotals({ ...own, emails, payers }) }
        const exact = knownRevenue(own.revenue)
        return sendTagged({ request, reply }, { content, also: { position, asOf }, exact })
      },
      async getLiveRates(request, reply) {
        const { position, asOf: _, lastUpdated, payers, ...own } = await sales.live()
        const content = { ...own, ...knownRates({ ...own, payers }) }
        const also = { position, lastUpdated, last_updated: lastUpdated }
        return sendTagged({ request, reply }, { content, also, exact: knownRevenue(own.revenue) })
      },
      getSalesByMinute: breakdown(() => sales.minutes()),
      getSalesByHour: breakdown(() => sales.hours()),
      getSalesByRegion: breakdown(() => sales.regions()),
      getSalesByCategory: breakdown(() => sales.categories()),
      getSalesByTier: breakdown(() => sales.tiers()),
      getSalesByProduct: breakdown(() => sales.products()),
      getOrdersByStatus: breakdown(async () => {
        const { counts, position, asOf } = await orders.counts()
        return { items: Object.entries(counts).map(([status, count]) => ({ status, orders: count })), position, asOf }
      }),
    }
  },
)
