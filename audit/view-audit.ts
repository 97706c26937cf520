/**
 * Law 7: every projection's rows equal a fold of the log up to its checkpoint. The fold takes the shortest way, event by
 * event; all that it shares with the projector is `apply`. For the net of sales there is a second formula, which shares nothing.
 */
import { compareDigests, compareTable } from './compare-table.ts'
import { copiedRows, copyView, dropCopies, type ViewCopy } from './copy-views.ts'
import { NetFold, type NetRow } from './orders/net-fold.ts'
import type { Spill } from './spill/spill-file.ts'
import { keyWritten, readProjected, ViewFold } from './view-fold.ts'
import { walkLog } from './walk-log.ts'
import type { Projection, Table } from '../projections/projection.ts'
import type { Key } from '../projections/row-key.ts'
import { DecodeError } from '../schemas/codec-errors.ts'
import type { DomainEvent } from '../schemas/events.ts'
import type { Position } from '../store/commit/command.ts'
import type { RecordedEvent } from '../store/log/feed.ts'
import { readRecorded } from '../store/log/read-log.ts'
import type { Pool, PoolClient } from '../store/postgres/database.ts'

const ROWS_IN_MEMORY = 50_000

export interface ProjectionCheck {
  readonly projection: string
  /** The checkpoint that was verified. */
  readonly position: Position
  readonly rows: number
  /** The first thing that is not as it should be; null when all is. Never tells texts, which may be personal. */
  readonly breach: string | null
}

export interface VerifyProjections {
  /** At least two connections. */
  readonly pool: Pool
  readonly projections: readonly Projection[]
  readonly spill: Spill
  /** Of each table, before they are spilled. */
  readonly rowsInMemory?: number
}

export interface ViewAudit {
  /** How far the log is needed. */
  readonly end: Position
  /** The next event; `today`: as it is read, null when that is not known yet. */
  see(stored: RecordedEvent, today: readonly DomainEvent[] | null): void
  /** One check for each projection, in their order. */
  finish(): Promise<readonly ProjectionCheck[]>
}

/** Copies the rows, through a connection that `work` needs until its end. Rejects when the database does. */
export async function withViewAudit<Result>(
  parts: VerifyProjections,
  work: (audit: ViewAudit) => Promise<Result>,
): Promise<Result> {
  const client = await parts.pool.connect()
  try {
    const result = await work(await openAudit(client, parts))
    await dropCopies(client)
    client.release()
    return result
  } catch (error) {
    client.release(true)
    throw error
  }
}

/** The same for the rows alone, over a log that is read for nothing else. */
export function verifyProjections(parts: VerifyProjections): Promise<readonly ProjectionCheck[]> {
  return withViewAudit(parts, async (audit) => {
    await walkLog({ pool: parts.pool, head: audit.end }, (stored) => audit.see(stored, null))
    return audit.finish()
  })
}

async function openAudit(client: PoolClient, parts: VerifyProjections): Promise<ViewAudit> {
  const { pool, projections, spill, rowsInMemory = ROWS_IN_MEMORY } = parts
  const folds = new Map<Projection, ViewFold>()
  for (const projection of projections) {
    const copy = await copyView(client, projection)
    if (copy !== null) folds.set(projection, new ViewFold(copy, { spill, rowsInMemory }))
  }
  const found = [...folds.values()]
  const sold = found.find(({ copy }) => copy.projection.name === SALES)
  const nets = new NetFold()
  const end = found.reduce((last, { copy }) => Math.max(last, copy.position), 0)

  return {
    end,
    see(stored, today) {
      if (stored.position > end) return
      const read = today ?? readProjected(stored)
      for (const fold of found) fold.see(stored, read)
      if (read instanceof DecodeError || sold === undefined || stored.position > sold.copy.position) return
      for (const event of read) nets.see(event, stored.recordedAt)
    },
    async finish() {
      const checks: ProjectionCheck[] = []
      for (const projection of projections) {
        const fold = folds.get(projection)
        const { name } = projection
        if (fold === undefined) {
          checks.push({ projection: name, position: 0, rows: 0, breach: `${name} has no tables of its version` })
        } else {
          const breach =
            miscounted(fold.copy) ??
            fold.breach ??
            (await compare(client, pool, fold)) ??
            (fold === sold ? await netBreach(client, nets, fold.copy) : null)
          checks.push({ projection: name, position: fold.copy.position, rows: countRows(fold.copy), breach })
        }
      }
      return checks
    },
  }
}

async function compare(client: PoolClient, pool: Pool, fold: ViewFold): Promise<string | null> {
  for (const { table } of fold.copy.tables) {
    const digests = fold.digests.get(table)
    const breach =
      digests === undefined
        ? await compareTable(client, table, fold.newest.rows(table))
        : await compareDigests(client, digests, (at, wanted) => keyAt(pool, fold.copy, { table, at, wanted }))
    if (breach !== null) return breach
  }
  return null
}

/** Of the projection whose figures have a second formula. */
const SALES = 'sales'
const NET_TABLES = { sales_breakdowns: 'all-time', sales_hourly: 'hourly' } as const

async function netBreach(client: PoolClient, nets: NetFold, { tables }: ViewCopy): Promise<string | null> {
  for (const [name, of] of Object.entries(NET_TABLES)) {
    const table = tables.find((each) => each.table.name === name)?.table
    if (table === undefined) return `${SALES} has no table ${name}`
    const rows: NetRow[] = []
    for await (const [key, { net }] of copiedRows(client, table)) rows.push({ key: String(key), net: BigInt(net ?? 0) })
    const breach = nets.breach(rows, of)
    if (breach !== null) return breach
  }
  return nets.contradiction()
}

interface Wanted {
  readonly table: Table
  readonly at: Position
  readonly wanted: (key: Key) => boolean
}

async function keyAt(pool: Pool, copy: ViewCopy, { table, at, wanted }: Wanted): Promise<Key | null> {
  const [stored] = await readRecorded(pool, at - 1, 1)
  const read = stored === undefined ? [] : readProjected(stored)
  if (stored === undefined || read instanceof DecodeError) return null
  return keyWritten(
    copy,
    table,
    read.map((event) => ({ ...stored, event })),
    wanted,
  )
}

function miscounted({ tables }: ViewCopy): string | null {
  const wrong = tables.find(({ countFound, countKept }) => countFound !== countKept)
  if (wrong === undefined) return null
  const { table, countFound, countKept } = wrong
  return `${table.name} has ${String(countFound)} rows, but its checkpoint counts ${String(countKept)}`
}

function countRows({ tables }: ViewCopy): number {
  return tables.reduce((sum, { countFound }) => sum + countFound, 0)
}
