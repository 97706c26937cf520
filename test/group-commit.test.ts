import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../app/clock.ts'
import { customer } from '../domain/customer.ts'
import { accept, refuse, to } from '../domain/decision.ts'
import { availableOf, inventory } from '../domain/inventory.ts'
import { order } from '../domain/order.ts'
import { orderPlaced, stockReceived } from '../domain/test-events.ts'
import { append, appendStatement, beginBehindLock } from '../store/append.ts'
import { type Command, type Execution, StoreFailure } from '../store/command.ts'
import { WriterConnection } from '../store/writer-connection.ts'
import { testDatabase, type TestDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { commandOf, executed, keyOf, list, openShop, place, receive, saidBy, statusOf } from './shop-commands.ts'
import { startStoreProcess, type StoreProcess, type StoreProcessOptions } from './store-process.ts'
import { ordersBy, stockOf, wholeLog } from './whole-log.ts'

let database: TestDatabase
let running: StoreProcess[] = []

beforeEach(async () => {
  database = await testDatabase()
})

afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()))
  running = []
  await database.drop()
})

async function process(options?: StoreProcessOptions): Promise<StoreProcess> {
  const started = await startStoreProcess(database.url, options)
  running.push(started)
  return started
}

function failureOf(execution: Promise<Execution>): Promise<unknown> {
  return execution.then(
    () => 'no failure',
    (error: unknown) => (error instanceof StoreFailure ? error.code : error instanceof Error ? error.message : error),
  )
}

/** Waits with the head's lock in a session like a writer's, until `end`. */
async function holdHead(): Promise<{ readonly connection: WriterConnection; end(): Promise<void> }> {
  const connection = new WriterConnection(database.url)
  await beginBehindLock(await connection.open(), 0, 0)
  return {
    connection,
    async end() {
      connection.discard()
      await Promise.resolve()
    },
  }
}

async function waitsForLock({ pool }: StoreProcess): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return rowCount !== 0
  })
}

describe('orders for one hot product from two processes', () => {
  test('2,000 at once for 1,000 units: exactly 1,000 are accepted and no conflict reaches anybody (laws 1, 2, 4)', async () => {
    const limits = { batch: 50 } // many batches, so that the two meet often
    const [one, other] = [await process({ limits }), await process({ limits })]
    await openShop(one.committer, { HOT: 1_000 })
    const orders = await Promise.all(
      Array.from({ length: 2_000 }, (_, index) => (index % 2 === 0 ? one : other).committer.execute(place(['HOT']))),
    )
    expect(orders.filter((execution) => statusOf(execution) === 201)).toHaveLength(1_000)
    expect(orders.filter((execution) => statusOf(execution) === 422)).toHaveLength(1_000)

    const log = await wholeLog(one.pool)
    expect(availableOf(stockOf(log, 'HOT'))).toBe(0)
    expect(ordersBy(log, 'OrderPlaced')).toHaveLength(1_000)
    expect(ordersBy(log, 'OrderRejected')).toHaveLength(1_000)
    expect([...one.errors, ...other.errors]).toEqual([])
    const batches = [...one.batches, ...other.batches]
    expect(batches.filter(({ behindLock }) => behindLock).length).toBeGreaterThan(3)
  })

  test('of several products each: an order reserves all its lines or none (laws 2, 4)', async () => {
    const skus = ['A1', 'B1', 'C1', 'D1']
    const processes = [await process({ cachedStreams: 3 }), await process(), await process()]
    const [first] = processes
    if (first === undefined) throw new Error('no process')
    await openShop(first.committer, { A1: 90, B1: 70, C1: 50, D1: 110 })
    const orders = await Promise.all(
      Array.from({ length: 400 }, (_, index) => {
        const lines = skus.filter((_, line) => ((index % 15) + 1) & (1 << line))
        const { committer } = processes[index % 3] ?? first
        return committer.execute(place(lines)).then((execution) => ({ lines, execution }))
      }),
    )
    const log = await wholeLog(first.pool)
    for (const sku of skus) {
      const accepted = orders.filter((done) => done.lines.includes(sku) && statusOf(done.execution) === 201)
      expect(stockOf(log, sku).reserved).toBe(accepted.length)
    }
    expect(orders.some((done) => statusOf(done.execution) === 422)).toBe(true)
    expect(processes.flatMap(({ errors }) => errors)).toEqual([])
  })

  test('a refusal is checked against the head too, though it writes nothing (laws 2, 5)', async () => {
    const [one, other] = [await process(), await process()]
    await openShop(one.committer, { HOT: 0 })
    const ask = () =>
      commandOf({
        decide: (read) => (availableOf(read(inventory, 'HOT')) > 0 ? accept() : refuse('none left')),
      })
    expect(saidBy(await other.committer.execute(ask()))).toBe('none left')
    await one.committer.execute(receive('HOT', 1))
    expect(saidBy(await other.committer.execute(ask()))).toBe('accepted')
  })
})

