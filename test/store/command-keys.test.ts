import { describe, expect, test } from 'vitest'
import { accept, refuse } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { answered, commandOf, keyOf, openShop, place, receive, saidBy } from './shop-commands.ts'
import { failureOf, storeProcesses, type StoreProcess } from '../support/store-process.ts'
import { ordersBy, stockOf, wholeLog } from './whole-log.ts'

const processes = storeProcesses()

/** What is answered to the same question once this has been. */
function knownAs({ answer, position }: ReturnType<typeof answered>): unknown {
  return { outcome: 'known', answer, position }
}

describe('a command with a key', () => {
  test('asked many times at once, in one process and in others, is done once and answered alike (law 3)', async () => {
    const started = [await processes.start(), await processes.start(), await processes.start()]
    const [first] = started
    if (first === undefined) throw new Error('no process')
    await openShop(first.committer, { A1: 1_000 })
    const keys = Array.from({ length: 100 }, (_, index) => `key-${String(index)}`)
    const asked = await Promise.all(
      keys.flatMap((key) =>
        Array.from({ length: 6 }, async (_, index) => {
          const { committer } = started[index % 3] ?? first
          return { key, execution: answered(await committer.execute(place(['A1'], { key: keyOf(key, 'A1') }))) }
        }),
      ),
    )
    for (const key of keys) {
      const answers = asked.filter((one) => one.key === key).map(({ execution }) => execution)
      const alike = answers.map(({ answer, position }) => JSON.stringify([answer, position]))
      expect(new Set(alike).size).toBe(1)
      expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
    }
    const log = await wholeLog(first.pool)
    expect(ordersBy(log, 'OrderPlaced')).toHaveLength(keys.length)
    expect(stockOf(log, 'A1').reserved).toBe(keys.length)
    expect(started.flatMap(({ errors }) => errors)).toEqual([]) // they joined each other; Postgres had no clash to refuse
  })

  test('asked again later, in this process or in another, gets the same bytes again (law 3)', async () => {
    const [one, other] = [await processes.start(), await processes.start()]
    await openShop(one.committer, { A1: 10 })
    const ask = ({ committer }: StoreProcess) => committer.execute(receive('A1', 5, keyOf('k', [5])))
    const first = answered(await ask(one))
    await one.committer.execute(receive('A1', 1))
    expect(first.outcome).toBe('accepted')
    expect([await ask(one), await ask(other)]).toEqual([knownAs(first), knownAs(first)])
    expect(stockOf(await wholeLog(one.pool), 'A1').onHand).toBe(16)
  })

  test('whose refusal wrote no event is answered alike again, though it would be accepted now (law 3)', async () => {
    const { committer } = await processes.start()
    await openShop(committer, { A1: 0 })
    const ask = () =>
      committer.execute(
        commandOf({
          decide: (read) => (read(inventory, 'A1').onHand > 0 ? accept() : refuse('empty')),
          key: keyOf('k', 'any?'),
        }),
      )
    const first = answered(await ask())
    await committer.execute(receive('A1', 1))
    expect(await ask()).toEqual(knownAs(first))
  })

  test('asked with another question is told so, at once and later, and nothing is done (law 3)', async () => {
    const [one, other] = [await processes.start(), await processes.start()]
    await openShop(one.committer, { A1: 0 })
    const ask = ({ committer }: StoreProcess, quantity: number) =>
      committer.execute(receive('A1', quantity, keyOf('k', quantity)))
    const [first, meanwhile] = await Promise.all([ask(one, 1), ask(one, 2)])
    expect(first.outcome).toBe('accepted')
    expect([meanwhile, await ask(one, 3), await ask(other, 4)]).toMatchObject(
      Array.from({ length: 3 }, () => ({ outcome: 'key-reused' })),
    )
    expect(stockOf(await wholeLog(one.pool), 'A1').onHand).toBe(1)
  })

  test('gets its own answer while somebody asks another question under its key (law 3)', async () => {
    const { committer } = await processes.start()
    await openShop(committer, { A1: 0 })
    const first = answered(await committer.execute(receive('A1', 1, keyOf('k', 1))))
    const [reused, again] = await Promise.all([
      committer.execute(receive('A1', 2, keyOf('k', 2))),
      committer.execute(receive('A1', 1, keyOf('k', 1))),
    ])
    expect([reused, again]).toMatchObject([{ outcome: 'key-reused' }, knownAs(first) as object])
  })

  test('is done although another question under its key failed meanwhile (law 3)', async () => {
    const { committer } = await processes.start()
    await openShop(committer, { A1: 0 })
    const failing = commandOf({
      decide: () => {
        throw new Error('no decision')
      },
      key: keyOf('k', 'other'),
    })
    const [failure, done] = await Promise.all([
      failureOf(committer.execute(failing)),
      committer.execute(receive('A1', 1, keyOf('k', 1))),
    ])
    expect([failure, done.outcome]).toEqual(['no decision', 'accepted'])
  })

  test('is another one in every source, however the two are spelt (law 3)', async () => {
    const { committer, pool } = await processes.start()
    await openShop(committer, { A1: 0 })
    const sources = [
      ['http:a b', 'c'],
      ['http:a', 'b c'],
      ['http:a b c', ''],
      ['http:', 'a b c'],
    ] as const
    const executions = await Promise.all(
      sources.map(([source, key]) => committer.execute(receive('A1', 1, keyOf(key, 1, source)))),
    )
    expect(executions.map(({ outcome }) => outcome)).toEqual(sources.map(() => 'accepted'))
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(4)
  })

  test('is another one at every door, and each door reads only what it wrote (law 3)', async () => {
    const { committer, pool } = await processes.start()
    await openShop(committer, { A1: 0 })
    const doors = ['http', 'kafka'] as const
    const ask = (door: (typeof doors)[number]) =>
      committer.execute({ ...receive('A1', 1, keyOf('k', 1, `${door}:shop`)), answer: () => JSON.stringify(door) })
    for (const outcome of ['accepted', 'known']) {
      const executions = await Promise.all(doors.map(ask))
      expect(executions.map((execution) => [execution.outcome, saidBy(execution)])).toEqual(
        doors.map((door) => [outcome, door]),
      )
    }
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(2)
  })

  test('and no answer is known by it all the same (law 3)', async () => {
    const { committer } = await processes.start()
    await openShop(committer, { A1: 0 })
    const ask = () => committer.execute({ ...receive('A1', 1, keyOf('k', 1)), answer: () => null })
    const { position } = answered(await ask())
    expect(await ask()).toEqual({ outcome: 'known', answer: null, position })
  })
})

test('a command says which streams it wrote to, with their versions, and how many events', async () => {
  const { committer } = await processes.start()
  await openShop(committer, { A1: 2 })
  const [one, other, refused] = await Promise.all([
    committer.execute(place(['A1'], { orderId: 'o1' })),
    committer.execute(place(['A1'], { orderId: 'o2' })),
    committer.execute(place(['A1'], { orderId: 'o3' })),
  ])
  const written = (execution: typeof one) =>
    execution.outcome === 'accepted' || execution.outcome === 'refused'
      ? [...execution.streams].map(([stream, { version }]) => `${stream} ${String(version)}`)
      : []
  expect(one).toMatchObject({ outcome: 'accepted', events: 2, position: 5 })
  expect(written(one)).toEqual(['order-o1 1', 'inventory-A1 3'])
  expect(other).toMatchObject({ outcome: 'accepted', events: 2, position: 7 })
  expect(written(other)).toEqual(['order-o2 1', 'inventory-A1 4'])
  expect(refused).toMatchObject({ outcome: 'refused', refusal: { reason: 'out-of-stock' }, events: 1, position: 8 })
  expect(written(refused)).toEqual(['order-o3 1'])
})
