/** A shop from which something can be learnt: demand of before, orders that hold two products, sessions of visitors. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { dayText } from '../../domain/demand.ts'
import { orderConfirmed, orderLine } from '../../domain/test-events.ts'
import { openPool } from '../../store/postgres/database.ts'
import { ofOrder } from '../projections/projecting.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import type { ServiceHere } from '../support/service-here.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const DAYS_BEFORE = 200
/** Orders that hold both STEADY and PARTNER. */
export const BOTH = 12

/** STEADY sells some ten a day, PARTNER goes with it, NEVER does not sell, GONE is sold out. */
export async function fillInsights(service: Pick<ServiceHere, 'url' | 'databaseUrl'>): Promise<void> {
  const today = Math.floor(systemClock() / DAY_MS)
  for (const [sku, stock] of [
    ['STEADY', 95],
    ['PARTNER', 500],
    ['NEVER', 50],
    ['GONE', 0],
  ] as const) {
    const price = { amount: 1_999, currency: 'EUR' }
    await post(service, '/products', 201, { sku, name: `The ${sku.toLowerCase()}`, category: 'kitchen', price, stock })
  }
  const units = Array.from({ length: DAYS_BEFORE }, (_, day) => (day * day + 3 * day) % 23)
  const past = { from: dayText(today - DAYS_BEFORE), units, orders: units.map(() => 4) }
  await post(service, '/products/STEADY/demand', 201, past)
  const pool = openPool(service.databaseUrl, { name: 'test', max: 1 })
  const head = await appendEvents(
    pool,
    Array.from({ length: BOTH }, (_, index) => {
      const id = `both-${String(index)}`
      const lines = [orderLine('STEADY', 1), orderLine('PARTNER', 2)]
      return ofOrder(id, { ...orderConfirmed(id, lines), placedAt: systemClock() - HOUR_MS })
    }).flat(),
  )
  await pool.end()
  await eventually(async () => {
    const { items } = await get<{ readonly items: readonly { readonly position: number }[] }>(service, '/projections')
    return items.every(({ position }) => position >= head)
  })
  await visit(service)
}

/** Sessions of three hours ago: a whole one, one whose stages come in another order, one that only looks; one goes on. */
async function visit(service: Pick<ServiceHere, 'url'>): Promise<void> {
  const start = systemClock() - 3 * HOUR_MS
  const stages = ['product_view', 'add_to_cart', 'checkout', 'payment_attempt', 'order_completed'] as const
  const visits = [
    { subject: 'visitor-1', types: [...stages] },
    { subject: 'visitor-2', types: ['add_to_cart', 'product_view', 'checkout'] },
    { subject: 'visitor-3', types: ['product_view'] },
  ]
  const past = visits.flatMap(({ subject, types }) =>
    types.flatMap((type, index) => {
      const at = new Date(start + index * 60_000).toISOString()
      const event = { eventId: randomUUID(), type, at, subject, sku: 'STEADY' }
      return type === 'product_view' ? [event, { ...event, eventId: randomUUID(), sku: 'PARTNER' }] : [event]
    }),
  )
  await post(service, '/user-events', 202, past)
  // What comes now closes what is three hours old, in the partition of the same visitor.
  const now = visits.map(({ subject }) => ({
    eventId: randomUUID(),
    type: 'page_view',
    at: new Date(systemClock()).toISOString(),
    subject,
  }))
  await post(service, '/user-events', 202, now)
  await eventually(async () => {
    const { closed, open } = await get<{ readonly closed: number; readonly open: number }>(
      service,
      '/behaviour/sessions',
    )
    return closed >= visits.length && open >= now.length
  })
}

export async function post(
  { url }: Pick<ServiceHere, 'url'>,
  path: string,
  status: number,
  content: object,
): Promise<unknown> {
  const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify(content)]
  const response = await fetch(new URL(path, url), { method: 'POST', headers, body })
  const answer: unknown = await response.json()
  expect([path, response.status, answer]).toEqual([path, status, answer])
  return answer
}

export async function get<Body>({ url }: Pick<ServiceHere, 'url'>, path: string): Promise<Body> {
  const response = await fetch(new URL(path, url))
  expect([path, response.status]).toEqual([path, 200])
  return (await response.json()) as Body
}
