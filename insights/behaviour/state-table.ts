/** What the readers know, in Postgres: the state of a partition, and the sums of all, saved in one transaction with its offset. */
import { compress, uncompress } from 'lz4-napi'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { USER_EVENT_TYPES } from '../../schemas/behaviour/user-event.ts'
import type { Counts } from './counts.ts'
import { packSessions, unpackSessions } from './packed-sessions.ts'
import type { SavedState } from './partition-state.ts'
import { STAGES } from './session.ts'

export interface SavedPartition {
  readonly partition: number
  /** Of the next record to be folded. */
  readonly foldedTo: number
  readonly saves: number
  readonly state: SavedState
}

/** Another reader has saved in the meantime: what this one has counted is counted there. */
export class SavedByAnother extends Error {
  readonly code = 'saved-by-another'
  readonly retriable = true
}

/** `most`: only those with at most so many open sessions. */
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
  for (const { partition, folded_to, saves, newest, state } of rows) {
    const sessions = state === null ? { names: [], sessions: [] } : unpackSessions(await uncompress(state))
    partitions.push({
      ...{ partition, foldedTo: Number(folded_to), saves: Number(saves) },
      state: { newest: newest?.getTime() ?? null, ...sessions },
    })
    await nextTurn()
  }
  return partitions
}

export interface Saving extends Omit<SavedPartition, 'state'> {
  readonly newest: number | null
  /** Open sessions. */
  readonly open: number
  /** `packState`; null: no session is open. */
  readonly packed: Buffer | null
  readonly counts: Counts
}

/** Half a million sessions are 80 MB: others have their turn in the event loop before it goes on. */
export async function packState({ newest, ...saved }: SavedState): Promise<Pick<Saving, 'newest' | 'open' | 'packed'>> {
  const open = saved.sessions.length
  const packed = open === 0 ? null : await compress(packSessions(saved))
  await nextTurn()
  return { newest, open, packed }
}

/** Rejects with SavedByAnother, having written nothing, where somebody saved on what `saves` of a partition names. */
export async function savePartitions(pool: Pool, saving: readonly Saving[]): Promise<void> {
  const client = await pool.connect()
  let failed: Error | undefined
  try {
    await client.query('begin')
    for (const one of saving) await savePartition(client, one)
    await addCounts(
      client,
      saving.map(({ counts }) => counts),
    )
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

/** Rows of sums, by their table, in the order of their keys: whoever else writes waits, and never in a ring. */
async function addCounts(client: PoolClient, all: readonly Counts[]): Promise<void> {
  const totals = new Sums()
  const funnel = new Sums()
  const minutes = new Sums()
  const lengths = new Sums()
  const products = new Map<string, [number, number]>()
  const pairs = new Sums()
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
    for (const [sku, { views, carts }] of counts.products) {
      const [before, beforeCarts] = products.get(sku) ?? [0, 0]
      products.set(sku, [before + views, beforeCarts + carts])
    }
    for (const { epoch, sku, other, sessions } of counts.pairs.values()) pairs.add([sku, other, date(epoch)], sessions)
  }
  await totals.write(client, 'totals', ['name text'], 'total')
  await funnel.write(client, 'funnel', ['day date', 'name text'], 'sessions')
  await minutes.write(client, 'minutes', ['minute timestamptz', 'type text'], 'events')
  await lengths.write(client, 'lengths', ['measure text', 'value integer'], 'sessions')
  await pairs.write(client, 'pairs', ['sku text', 'other text', 'epoch date'], 'sessions')
  if (products.size === 0) return
  const rows = [...products].toSorted(([one], [other]) => (one < other ? -1 : 1))
  await client.query({
    name: 'add-behaviour-products',
    text: `insert into behaviour.products as had (sku, views, carts)
      select * from unnest($1::text[], $2::bigint[], $3::bigint[])
      on conflict (sku) do update set views = had.views + excluded.views, carts = had.carts + excluded.carts`,
    values: [rows.map(([sku]) => sku), rows.map(([, [views]]) => views), rows.map(([, [, carts]]) => carts)],
  })
}

/** Sums by a key of texts. */
class Sums {
  readonly #sums = new Map<string, { readonly key: readonly string[]; sum: number }>()

  add(key: readonly string[], more: number): void {
    if (more === 0) return
    const name = key.join('\n')
    const known = this.#sums.get(name)
    if (known === undefined) this.#sums.set(name, { key, sum: more })
    else known.sum += more
  }

  /** `columns`: name and type of each part of the key. */
  async write(client: PoolClient, table: string, columns: readonly string[], sum: string): Promise<void> {
    if (this.#sums.size === 0) return
    const rows = [...this.#sums].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
    const names = columns.map((column) => column.slice(0, column.indexOf(' '))).join(', ')
    const arrays = columns.map((column, index) => `$${String(index + 1)}::${column.slice(column.indexOf(' ') + 1)}[]`)
    await client.query({
      name: `add-behaviour-${table}`,
      text: `insert into behaviour.${table} as had (${names}, ${sum})
        select * from unnest(${arrays.join(', ')}, $${String(columns.length + 1)}::bigint[])
        on conflict (${names}) do update set ${sum} = had.${sum} + excluded.${sum}`,
      values: [...columns.map((_column, index) => rows.map(({ key }) => key[index])), rows.map((row) => row.sum)],
    })
  }
}

function date(millis: number): string {
  return new Date(millis).toISOString().slice(0, 10)
}
