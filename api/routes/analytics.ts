/** The figures of the shop over HTTP. */
import type { TSchema } from 'typebox'
import type { Period } from '../../projections/views/sales-breakdowns.ts'
import { rfc3339, type Breakdown } from '../../projections/queries/shown.ts'
import type { ProjectionName } from '../../projections/views/list.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Handler } from '../api-server.ts'
import { knownRates, knownRevenue, knownTotals } from '../answers/known-names.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { invalidRequest, ProblemError } from '../http/problem-document.ts'
import { sendBreakdown, sendTagged } from '../answers/read-answers.ts'
import {
  Analytics,
  LiveRates,
  noPeriod,
  OrdersByReason,
  OrdersByStage,
  OrdersByStatus,
  PaymentsByMethod,
  period,
  SalesByCategory,
  SalesByHour,
  SalesByMinute,
  SalesByProduct,
  SalesByRegion,
  SalesByTier,
} from '../shapes/analytics.ts'
import { after } from '../shapes/list.ts'
import { closed, ref } from '../../commands/shape.ts'

function figures(url: string, summary: string, shape: TSchema, view: ProjectionName = 'sales') {
  return viewing(url, { tag: 'analytics', summary, view, params: NOTHING, query: closed({ after }), shape })
}

function ofPeriod(url: string, summary: string, shape: TSchema) {
  const query = closed({ after, ...period })
  return viewing(url, { tag: 'analytics', summary, view: 'sales', params: NOTHING, query, shape })
}

type Figures = ReturnType<typeof figures>
type OfPeriod = ReturnType<typeof ofPeriod>

export const analytics = resource(
  {
    getAnalytics: figures('/analytics', 'Show the totals', ref(Analytics)),
    getLiveRates: figures('/analytics/live', 'Show the rates', ref(LiveRates)),
    getSalesByMinute: figures('/analytics/minutes', 'Show the last two hours, minute by minute', ref(SalesByMinute)),
    getSalesByHour: ofPeriod('/analytics/hours', 'Show sales by hour', ref(SalesByHour)),
    getSalesByRegion: ofPeriod('/analytics/regions', 'Show sales by region', ref(SalesByRegion)),
    getSalesByCategory: ofPeriod('/analytics/categories', 'Show sales by category', ref(SalesByCategory)),
    getSalesByTier: ofPeriod('/analytics/tiers', 'Show sales by tier', ref(SalesByTier)),
    getSalesByProduct: viewing('/analytics/products', {
      tag: 'analytics',
      summary: 'Show sales by product',
      view: 'sales',
      params: NOTHING,
      query: closed({ after, ...noPeriod }),
      shape: ref(SalesByProduct),
    }),
    getOrdersByReason: ofPeriod('/analytics/reasons', 'Show why orders were rejected', ref(OrdersByReason)),
    getPaymentsByMethod: ofPeriod('/analytics/methods', 'Show payments by method', ref(PaymentsByMethod)),
    getOrdersByStage: ofPeriod('/analytics/funnel', 'Show how far orders came', ref(OrdersByStage)),
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
    const within =
      (query: (period: Period) => Promise<Breakdown<object>>): Handler<OfPeriod['schema']> =>
      async (request, reply) =>
        sendBreakdown({ request, reply }, await query(periodOf(request.query)))
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
      getSalesByHour: within((hours) => sales.hours(hours)),
      getSalesByRegion: within((hours) => sales.regions(hours)),
      getSalesByCategory: within((hours) => sales.categories(hours)),
      getSalesByTier: within((hours) => sales.tiers(hours)),
      async getSalesByProduct(request, reply) {
        const asked = (['from', 'to'] as const).filter((name) => request.query[name] !== undefined)
        if (asked.length > 0) {
          const message = 'is not for products: their sales are not kept by the hour'
          throw new ProblemError(
            invalidRequest(
              'query',
              asked.map((name) => ({ pointer: `/${name}`, message })),
            ),
          )
        }
        return sendBreakdown({ request, reply }, await sales.products())
      },
      getOrdersByReason: within((hours) => sales.reasons(hours)),
      getPaymentsByMethod: within((hours) => sales.methods(hours)),
      getOrdersByStage: within((hours) => sales.funnel(hours)),
      getOrdersByStatus: breakdown(async () => {
        const { counts, position, asOf } = await orders.counts()
        return { items: Object.entries(counts).map(([status, count]) => ({ status, orders: count })), position, asOf }
      }),
    }
  },
)

const HOUR = 3_600_000
const TIME = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.0{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** Throws when a bound is no whole hour, or the one is not before the other. */
function periodOf(query: { readonly from?: string; readonly to?: string }): Period {
  const [from, to] = [hourOf('from', query.from), hourOf('to', query.to)]
  if (from === null || to === null || from < to) return { from, to }
  throw new ProblemError(invalidRequest('query', [{ pointer: '/to', message: 'must be later than `from`' }]))
}

function hourOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const day = text.slice(0, 10)
  const midnight = Date.parse(day)
  // A day that its month does not have is read as one of the next month.
  const isTime = TIME.test(text) && Number.isFinite(midnight) && rfc3339(midnight).startsWith(day)
  const millis = isTime ? Date.parse(text) : Number.NaN
  if (millis % HOUR === 0 && millis >= FIRST_HOUR && millis <= LAST_HOUR) return millis
  const message = 'must be a whole hour in UTC, such as 2026-12-01T10:00:00Z'
  throw new ProblemError(invalidRequest('query', [{ pointer: `/${name}`, message }]))
}

/** Of the years with four digits. */
const FIRST_HOUR = Date.parse('0000-01-01T00:00:00Z')
const LAST_HOUR = Date.parse('9999-12-31T23:00:00Z')