describe('an answer', () => {
  test('is given after the commit: what it says can be read at once, by anybody (law 5)', async () => {
    const { committer, pool } = await process()
    await openShop(committer, { A1: 1_000 })
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const { position, body } = executed(await committer.execute(place(['A1'])))
        const { rows } = await pool.query<{ stream: string; type: string }>(
          'select stream, type from log.events where position between $1 - 1 and $1 order by position',
          [position],
        )
        const { orderId } = saidBy({
          outcome: 'executed',
          status: 201,
          headers: {},
          body,
          position,
          replayed: false,
        }) as {
          readonly orderId: string
        }
        expect(rows).toEqual([
          { stream: `order-${orderId}`, type: 'OrderPlaced' },
          { stream: 'inventory-A1', type: 'StockReserved' },
        ])
      }),
    )
  })

  test('waits for the commit however long it takes (law 5)', async () => {
    const { committer, pool } = await process()
    await openShop(committer, { A1: 1 })
    const head = await holdHead()
    let answered = false
    const execution = committer.execute(receive('A1', 1)).finally(() => (answered = true))
    await eventually(async () => (await pool.query('select from pg_locks where not granted')).rowCount !== 0)
    expect(answered).toBe(false)
    await head.end()
    expect(saidBy(await execution)).toEqual({ outcome: 'accepted', onHand: 2, version: 3 })
  })
})

