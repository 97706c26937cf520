/** What is kept of dead letters: counted beside them, bounded, and never at the cost of one that nobody decided upon. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { advancePartition, claimPartition, type NewDeadLetter } from '../../kafka/inbound/inbound-offsets.ts'
import { arrivedRecord, deadLetter, markOf } from '../../kafka/inbound/inbound-record.ts'
import { makeRoom, noRoom, readRoom, type LetterLimits } from '../../kafka/letters/letter-room.ts'
import { discardParked, readGroups, readLetter, readLetters, settleLetter } from '../../kafka/letters/letter-table.ts'
import { PartitionConsumer } from '../../kafka/inbound/partition-consumer.ts'
import { createRandom } from '../../simulation/random.ts'
import { openPool, WRITER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const TOPIC = 'order-commands'
const DEED = { at: new Date(0).toISOString(), act: 'discard', by: 'a test', detail: 'discarded' } as const

let database: TestDatabase
let pool: Pool
let partitions = 0

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test letters', max: 4, settings: WRITER_SETTINGS })
})

beforeEach(async () => {
  await pool.query('delete from log.dead_letters')
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

const record = (partition: number, offset: number, value: string, headers: readonly [Buffer, Buffer | null][] = []) =>
  arrivedRecord(TOPIC, partition, {
    ...{ offset, timestamp: 5, key: null, value: Buffer.from(value) },
    headers: Object.assign([...headers], { texts: () => [] }),
  })

/** Parks letters on a partition of their own. */
async function park(letters: readonly NewDeadLetter[]): Promise<void> {
  const partition = { topic: TOPIC, partition: partitions++ }
  await claimPartition(pool, partition, newId())
  const last = letters.at(-1)
  if (last !== undefined) await advancePartition(pool, partition, { from: null, to: last.record, letters })
}

const letter = (offset: number, cause: string, value = 'x') =>
  deadLetter(record(partitions, offset, value), { class: cause, message: `${cause} failed` })

const ids = async () =>
  (await readLetters(pool, { cause: null, state: null, before: null, limit: 1_000 })).map(({ id }) => id).reverse()

const settle = (id: number | undefined, state: 'retried' | 'discarded' | 'parked') =>
  settleLetter(pool, id ?? 0, { state, deed: DEED })

