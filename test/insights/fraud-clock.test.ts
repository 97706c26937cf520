/** The clock of the database was ahead once, and was set right: who pays meanwhile is no ring, and nothing piles up. */
import { expect, onTestFinished, test } from 'vitest'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { paymentRequested } from '../../domain/test-events.ts'
import { shippedTable } from '../../insights/fraud/shipped-tables.ts'
import { fraud } from '../../reactors/fraud/fraud.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { ids } from '../reactors/dying.ts'
import { breaches, eventsOf, openReacting } from '../reactors/reacting.ts'

const tableOne = { table: '1', content: JSON.stringify(JSON.parse(shippedTable('1') ?? '')) }

test('a clock that was an hour ahead makes no ring of those who pay in that hour', async () => {
  const shop = await openReacting()
  onTestFinished(() => shop[Symbol.asyncDispose]())
  const work = async () => {
    const worker = await shop.react({}, { reactors: [fraud({ table: tableOne, scoring: null })] })
    await eventually(async () => {
      const { lagEvents, due } = await shop.state('fraud')
      return lagEvents === 0 && due === 0 && (await alerts()) !== null
    })
    await worker.stop()
  }
  /** Null: no table is in force yet. */
  const alerts = async () => {
    const events = (await eventsOf(shop.pool)).map(({ event }) => event)
    if (!events.some(({ type }) => type === 'FraudTableSet')) return null
    return events.flatMap((event) => (event.type === 'FraudAlertRaised' ? [event.orderId] : []))
  }
  const pays = (orderId: string) => {
    const keys = { ...NO_KEYS, card: '1111111111111111', device: '2222222222222222', network: '3333333333333333' }
    const event = paymentRequested(orderId, 1, 1_000, { customerId: `of-${orderId}`, region: 'FR', ...keys })
    return { stream: `payment-${orderId}` as const, event }
  }

  await work()
  await appendEvents(shop.pool, [pays('ahead')])
  await shop.pool.query('alter table log.events disable trigger events_are_immutable')
  await shop.pool.query(
    `update log.events set recorded_at = recorded_at + interval '1 hour' where stream = 'payment-ahead'`,
  )
  await work()
  // Each alone: in truth there may be an hour between the first and the last.
  for (const orderId of ids('later', 5)) {
    await appendEvents(shop.pool, [pays(orderId)])
    await work()
  }
  await appendEvents(shop.pool, ids('together', 5).map(pays))
  await work()
  expect(await alerts()).toEqual([])
  const { rows } = await shop.pool.query('select order_id from log.fraud_recent')
  expect(rows).toEqual([{ order_id: 'ahead' }])
  const found = (await breaches(shop.pool)) as readonly { readonly name: string }[]
  expect(found.filter(({ name }) => name === 'fraud-alerts')).toEqual([])
})
