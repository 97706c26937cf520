import { describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { customer } from '../../domain/customer.ts'
import { accept, refuse, to } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { order } from '../../domain/order.ts'
import { orderPlaced, stockReceived } from '../../domain/test-events.ts'
import type { Command } from '../../store/commit/command.ts'
import { commandOf, keyOf, list, openShop, place, receive, saidBy } from './shop-commands.ts'
import { failureOf, storeProcesses } from '../support/store-process.ts'
import { ordersBy, stockOf, wholeLog } from './whole-log.ts'

const processes = storeProcesses()

describe('one command of a batch that cannot be done', () => {
  const unencodable = () =>
    commandOf({
      decide: (read) => {
        read(inventory, 'A1')
        return accept(to(inventory, 'A1', stockReceived('A1', 0.5)))
      },
    })
  const undecidable = () =>
    commandOf({
      decide: (read) => {
        read(inventory, 'A1')
        throw new Error('no decision')
      },
    })
  const refusal = () => commandOf({ decide: (read) => (read(inventory, 'A1'), refuse('no')) })
  const refusedByPostgres = () => receive('A1', 1_000, keyOf(`NUL \0 ${newId()}`, 1))
  const withoutUuid = () => ({ ...receive('A1', 1_000), causationId: 'abc' })
  const unreadableName = () => commandOf({ decide: (read) => (read(customer, 'NUL \0'), refuse('no')) })
  const unwritableAnswer = (): Command => ({ ...receive('A1', 1_000, keyOf(newId(), 1)), answer: () => 'NUL \0' })
  const keyWithoutUuid = (): Command => ({ ...refusal(), key: keyOf(newId(), 1), commandId: 'xyz' })

  test.each([
    ['does not encode', unencodable, /quantity/],
    ['throws', undecidable, /no decision/],
    ['is refused by Postgres', refusedByPostgres, /invalid byte sequence/],
    ['has an id that is none', withoutUuid, /abc is not a uuid/],
    ['names a stream that Postgres cannot look up', unreadableName, /invalid byte sequence/],
    ['has an answer that cannot be written', unwritableAnswer, /invalid byte sequence/],
    ['has a key and an id that is none', keyWithoutUuid, /xyz is not a uuid/],
  ])('because it %s fails alone', async (_, poisonous, reason) => {
    const { committer, pool, batches } = await processes.start()
    await openShop(committer, { A1: 0 })
    const release = await processes.holdHead() // what comes while the first waits is one batch
    const healthy = [committer.execute(receive('A1', 1))]
    const poisoned: Promise<unknown>[] = []
    for (let index = 0; index < 40; index++) {
      if (index === 13 || index === 29) poisoned.push(failureOf(committer.execute(poisonous())))
      healthy.push(committer.execute(receive('A1', 1)))
    }
    release()
    expect((await Promise.all(healthy)).map(({ outcome }) => outcome)).toEqual(healthy.map(() => 'accepted'))
    expect(await Promise.all(poisoned)).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)])
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(healthy.length)
    expect(batches.some(({ commands }) => commands > 1)).toBe(true)
  })

  test('because an id taken for new exists is decided again on what is there', async () => {
    const { committer, pool } = await processes.start()
    await openShop(committer, { A1: 10 })
    const taken = newId()
    await committer.execute(place(['A1'], { orderId: taken }))
    const create = () =>
      commandOf({
        decide: (read) =>
          read.creating(order, taken).status === 'none'
            ? accept(to(order, taken, orderPlaced(taken, [])))
            : refuse('exists'),
      })
    const executions = await Promise.all([
      committer.execute(receive('A1', 1)),
      committer.execute(create()),
      committer.execute(receive('A1', 1)),
    ])
    expect(executions.map(saidBy)).toEqual([
      expect.objectContaining({ outcome: 'accepted' }),
      'exists',
      expect.objectContaining({ outcome: 'accepted' }),
    ])
    expect(ordersBy(await wholeLog(pool), 'OrderPlaced')).toEqual([taken])
  })

  test('because its cached states went wrong is decided again on what is stored', async () => {
    const { committer, cache, pool } = await processes.start()
    await openShop(committer, { A1: 1 })
    cache.set('inventory-A1', { state: inventory.initial, version: 0 })
    expect(saidBy(await committer.execute(list('A1', 5)))).toEqual({ reason: 'product-exists', sku: 'A1' })
    expect(await wholeLog(pool)).toHaveLength(3)
  })
})