describe('the counts of letters', () => {
  test('are those of the table, whatever is written to it', async () => {
    const random = createRandom(7, 'letters')
    for (let round = 0; round < 60; round++) {
      const some = Array.from({ length: 1 + random.int(0, 4) }, (_, offset) =>
        letter(offset, random.pick(['a', 'b', 'c']), 'x'.repeat(random.int(0, 50))),
      )
      await park(some)
      const known = await ids()
      await settle(random.pick(known), random.pick(['retried', 'discarded', 'parked']))
      if (round % 7 === 0) await discardParked(pool, { kind: 'ids', ids: known.slice(0, 3) }, DEED)
      if (round % 5 === 0) await pool.query('delete from log.dead_letters where id = $1', [random.pick(known)])
    }
    const counted = await pool.query(
      `select cause, count(*) filter (where state = 'parked')::int as parked,
        count(*) filter (where state = 'retried')::int as retried,
        count(*) filter (where state = 'discarded')::int as discarded, max(id)::int as sample
      from log.dead_letters group by cause order by cause`,
    )
    const kept = (await readGroups(pool)).map(({ cause, parked, retried, discarded, sample }) => {
      return { cause, parked, retried, discarded, sample }
    })
    expect(kept.sort((one, other) => (one.cause < other.cause ? -1 : 1))).toEqual(counted.rows)
    const { rows } = await pool.query<Record<string, number>>(
      `select count(*)::int as letters, sum(log.letter_bytes(key, value, headers))::int as bytes,
        count(*) filter (where state = 'parked')::int as parked,
        (sum(log.letter_bytes(key, value, headers)) filter (where state = 'parked'))::int as "parkedBytes"
      from log.dead_letters`,
    )
    expect(await readRoom(pool, { most: 1, mostBytes: 1 })).toEqual({ most: 1, mostBytes: 1, ...rows[0] })
  })

  test('are read without reading the letters, and so are letters of a state or a cause', async () => {
    const plan = async (text: string) => {
      const { rows } = await pool.query<Record<string, string>>(`explain ${text}`)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    const client = await pool.connect()
    const asked: string[] = []
    const listening = { query: async ({ text }: { text: string }) => (asked.push(text), { rows: [] }) }
    await readGroups(listening as never)
    for (const [cause, state] of [
      ['a', null],
      [null, 'parked'],
      ['a', 'parked'],
    ] as const) {
      await readLetters(listening as never, { cause, state, before: 9, limit: 10 })
    }
    client.release()
    expect(asked[0]).not.toContain('log.dead_letters')
    for (const text of asked.slice(1)) {
      const values = [/cause =/.test(text) && `'a'`, /state =/.test(text) && `'parked'`, '9', '10'].filter(Boolean)
      const filled = values.reduce<string>((sql, value, index) => sql.replace(`$${index + 1}`, String(value)), text)
      const shown = await plan(filled)
      expect(shown).not.toMatch(/Seq Scan|Sort/)
    }
  })
})

describe('room for letters', () => {
  test('law 13: is made by those that are settled, the oldest first, and never by one that is undecided', async () => {
    await park(Array.from({ length: 6 }, (_, offset) => letter(offset, 'a')))
    const [first, second, third, fourth, fifth, sixth] = await ids()
    for (const id of [fourth, second, fifth]) await settle(id, id === second ? 'retried' : 'discarded')
    const limits: LetterLimits = { most: 6, mostBytes: 1_000_000 }
    expect(noRoom(await makeRoom(pool, limits, { letters: 2, bytes: 0 }))).toBeNull()
    expect(await ids()).toEqual([first, third, fifth, sixth])
    expect(noRoom(await makeRoom(pool, { ...limits, most: 3 }, { letters: 5, bytes: 0 }))).toContain('3 dead letters')
    expect(await ids()).toEqual([first, third, sixth])
  })

  test('is counted in bytes too', async () => {
    await park(Array.from({ length: 4 }, (_, offset) => letter(offset, 'a', 'x'.repeat(10_000))))
    const [first, second, third, fourth] = await ids()
    await settle(first, 'discarded')
    await settle(second, 'discarded')
    const limits: LetterLimits = { most: 1_000, mostBytes: 45_000 }
    expect(noRoom(await makeRoom(pool, limits, { letters: 1, bytes: 10_000 }))).toBeNull()
    expect(await ids()).toEqual([second, third, fourth])
    const full = await makeRoom(pool, { ...limits, mostBytes: 20_000 }, { letters: 1, bytes: 10_000 })
    expect(noRoom(full)).toContain('DEAD_LETTERS_MAX_BYTES is 20000')
    expect(await ids()).toEqual([third, fourth])
  })

  test('is waited for: nothing is parked beyond it, and what waited goes on when somebody has decided', async () => {
    const partition = partitions++
    const told: number[] = []
    const stopped: string[] = []
    const error = (_fields: object, message: string) => void stopped.push(message)
    const log = { info: () => undefined, warn: () => undefined, error }
    const limits: LetterLimits = { most: 2, mostBytes: 1_000_000 }
    const consumer = new PartitionConsumer(
      { topic: TOPIC, partition },
      {
        ...{ pool, holder: newId(), limits, log, reachPoint: () => undefined },
        take: async ({ value }) =>
          String(value) === 'bad' ? { class: 'bad', message: 'it is bad' } : { orderId: 'o', refused: null },
        kept: ({ value }) => value,
        onTaken: ({ offset }) => told.push(offset),
      },
    )
    const stop = new AbortController()
    await consumer.claim(stop.signal)
    const visit = { signal: stop.signal, goesOn: () => true, done: () => undefined, seek: () => undefined }
    await consumer.handle(
      [record(partition, 0, 'bad'), record(partition, 1, 'bad'), record(partition, 2, 'good')],
      visit,
    )
    expect(told).toEqual([0, 1, 2])
    const waiting = consumer.handle([record(partition, 3, 'bad'), record(partition, 4, 'good')], visit)
    await eventually(() => stopped.length > 0)
    const [first] = await ids()
    expect([(await ids()).length, told, stopped.length]).toEqual([2, [0, 1, 2], 1])
    expect(noRoom(await readRoom(pool, limits))).toContain('2 dead letters are undecided')
    await settle(first, 'discarded')
    await waiting
    expect(told).toEqual([0, 1, 2, 3, 4])
    expect(await ids()).toHaveLength(2)
    expect(await ids()).not.toContain(first)
    expect(consumer.isDone(markOf(record(partition, 4, 'good')).offset)).toBe(true)
  })
})

test('header names are kept as the bytes that they are', async () => {
  const names = [Buffer.from([0xff, 0x00, 0xc3]), Buffer.from('näme'), Buffer.from('')]
  const headers = names.map((name): [Buffer, Buffer | null] => [name, Buffer.from('v')])
  await park([deadLetter(record(partitions, 0, 'x', headers), { class: 'a', message: 'm' })])
  const stored = await readLetter(pool, (await ids())[0] ?? 0)
  expect(stored?.headers.map(([name]) => name)).toEqual(names)
})

test('a letter that is retried over and over keeps its newest deeds', async () => {
  await park([letter(0, 'a')])
  const [id = 0] = await ids()
  for (let time = 0; time < 105; time++) {
    await settleLetter(pool, id, { state: 'parked', deed: { ...DEED, detail: String(time) } })
  }
  const history = (await readLetter(pool, id))?.history ?? []
  expect([history.length, history[0]?.detail, history.at(-1)?.detail]).toEqual([100, '5', '104'])
})
