/** What may be asked of demand of before the shop. */
import { Type } from 'typebox'
import { dayNumber, dayText, type RecordDemand } from '../domain/demand.ts'
import { request, type Wanted } from './request.ts'
import { id, named, ref } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

const MOST_DAYS = 400
const MOST_UNITS = 1_000_000_000
const DAY_MS = 86_400_000

const numbers = (description: string) =>
  Type.Array(Type.Integer({ minimum: 0, maximum: MOST_UNITS }), { minItems: 1, maxItems: MOST_DAYS, description })

const RecordDemandShape = named(
  'RecordDemand',
  {
    sku: Type.Optional(id('The product, if it is said twice: a line of a file says it.')),
    from: Type.String({
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
      description: 'The first day, in UTC: YYYY-MM-DD. All days lie before today.',
    }),
    units: numbers('Units wanted on each day from the first on.'),
    orders: numbers('Orders that wanted them, as many days.'),
    replace: Type.Optional(
      Type.Boolean({ description: 'Whether other numbers of a day may be replaced; not if absent.' }),
    ),
  },
  {
    description: 'What was wanted of a product before the shop, day by day.',
    examples: [{ from: '2026-11-01', units: [3, 0, 5], orders: [2, 0, 1] }],
  },
)

export const recordDemandRequest = request(ref(RecordDemandShape))
export type WantedDemand = Wanted<typeof recordDemandRequest>

/** What is wrong with a property, and no shape can say. */
export interface DemandFault {
  readonly property: keyof WantedDemand
  readonly message: string
}

/** Null: nothing is wrong. */
export function demandFault(
  sku: string,
  wanted: WantedDemand,
  { clock }: Pick<ShopSettings, 'clock'>,
): DemandFault | null {
  const { from, units, orders } = wanted
  if (wanted.sku !== undefined && wanted.sku !== sku)
    return { property: 'sku', message: 'must be the product of the address' }
  const first = dayNumber(from)
  if (!Number.isInteger(first) || dayText(first) !== from)
    return { property: 'from', message: 'must be a day: YYYY-MM-DD' }
  if (orders.length !== units.length) return { property: 'orders', message: 'must have as many days as `units`' }
  const today = Math.floor(clock() / DAY_MS)
  return first + units.length > today ? { property: 'from', message: 'must leave all days before today (UTC)' } : null
}

export function recordDemandCommand(sku: string, { from, units, orders, replace = false }: WantedDemand): RecordDemand {
  return { sku, from, units, orders, replace }
}
