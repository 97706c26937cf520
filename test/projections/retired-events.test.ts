/** A log with retired events on real Postgres: shown, rebuilt, verified and decided on as what they mean today. */
import { expect, test } from 'vitest'
import { priceChanged, productListed, stockAdjusted, stockReceived } from '../../domain/test-events.ts'
import type { DomainEvent, StockAdjusted } from '../../schemas/events.ts'
import { asIfRetired } from '../../contract/authoring/retired-test-kit.ts'
import { appendEvents } from '../support/append-events.ts'
import { ofProduct } from './projecting.ts'
import { spill } from '../support/spill.ts'

/** What a correction of stock would be today: a receipt, and the price that came with it. */
const split = ({ sku, delta }: StockAdjusted): readonly DomainEvent[] => [
  stockReceived(sku, delta),
  priceChanged(sku, 100 + delta),
]

const release = () =>
  asIfRetired(split, async () => ({
    ...(await import('./projecting.ts')),
    ...(await import('./replaying.ts')),
    ...(await import('../../audit/verify-log.ts')),
    ...(await import('../../projections/views/list.ts')),
  }))

test('laws 1, 6, 7: a stored event that means two today is shown at one position, and a replay shows the same', async () => {
  const { openProjecting, ...later } = await release()
  await using projecting = await openProjecting()
  // Written by the release before: ours could not.
  const head = await appendEvents(projecting.pool, [
    ...ofProduct('A1', productListed('A1'), stockReceived('A1', 10), stockAdjusted('A1', 5)),
    ...ofProduct('B2', productListed('B2'), stockReceived('B2', 1), stockAdjusted('B2', 7), priceChanged('B2', 900)),
  ])
  // Each event comes twice, and alone: a batch ends between any two positions, and never within one.
  const twice = {
    next: async (after: number, _: number, signal: AbortSignal) => [
      ...(after > 0 ? await projecting.feed.next(after - 1, 1, signal) : []),
      ...(await projecting.feed.next(after, 1, signal)),
    ],
  }
  await projecting.project({ feed: twice })
  await projecting.shown(head)
  expect((await projecting.views.products.get('A1')).item).toMatchObject({
    onHand: 15,
    price: { amount: 105 },
    version: 3,
  })
  expect((await projecting.views.products.get('B2')).item).toMatchObject({
    onHand: 8,
    price: { amount: 900 },
    version: 4,
  })
  expect(await later.breachesOf(projecting)).toEqual([])

  projecting.replay()
  for (const { name } of later.projections) {
    const replay = await later.finished(projecting, await later.start(projecting, name))
    expect(replay).toMatchObject({ state: 'switched', differences: { count: 0 } })
  }

  const { checks } = await later.verifyLog({ pool: projecting.pool, spill: spill() })
  expect(checks.filter(({ breaches }) => breaches > 0)).toEqual([])
})
