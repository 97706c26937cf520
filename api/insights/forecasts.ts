/** What will be wanted and what runs out, over HTTP. */
import { Type } from 'typebox'
import { closed, id, ref } from '../../commands/shape.ts'
import {
  bySoonest,
  type Forecast as Found,
  type Forecasts,
  type RunningOut,
  type SoonestKey,
} from '../../insights/forecast/forecasts.ts'
import type { Horizon } from '../../insights/forecast/product-model.ts'
import type { Views } from '../../projections/views/views.ts'
import { ProblemError } from '../http/problem-document.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { invalidCursor, sendHistory, sendTagged, type Exchange } from '../answers/read-answers.ts'
import { Forecast, RunOutList } from '../shapes/forecast.ts'
import { cursor, DEFAULT_LIMIT, limit } from '../shapes/list.ts'

const horizon = Type.Optional(
  Type.Unsafe<Horizon>({ type: 'integer', enum: [7, 14, 28], default: 28, description: 'How many days.' }),
)

const common = { tag: 'insights', view: 'demand' } as const

export interface ForecastParts {
  readonly forecasts: Forecasts
  readonly views: Pick<Views, 'products'>
}

export const forecasts = resource(
  {
    forecastShop: viewing('/forecast', {
      ...common,
      summary: 'Forecast the demand of the whole shop',
      description: 'Worked out once for a day, from the days that are known (docs/insights.md).',
      params: NOTHING,
      query: closed({ days: horizon }),
      shape: ref(Forecast),
    }),
    forecastProduct: viewing('/products/:sku/forecast', {
      ...common,
      summary: 'Forecast the demand for a product',
      description: 'Worked out once for a day, from the days that are known (docs/insights.md).',
      params: closed({ sku: id('The product.', 'IPHONE-17') }),
      query: closed({ days: horizon }),
      shape: ref(Forecast),
      problems: ['product-not-found'],
    }),
    listRunOut: viewing('/stock/run-out', {
      ...common,
      summary: 'Show which products run out, the soonest first',
      description: 'At most a minute old.',
      params: NOTHING,
      query: closed({ limit, cursor }),
      shape: ref(RunOutList),
    }),
  },
  ({ forecasts: known, views }: ForecastParts) => ({
    async forecastShop(request, reply) {
      return send({ request, reply }, await known.ofShop(request.query.days ?? 28))
    },
    async forecastProduct(request, reply) {
      const { sku } = request.params
      const { item } = await views.products.get(sku)
      if (item === null) throw new ProblemError({ code: 'product-not-found', detail: `no product has the SKU ${sku}` })
      return send({ request, reply }, { sku, ...(await known.ofProduct(sku, request.query.days ?? 28)) })
    },
    async listRunOut(request, reply) {
      const { limit: most = DEFAULT_LIMIT, cursor: text } = request.query
      const { items, position } = await known.runOut()
      const from = text === undefined ? 0 : placeBehind(items, keyOf(text))
      const page = items.slice(from, from + most)
      const last = page.at(-1)
      const next = last === undefined || from + most >= items.length ? null : cursorOf(last)
      return sendHistory({ request, reply }, { items: page, next, position, asOf: null })
    },
  }),
)

function send(exchange: Exchange, { position, asOf, ...content }: Found & { readonly sku?: string }) {
  return sendTagged(exchange, { content, also: { position, asOf } })
}

/** The list may have changed since: the next page begins behind where the item was. */
function placeBehind(items: readonly RunningOut[], key: SoonestKey): number {
  const place = items.findIndex((item) => bySoonest(key, item) < 0 && item.sku !== key.sku)
  return place < 0 ? items.length : place
}

function cursorOf({ expected, earliest, sku }: SoonestKey): string {
  return Buffer.from(JSON.stringify([expected, earliest, sku])).toString('base64url')
}

function keyOf(text: string): SoonestKey {
  try {
    const [expected, earliest, sku] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    const isDay = (value: unknown): value is string | null => value === null || typeof value === 'string'
    if (isDay(expected) && isDay(earliest) && typeof sku === 'string') return { expected, earliest, sku }
  } catch {
    // Nobody's cursor.
  }
  throw invalidCursor()
}
