/** What the readers know, in Postgres: the state of a partition, and the sums of all, saved in one transaction with its offset. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { QueryConfig } from 'pg'
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { USER_EVENT_TYPES } from '../../schemas/behaviour/user-event.ts'
import type { Counts } from './counts.ts'
import { packSessions, unpackSessions } from '../sessions/packed-sessions.ts'
import { PartitionState } from './partition-state.ts'
import { STAGES } from '../sessions/session.ts'

export interface SavedPartition {
  readonly partition: number
  /** Of the next record to be folded. */
  readonly foldedTo: number
  readonly saves: number
  readonly state: PartitionState
}

/** Another reader has saved in the meantime: what this one has counted is counted there. */
export class SavedByAnother extends Error {
  readonly code = 'saved-by-another'
  readonly retriable = true
}

/** In turns. `most`: only those with at most this many open sessions. */
export async function loadPartitions(pool: Pool, most = Infinity): Promise<readonly SavedPartition[]> {
  const { rows } = await pool.query<{
    partition: number
    folded_to: string
    saves: string
    newest: Date | null
    state: Buffer | null
  }>(
    'select partition, folded_to, saves, newest, state from behaviour.partitions where open <= $1 order by partition',
    [Math.min(most, 2 ** 31 - 1)],
  )
  const partitions: SavedPartition[] = []
  for (const { partition, folded_to, saves, newest, state: packed } of rows) {
    const state = new PartitionState(newest?.getTime() ?? null)
    if (packed !== null) for await (const sessions of unpackSessions(packed)) state.restore(sessions)
    partitions.push({ partition, foldedTo: Number(folded_to), saves: Number(saves), state })
  }
  return partitions
}

export interface Saving extends Omit<SavedPartition, 'state'> {
  readonly newest: number | null
  /** Open sessions. */
  readonly open: number
  /** `packSessions`; null: no session is open. */
  readonly packed: Buffer | null
  readonly counts: Counts
}

/** In turns: nothing may be folded into the state meanwhile. What it has counted is taken from it. */
export async function savingOf({ state, ...of }: SavedPartition): Promise<Saving> {
  const { newest, open } = state
  const packed = open === 0 ? null : await packSessions(state.save())
  return { ...of, newest, open, packed, counts: state.takeCounts() }
}

/** Rejects with SavedByAnother, having written nothing, where somebody saved on what `saves` of a partition names. */
export async function savePartitions(pool: Pool, saving: readonly Saving[]): Promise<void> {
  // Before it begins: a transaction that waits for this process holds up others, and is ended after a while.
  const sums = await sumsOf(saving.map(({ counts }) => counts))
  const client = await pool.connect()
  let failed: Error | undefined
  try {
    await client.query('begin')
    for (const one of saving) await savePartition(client, one)
    for (const statement of sums) await client.query(statement)
    await client.query('commit')
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // One that failed in the middle is closed: its transaction goes with it.
    client.release(failed)
  }
}

async function savePartition(client: PoolClient, { partition, foldedTo, saves, ...state }: Saving): Promise<void> {
  const { newest, open, packed } = state
  const { rowCount } = await client.query({
    name: 'save-behaviour',
    text: `update behaviour.partitions set folded_to = $2, saves = $3 + 1, newest = $4, open = $5, state = $6
      where partition = $1 and saves = $3`,
    values: [...[partition, foldedTo, saves, newest === null ? null : new Date(newest), open, packed]],
  })
  if (rowCount !== 1) throw new SavedByAnother(`partition ${String(partition)} was saved by another reader`)
}

