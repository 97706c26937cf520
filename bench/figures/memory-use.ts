import { atMost, figure, stated } from '../figure.ts'
import { longLivedShop } from '../service/long-lived-shop.ts'

/** Whether anything grows with the number of orders. */
export const memoryUse = figure({
  id: 'F3',
  title: 'memory of the service after 1,000,000 orders of two lines each, at full load',
  numbers: {
    resident: atMost('resident after the last order', 'MB', { must: 600 }),
    peak: stated('the most that was ever resident', 'MB'),
    postgres: stated('its Postgres, all processes', 'MB'),
    ordersPerSecond: stated('orders of two lines, 64 connections', '/s'),
  },
  async run(context) {
    const { memory, postgresMb, ordersPerSecond } = await longLivedShop(context)
    return [{ resident: memory.residentMb, peak: memory.peakMb, postgres: postgresMb, ordersPerSecond }]
  },
})