describe('a command with a key', () => {
  test('asked many times at once, in one process and in others, is done once and answered alike (law 3)', async () => {
    const processes = [await process(), await process(), await process()]
    const [first] = processes
    if (first === undefined) throw new Error('no process')
    await openShop(first.committer, { A1: 1_000 })
    const keys = Array.from({ length: 100 }, (_, index) => `key-${String(index)}`)
    const asked = await Promise.all(
      keys.flatMap((key) =>
        Array.from({ length: 6 }, async (_, index) => {
          const { committer } = processes[index % 3] ?? first
          return { key, execution: executed(await committer.execute(place(['A1'], { key: keyOf(key, 'A1') }))) }
        }),
      ),
    )
    for (const key of keys) {
      const answers = asked.filter((one) => one.key === key).map(({ execution }) => execution)
      const alike = answers.map(({ status, headers, body, position }) =>
        JSON.stringify([status, headers, body, position]),
      )
      expect(new Set(alike).size).toBe(1)
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    }
    const log = await wholeLog(first.pool)
    expect(ordersBy(log, 'OrderPlaced')).toHaveLength(keys.length)
    expect(stockOf(log, 'A1').reserved).toBe(keys.length)
    expect(processes.flatMap(({ errors }) => errors)).toEqual([]) // they joined each other; Postgres had no clash to refuse
  })

  test('asked again later, in this process or in another, gets the same bytes again (law 3)', async () => {
    const [one, other] = [await process(), await process()]
    await openShop(one.committer, { A1: 10 })
    const ask = ({ committer }: StoreProcess) => committer.execute(receive('A1', 5, keyOf('k', [5])))
    const first = executed(await ask(one))
    await one.committer.execute(receive('A1', 1))
    const again = [executed(await ask(one)), executed(await ask(other))]
    expect(again).toEqual([
      { ...first, replayed: true },
      { ...first, replayed: true },
    ])
    expect(first.replayed).toBe(false)
    expect(stockOf(await wholeLog(one.pool), 'A1').onHand).toBe(16)
  })

  test('whose refusal wrote no event is answered alike again, though it would be accepted now (law 3)', async () => {
    const { committer } = await process()
    await openShop(committer, { A1: 0 })
    const ask = () =>
      committer.execute(
        commandOf({
          decide: (read) => (read(inventory, 'A1').onHand > 0 ? accept() : refuse('empty')),
          key: keyOf('k', 'any?'),
        }),
      )
    const first = executed(await ask())
    await committer.execute(receive('A1', 1))
    expect(await ask()).toEqual({ ...first, replayed: true })
  })

  test('asked with another question is told so, at once and later, and nothing is done (law 3)', async () => {
    const [one, other] = [await process(), await process()]
    await openShop(one.committer, { A1: 0 })
    const ask = ({ committer }: StoreProcess, quantity: number) =>
      committer.execute(receive('A1', quantity, keyOf('k', quantity)))
    const [first, meanwhile] = await Promise.all([ask(one, 1), ask(one, 2)])
    expect(executed(first).replayed).toBe(false)
    expect([meanwhile, await ask(one, 3), await ask(other, 4)]).toEqual(
      Array.from({ length: 3 }, () => ({ outcome: 'key-reused' })),
    )
    expect(stockOf(await wholeLog(one.pool), 'A1').onHand).toBe(1)
  })

  test('gets its own answer while somebody asks another question under its key (law 3)', async () => {
    const { committer } = await process()
    await openShop(committer, { A1: 0 })
    const first = executed(await committer.execute(receive('A1', 1, keyOf('k', 1))))
    const [reused, again] = await Promise.all([
      committer.execute(receive('A1', 2, keyOf('k', 2))),
      committer.execute(receive('A1', 1, keyOf('k', 1))),
    ])
    expect([reused, again]).toEqual([{ outcome: 'key-reused' }, { ...first, replayed: true }])
  })

  test('is done although another question under its key failed meanwhile (law 3)', async () => {
    const { committer } = await process()
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
    expect([failure, statusOf(done)]).toEqual(['no decision', 201])
  })

  test('is another one in every source, however the two are spelt (law 3)', async () => {
    const { committer, pool } = await process()
    await openShop(committer, { A1: 0 })
    const sources = [
      ['a b', 'c'],
      ['a', 'b c'],
      ['a b c', ''],
      ['', 'a b c'],
    ] as const
    const executions = await Promise.all(
      sources.map(([source, key]) => committer.execute(receive('A1', 1, keyOf(key, 1, source)))),
    )
    expect(executions.map((execution) => executed(execution).replayed)).toEqual([false, false, false, false])
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(4)
  })
})

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
  const refusedByPostgres = () => receive('A1', 1_000, keyOf(`NUL \0 ${newId()}`, 1))
  const withoutUuid = () => ({ ...receive('A1', 1_000), causationId: 'abc' })
  const unreadableName = () => commandOf({ decide: (read) => (read(customer, 'NUL \0'), refuse('no')) })
  const unwritableAnswer = (): Command => {
    const command = receive('A1', 1_000, keyOf(newId(), 1))
    return { ...command, answer: () => ({ status: 70_000, headers: {}, body: '{"said":1}' }) }
  }

  test.each([
    ['does not encode', unencodable, /quantity/],
    ['throws', undecidable, /no decision/],
    ['is refused by Postgres', refusedByPostgres, /invalid byte sequence/],
    ['has an id that is none', withoutUuid, /abc is not a uuid/],
    ['names a stream that Postgres cannot look up', unreadableName, /invalid byte sequence/],
    ['has an answer that cannot be written', unwritableAnswer, /out of range/],
  ])('because it %s fails alone', async (_, poisonous, reason) => {
    const { committer, pool, batches } = await process()
    await openShop(committer, { A1: 0 })
    const head = await holdHead() // what comes while the first waits is one batch
    const healthy = [committer.execute(receive('A1', 1))]
    const poisoned: Promise<unknown>[] = []
    for (let index = 0; index < 40; index++) {
      if (index === 13 || index === 29) poisoned.push(failureOf(committer.execute(poisonous())))
      healthy.push(committer.execute(receive('A1', 1)))
    }
    await head.end()
    expect((await Promise.all(healthy)).map((execution) => statusOf(execution))).toEqual(healthy.map(() => 201))
    expect(await Promise.all(poisoned)).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)])
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(healthy.length)
    expect(batches.some(({ commands }) => commands > 1)).toBe(true)
  })

  test('because an id taken for new exists is decided again on what is there', async () => {
    const { committer, pool } = await process()
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
    const { committer, cache, pool } = await process()
    await openShop(committer, { A1: 1 })
    cache.set('inventory-A1', { state: inventory.initial, version: 0 })
    expect(saidBy(await committer.execute(list('A1', 5)))).toEqual({ reason: 'product-exists', sku: 'A1' })
    expect(await wholeLog(pool)).toHaveLength(3)
  })
})