/** Statements that add them, in the order of their keys: other writers wait, and never in a ring. */
async function sumsOf(all: readonly Counts[]): Promise<readonly QueryConfig[]> {
  const totals = new Sums('totals', ['name text'], ['total'])
  const funnel = new Sums('funnel', ['day date', 'name text'], ['sessions'])
  const minutes = new Sums('minutes', ['minute timestamptz', 'type text'], ['events'])
  const lengths = new Sums('lengths', ['measure text', 'value integer'], ['sessions'])
  const pairs = new Sums('pairs', ['sku text', 'other text', 'epoch date'], ['sessions'])
  const products = new Sums('products', ['sku text'], ['views', 'carts'])
  for (const counts of all) {
    for (const [name, total] of Object.entries(counts.totals)) totals.add([name], total)
    for (const [day, { sessions, stages, strict }] of counts.days) {
      funnel.add([date(day), 'sessions'], sessions)
      for (const [index, stage] of STAGES.entries()) {
        funnel.add([date(day), stage], stages[index] ?? 0)
        funnel.add([date(day), `strict ${stage}`], strict[index] ?? 0)
      }
    }
    for (const [minute, byType] of counts.minutes) {
      for (const [index, type] of USER_EVENT_TYPES.entries()) {
        minutes.add([new Date(minute).toISOString(), type], byType[index] ?? 0)
      }
    }
    for (const [seconds, sessions] of counts.seconds) lengths.add(['seconds', String(seconds)], sessions)
    for (const [events, sessions] of counts.lengths) lengths.add(['events', String(events)], sessions)
    for (const [sku, { views, carts }] of counts.products) products.add([sku], views, carts)
    await nextTurn()
    let added = 0
    for (const { epoch, sku, other, sessions } of counts.pairs.values()) {
      pairs.add([sku, other, date(epoch)], sessions)
      if ((added += 1) % ROWS === 0) await nextTurn()
    }
  }
  const statements: QueryConfig[] = []
  for (const sums of [totals, funnel, minutes, lengths, pairs, products]) statements.push(...(await sums.statements()))
  return statements
}

/** Of one statement: far from what it may take, and some milliseconds of work here. */
const ROWS = 5_000

interface Row {
  readonly key: readonly string[]
  readonly sums: number[]
}

/** Sums by a key of texts. */
class Sums {
  readonly #table: string
  /** Name and type of each part of the key. */
  readonly #columns: readonly string[]
  readonly #names: readonly string[]
  /** By the first part of the key, then by the others: sorted in small portions. */
  readonly #rows = new Map<string, Map<string, Row>>()

  /** `names`: of the columns of sums. */
  constructor(table: string, columns: readonly string[], names: readonly string[]) {
    this.#table = table
    this.#columns = columns
    this.#names = names
  }

  add(key: readonly string[], ...more: readonly number[]): void {
    if (more.every((sum) => sum === 0)) return
    const [first = '', ...others] = key
    let rows = this.#rows.get(first)
    if (rows === undefined) this.#rows.set(first, (rows = new Map()))
    const name = others.join('\n')
    const known = rows.get(name)
    if (known === undefined) rows.set(name, { key, sums: [...more] })
    else for (const [index, sum] of more.entries()) known.sums[index] = (known.sums[index] ?? 0) + sum
  }

  /** In turns. */
  async statements(): Promise<readonly QueryConfig[]> {
    const statements: QueryConfig[] = []
    let rows: Row[] = []
    for (const [, portion] of [...this.#rows].toSorted(byName)) {
      for (const [, row] of [...portion].toSorted(byName)) {
        rows.push(row)
        if (rows.length < ROWS) continue
        statements.push(this.#statement(rows))
        rows = []
        await nextTurn()
      }
    }
    if (rows.length > 0) statements.push(this.#statement(rows))
    return statements
  }

  #statement(rows: readonly Row[]): QueryConfig {
    const keys = this.#columns.map((column) => column.slice(0, column.indexOf(' '))).join(', ')
    const types = [
      ...this.#columns.map((column) => column.slice(column.indexOf(' ') + 1)),
      ...this.#names.map(() => 'bigint'),
    ]
    const arrays = types.map((type, index) => `$${String(index + 1)}::${type}[]`).join(', ')
    const added = this.#names.map((name) => `${name} = had.${name} + excluded.${name}`).join(', ')
    return {
      name: `add-behaviour-${this.#table}`,
      text: `insert into behaviour.${this.#table} as had (${keys}, ${this.#names.join(', ')})
        select * from unnest(${arrays}) on conflict (${keys}) do update set ${added}`,
      values: [
        ...this.#columns.map((_column, index) => rows.map(({ key }) => key[index])),
        ...this.#names.map((_name, index) => rows.map(({ sums }) => sums[index])),
      ],
    }
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

function date(millis: number): string {
  return new Date(millis).toISOString().slice(0, 10)
}
