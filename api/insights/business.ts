/** The business by day, over HTTP: what was sold, how sessions ended, who comes back, what looks like fraud. */
import { Type } from 'typebox'
import { closed, ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { dayNumber, dayText } from '../../domain/demand.ts'
import { percent, type BehaviourFigures } from '../../insights/behaviour/figures.ts'
import type { Views } from '../../projections/views/views.ts'
import { invalidRequest, ProblemError } from '../http/problem-document.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { sendTagged } from '../answers/read-answers.ts'
import { Business } from '../shapes/business.ts'
import { after } from '../shapes/list.ts'

const MOST_DAYS = 92
const DEFAULT_DAYS = 30
const DAY_MS = 86_400_000

const day = (description: string) =>
  Type.Optional(
    Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: `${description} YYYY-MM-DD, UTC.` }),
  )

export interface BusinessParts {
  readonly views: Pick<Views, 'business'>
  readonly behaviour: { readonly figures: Pick<BehaviourFigures, 'conversion'> }
  readonly shop: Pick<ShopSettings, 'clock'>
}

export const business = resource(
  {
    getBusiness: viewing('/analytics/business', {
      tag: 'analytics',
      view: 'sales',
      summary: 'Show the business by day',
      description: `At most ${String(MOST_DAYS)} days; absent: the newest ${String(DEFAULT_DAYS)}.`,
      params: NOTHING,
      query: closed({
        after,
        from: day(`The first day. Absent: ${String(DEFAULT_DAYS)} days up to the last.`),
        to: day(`The last day; it is included. Absent: today, or ${String(MOST_DAYS)} days from the first.`),
      }),
      shape: ref(Business),
    }),
  },
  ({ views, behaviour, shop }: BusinessParts) => ({
    async getBusiness(request, reply) {
      const { first, last } = daysOf(request.query, Math.floor(shop.clock() / DAY_MS))
      const [{ items, customers, position, asOf }, fraud, conversion] = await Promise.all([
        views.business.days(first, last),
        views.business.fraud(first, last),
        behaviour.figures.conversion(first, last),
      ])
      const returning = {
        customers: customers.returning,
        percent: percent(customers.returning, customers.confirmed),
      }
      return sendTagged(
        { request, reply },
        { content: { items, conversion, returning, fraud }, also: { position, asOf } },
      )
    },
  }),
)

/** Throws where a bound is no day, the first is behind the last, or there are too many. */
function daysOf(query: { readonly from?: string; readonly to?: string }, today: number) {
  const [from, to] = [numberOf('from', query.from), numberOf('to', query.to)]
  const last = to ?? (from === null ? today : Math.max(from, Math.min(today, from + MOST_DAYS - 1)))
  const first = from ?? last - DEFAULT_DAYS + 1
  if (first > last) throw invalid('to', 'must not be before `from`')
  if (last - first >= MOST_DAYS) throw invalid('to', `must leave at most ${String(MOST_DAYS)} days`)
  return { first: dayText(first), last: dayText(last) }
}

function numberOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const number = dayNumber(text)
  if (number >= 0 && Number.isInteger(number) && dayText(number) === text) return number
  throw invalid(name, 'must be a day from 1970-01-01 on: YYYY-MM-DD')
}

function invalid(name: string, message: string): ProblemError {
  return new ProblemError(invalidRequest('query', [{ pointer: `/${name}`, message }]))
}