describe('the queue', () => {
  test('refuses what it cannot hold, and does what it holds', async () => {
    const { committer, pool } = await process({ limits: { queue: 10, batch: 3 } })
    await openShop(committer, { A1: 0 })
    const executions = Array.from({ length: 15 }, () => committer.execute(receive('A1', 1)))
    const done = await Promise.all(executions.map((execution) => failureOf(execution)))
    expect(done.filter((outcome) => outcome === 'overloaded')).toHaveLength(5)
    expect(done.filter((outcome) => outcome === 'no failure')).toHaveLength(10)
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(10)
  })

  test('makes batches no larger than their cap', async () => {
    const { committer, batches } = await process({ limits: { batch: 7 } })
    await openShop(committer, { A1: 0 })
    await Promise.all(Array.from({ length: 100 }, () => committer.execute(receive('A1', 1))))
    expect(Math.max(...batches.map(({ commands }) => commands))).toBe(7)
  })

  test('is drained by stop; what comes later is refused', async () => {
    const { committer, pool } = await process({ limits: { batch: 10 } })
    await openShop(committer, { A1: 0 })
    const executions = Array.from({ length: 100 }, () => committer.execute(receive('A1', 1)))
    const stopped = committer.stop()
    expect(await failureOf(committer.execute(receive('A1', 1)))).toBe('stopping')
    await stopped
    expect(new Set((await Promise.all(executions)).map(statusOf))).toEqual(new Set([201]))
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(100)
  })
})

describe('what others write', () => {
  test('keeps an idle process near the head, so that its next append does not meet a moved one', async () => {
    const [one, other] = [await process(), await process({ listens: true })]
    await openShop(one.committer, { A1: 0 })
    await eventually(() => other.committer.known === one.committer.known)
    await other.committer.execute(receive('A1', 1))
    const { position } = executed(await one.committer.execute(receive('A1', 1)))
    await eventually(() => other.committer.known === position)
    expect(other.cache.peek('inventory-A1')).toMatchObject({ state: { onHand: 2 } })
    await other.committer.execute(receive('A1', 1))
    expect(other.batches).toMatchObject([{ behindLock: false }, { behindLock: false }])
  })

  test('is dropped with the cache when there is too much of it to follow', async () => {
    const [one, other] = [await process(), await process({ limits: { tail: 10 } })]
    await openShop(one.committer, { A1: 0, B1: 0 })
    await Promise.all(['A1', 'B1'].map((sku) => other.committer.execute(receive(sku, 1))))
    expect(other.cache.peek('inventory-B1')).toBeDefined()
    for (let index = 0; index < 11; index++) await one.committer.execute(receive('A1', 1))
    expect(saidBy(await other.committer.execute(receive('A1', 1)))).toMatchObject({ onHand: 13 })
    expect(other.cache.peek('inventory-B1')).toBeUndefined()
    expect(saidBy(await other.committer.execute(receive('B1', 1)))).toMatchObject({ onHand: 2 })
  })

  test('and cannot be read here fails only the commands that need it', async () => {
    const { committer, cache, pool } = await process()
    await openShop(committer, { A1: 0, B1: 0 })
    const writer = new WriterConnection(database.url)
    const client = await writer.open()
    const { head } = await beginBehindLock(client, 0, 0)
    const id = Buffer.alloc(16, 1)
    const ids = { id, commandId: id, correlationId: id, causationId: null }
    const foreign = {
      stream: 'inventory-B1',
      version: 3,
      type: 'OfANewerRelease',
      schemaVersion: 1,
      data: Buffer.of(1),
    }
    await append(client, appendStatement(head, { events: [{ ...foreign, ...ids }], keyed: [] }))
    await client.query('commit')
    await writer.close()

    const both = Promise.all([failureOf(committer.execute(receive('B1', 1))), committer.execute(receive('A1', 1))])
    expect(await both).toEqual([expect.stringMatching(/inventory-B1 cannot be read at version 3/), expect.anything()])
    expect(cache.peek('inventory-B1')).toBeUndefined()
    expect(stockOf(await wholeLog(pool), 'A1').onHand).toBe(1)
  })
})

test('a process that is stopped while it holds the head lets the others go on, and writes nothing when it wakes', async () => {
  const one = await process()
  await openShop(one.committer, { A1: 0 })
  const stopped = new WriterConnection(database.url)
  const client = await stopped.open()
  const { head } = await beginBehindLock(client, 0, 0)
  const execution = one.committer.execute(receive('A1', 1))
  await waitsForLock(one)
  expect(statusOf(await execution)).toBe(201)
  const id = Buffer.alloc(16, 1)
  const late = { stream: 'order-late', version: 1, type: 'Late', schemaVersion: 1, data: Buffer.of(1), id }
  const events = [{ ...late, commandId: id, correlationId: id, causationId: null }]
  await expect(append(client, appendStatement(head, { events, keyed: [] }))).rejects.toThrow()
  stopped.discard()
  expect((await wholeLog(one.pool)).some(({ stream }) => stream === 'order-late')).toBe(false)
})
