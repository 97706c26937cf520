/**
 * Law 7: every projection's rows equal a fold of the log up to its checkpoint. The fold takes the shortest way, event
 * by event into maps: all that it shares with the projector is `apply`.
 */
import type { Position } from '../store/commit/command.ts'
import type { Pool, PoolClient } from '../store/postgres/database.ts'
import { compareTable } from './compare-table.ts'
import { copyView, dropCopies, type ViewCopy } from './copy-views.ts'
import { foldLog, type LogFold, type Share } from './fold-log.ts'
import type { Projection } from '../projections/projection.ts'

/** About 400 bytes each. */
const ROWS_IN_MEMORY = 500_000

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
  /** With more rows than this the log is read several times, each time for a share of the keys. */
  readonly rowsInMemory?: number
  /** Told after each page of the log; `of` counts the log once for each time it is read. */
  readonly onProgress?: (progress: { readonly events: number; readonly of: number }) => void
}

/** One check for each projection, in their order. Rejects when the database does. */
export async function verifyProjections(parts: VerifyProjections): Promise<readonly ProjectionCheck[]> {
  const client = await parts.pool.connect()
  try {
    const checks = await verify(client, parts)
    await dropCopies(client)
    client.release()
    return checks
  } catch (error) {
    client.release(true)
    throw error
  }
}

async function verify(client: PoolClient, parts: VerifyProjections): Promise<readonly ProjectionCheck[]> {
  const { pool, projections, onProgress, rowsInMemory = ROWS_IN_MEMORY } = parts
  const copies = new Map<Projection, ViewCopy>()
  for (const projection of projections) {
    const copy = await copyView(client, projection)
    if (copy !== null) copies.set(projection, copy)
  }
  const found = [...copies.values()]
  const breaches = new Map(found.map((copy) => [copy.projection, miscounted(copy)]))
  const shares = Math.max(1, Math.ceil(found.reduce((sum, copy) => sum + countRows(copy), 0) / rowsInMemory))
  const end = found.reduce((last, { position }) => Math.max(last, position), 0)
  for (let index = 0; index < shares; index++) {
    const share = { index, of: shares }
    const onPage = (position: Position) => onProgress?.({ events: index * end + position, of: shares * end })
    const fold = await foldLog({ pool, copies: found, share, onPage })
    for (const copy of found) {
      const breach =
        breaches.get(copy.projection) ?? fold.breaches.get(copy) ?? (await compare(client, copy, fold, share))
      breaches.set(copy.projection, breach)
    }
  }
  return projections.map((projection) => {
    const copy = copies.get(projection)
    const { name } = projection
    if (copy === undefined)
      return { projection: name, position: 0, rows: 0, breach: `${name} has no tables of its version` }
    return {
      projection: name,
      position: copy.position,
      rows: countRows(copy),
      breach: breaches.get(projection) ?? null,
    }
  })
}

async function compare(client: PoolClient, copy: ViewCopy, fold: LogFold, share: Share): Promise<string | null> {
  const folded = fold.tables.get(copy)
  if (folded === undefined) throw new Error(`${copy.projection.name} was not folded`)
  for (const { table } of copy.tables) {
    const breach = await compareTable(client, { table, expected: folded.rows(table), share })
    if (breach !== null) return breach
  }
  return null
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
