import { Type } from 'typebox'
import { closed, named, nullable, oneOf } from '../../commands/shape.ts'
import { VERDICTS } from '../../insights/forecast/forecasts.ts'
import { listOf } from './list.ts'
import { count, Position, time } from './shape.ts'

const day = (description: string) => Type.String({ format: 'date', description })
const units = (description: string) => Type.Number({ description })

const verdict = oneOf(VERDICTS, {
  description:
    '`too-little-demand`: chance alone puts the total off by more than 15 %, or fewer than four whole weeks are known.',
})

export const Forecast = named(
  'Forecast',
  {
    sku: Type.Optional(Type.String({ description: 'The product; absent: the whole shop.' })),
    days: Type.Array(closed({ day: day('UTC.'), units: units('Units, as forecast.') }), {
      description: 'From the day of `asOf` on.',
    }),
    total: closed({
      units: units(
        'Sum of all these days. For a product, single large orders are left out, so more than this may be sold.',
      ),
      low: nullable(
        units('The total will lie between low and high in four of five cases. Null: too few forecasts to say.'),
      ),
      high: nullable(units('See low.')),
    }),
    verdict,
    closerThan: nullable(
      Type.Number({
        description: 'By which share of the total chance alone puts it off, on average; null: unknown.',
      }),
    ),
    accuracy: closed({
      days: count('Days that the judged forecasts were for.'),
      origins: count('Forecasts of the past that it rests on, at most 4.'),
      percent: nullable(
        Type.Number({ description: '100 less the percentage by which their totals were off. May be negative.' }),
      ),
      seasonalNaive: nullable(Type.Number({ description: 'The same for repeating the last seven days.' })),
    }),
    history: closed({
      from: nullable(day('First known day.')),
      to: nullable(day('Last known day; at most the day before `asOf`.')),
    }),
    position: Position,
    asOf: nullable(time('When the newest event that it rests on was recorded.')),
  },
  {
    description: 'A forecast of demand, with how far earlier forecasts were off.',
    examples: [
      {
        sku: 'IPHONE-17',
        days: [{ day: '2026-12-01', units: 9.5 }],
        total: { units: 266, low: 210, high: 331 },
        verdict: 'ok',
        closerThan: 0.06,
        accuracy: { days: 28, origins: 4, percent: 86.4, seasonalNaive: 81.2 },
        history: { from: '2026-01-02', to: '2026-11-30' },
        position: 4711,
        asOf: '2026-12-01T10:00:00.000Z',
      },
    ],
  },
)

export const RunOut = named(
  'RunOut',
  {
    sku: Type.String({ description: 'The product.' }),
    onHand: count('Units on hand.'),
    reserved: count('Units on hand that orders have reserved.'),
    available: count('Units that an order can still reserve.'),
    expected: nullable(day('When nothing is left, UTC; null: not within 28 days.')),
    earliest: nullable(day('In four of five cases it runs out between earliest and latest.')),
    latest: nullable(day('See earliest.')),
    verdict,
  },
  {
    description: 'When a product runs out.',
    examples: [
      {
        ...{ sku: 'IPHONE-17', onHand: 60, reserved: 2, available: 58 },
        ...{ expected: '2026-12-07', earliest: '2026-12-04', latest: '2026-12-12', verdict: 'ok' },
      },
    ],
  },
)

export const RunOutList = listOf(RunOut)
