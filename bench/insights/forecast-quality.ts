import { intervals, shopAccuracy, steadyAccuracy } from '../../test/insights/forecast-figures.ts'
import { atLeast, atMost, figure, stated } from '../figure.ts'

/** How good forecasts are on a year of real demand. Nothing in it depends on the machine. */
export const forecastQuality = figure({
  id: 'I5',
  title: 'forecasts of four weeks on a year of real demand; I6: how often 80 % intervals hold',
  numbers: {
    shop: atLeast('accuracy of the shop’s total, 4 origins, in percent', '', { must: 85, goal: 88 }),
    naive: stated('the same of the last seven days repeated', ''),
    steady: atLeast('accuracy of 200 steady products of 100 to 200 units, pooled', '', { must: 85, goal: 88 }),
    totals: atLeast('totals of products within their interval, in percent (at most 90)', '', { must: 75 }),
    totalsMost: atMost('the same', '', { must: 90 }),
    runOut: atLeast('run-out days within their interval, stock for 10 days, in percent (at most 88)', '', { must: 75 }),
    runOutMost: atMost('the same', '', { must: 88 }),
  },
  async run() {
    const { percent, seasonalNaive } = await shopAccuracy()
    const { totals, runOutDays } = await intervals()
    return [
      {
        ...{ shop: percent ?? 0, naive: seasonalNaive ?? 0, steady: await steadyAccuracy() },
        ...{ totals: 100 * totals.held, totalsMost: 100 * totals.held },
        ...{ runOut: 100 * runOutDays.held, runOutMost: 100 * runOutDays.held },
      },
    ]
  },
})
