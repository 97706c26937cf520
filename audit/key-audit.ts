/**
 * Checks that the answers kept with commands' keys match the events (laws 3 and 5): each stands within the log, what a
 * 2xx names is in the log at or before its position, and nothing was created by two keys.
 */
import type pg from 'pg'
import { IntegerTable } from './integer-table.ts'
import { tally, type Check } from './tally.ts'
import type { EventType, StreamKind } from '../schemas/events.ts'
import { readAs } from '../schemas/upcast.ts'
import { int8Array, textArray } from '../store/postgres/binary-array.ts'
import type { Position } from '../store/commit/command.ts'

const PAGE = 1_000

interface KeyRow {
  readonly source: string
  readonly key: string
  readonly status: number
  readonly headers: string
  readonly body: string
  readonly position: Position
  /** The head when the row was read, in the same snapshot. */
  readonly head: Position
}

/** The stream that an answer speaks of, and how that must have begun. */
interface Claim {
  readonly row: KeyRow
  readonly stream: string
  readonly firstType: string
  /** True when this very command must have begun it. */
  readonly created: boolean
}

const CREATED = 201
const UNPROCESSABLE = 422

interface Place {
  readonly path: string
  readonly kind: StreamKind
  /** Or one that was retired and is read as it. */
  readonly firstType: EventType
  readonly once: boolean
}

/**
 * Where the things that answers name are found, and the event that begins their streams. `once`: only what creates it
 * is answered with 201; a receipt of stock is too, and names its product.
 */
const PLACES: readonly Place[] = [
  { path: '/orders/', kind: 'order', firstType: 'OrderPlaced', once: true },
  { path: '/products/', kind: 'inventory', firstType: 'ProductListed', once: false },
  { path: '/customers/', kind: 'customer', firstType: 'CustomerRegistered', once: true },
]

/** `keys`: of all answers at or before `until`, and of those claiming a position that the log does not have. */
export async function auditKeys(pool: pg.Pool, until: Position): Promise<Check> {
  const keys = tally(3, 'keys')
  const creations = new IntegerTable(1)
  let after: Pick<KeyRow, 'source' | 'key'> = { source: '', key: '' }
  for (;;) {
    const rows = await readKeys(pool, after)
    const claims: Claim[] = []
    for (const row of rows) {
      const beyond = row.position > row.head
      if (row.position > until && !beyond) continue // younger than this verification
      keys.count()
      if (beyond || row.position < 0) {
        keys.breach(`${nameOf(row)}: its position ${row.position} is not in the log, which ends at ${row.head}`)
        continue
      }
      const claim = claimOf(row)
      if (claim === 'unreadable') keys.breach(`${nameOf(row)}: its answer cannot be read`)
      else if (claim !== null) claims.push(claim)
    }
    for (const { claim, fault } of await faultsOf(pool, claims)) {
      const words = fault ?? repeated(claim, creations)
      if (words !== null) keys.breach(`${nameOf(claim.row)}: ${words}`)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return keys.check()
    after = last
  }
}

/** What an answer says about the log; null when it names nothing. */
function claimOf(row: KeyRow): Claim | 'unreadable' | null {
  const headers = parsedObject(row.headers)
  const body = parsedObject(row.body)
  if (headers === null || body === null) return 'unreadable'
  if (row.status >= 200 && row.status < 300) {
    const { location } = headers
    const place = PLACES.find(({ path }) => typeof location === 'string' && location.startsWith(path))
    if (place === undefined) return null
    const stream = `${place.kind}-${String(location).slice(place.path.length)}`
    return { row, stream, firstType: place.firstType, created: place.once && row.status === CREATED }
  }
  // Only a rejected order, which is recorded, answers 422 with its id; it may have been rejected by an earlier command.
  if (row.status !== UNPROCESSABLE || typeof body['orderId'] !== 'string') return null
  return { row, stream: `order-${body['orderId']}`, firstType: 'OrderRejected', created: false }
}

function repeated({ stream, created }: Claim, creations: IntegerTable): string | null {
  if (!created) return null
  const row = creations.row(stream)
  const before = creations.get(row, 0)
  creations.set(row, 0, 1)
  return before === 0 ? null : `${stream} was created by another key already`
}

type Beginning = readonly [index: number, type: string, position: string, byCommandAtPosition: boolean | null]

/** Each claim with what the log says against it; null when it holds. */
async function faultsOf(
  pool: pg.Pool,
  claims: readonly Claim[],
): Promise<readonly { readonly claim: Claim; readonly fault: string | null }[]> {
  if (claims.length === 0) return []
  const { rows } = await pool.query<[...Beginning]>({
    name: 'verify-claims',
    text: `select claim.index::int, e.type, e.position, e.command_id = answered.command_id
      from unnest($1::text[], $2::bigint[]) with ordinality as claim(stream, position, index)
      join log.events e on e.stream = claim.stream and e.version = 1
      left join log.events answered on answered.position = claim.position`,
    values: [textArray(claims.map(({ stream }) => stream)), int8Array(claims.map(({ row }) => row.position))],
    rowMode: 'array',
  })
  const beginnings = new Map<number, Beginning>(rows.map((beginning) => [beginning[0] - 1, beginning]))
  return claims.map((claim, index) => ({ claim, fault: faultOf(claim, beginnings.get(index)) }))
}

function faultOf({ row, stream, firstType, created }: Claim, beginning: Beginning | undefined): string | null {
  if (beginning === undefined) return `it names ${stream}, which is not in the log`
  const [, type, position, byCommandAtPosition] = beginning
  if (!readAs(type).includes(firstType)) return `it says ${stream} began with ${firstType}, the log says ${type}`
  if (Number(position) > row.position) return `${stream} began at position ${position}, after ${row.position}`
  if (!created || byCommandAtPosition === true) return null
  return `it says it created ${stream}, but another command stands at its position ${row.position}`
}

async function readKeys(pool: pg.Pool, after: Pick<KeyRow, 'source' | 'key'>): Promise<readonly KeyRow[]> {
  const { rows } = await pool.query<[string, string, number, string, string, string, string]>({
    name: 'verify-keys',
    text: `select c.source, c.key, c.status, c.headers, c.body, c.position, h.position
      from log.commands c, log.log_head h
      where (c.source, c.key) > ($1, $2) order by c.source, c.key limit ${String(PAGE)}`,
    values: [after.source, after.key],
    rowMode: 'array',
  })
  return rows.map(([source, key, status, headers, body, position, head]) => ({
    ...{ source, key, status, headers, body },
    position: Number(position),
    head: Number(head),
  }))
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null
  } catch {
    return null
  }
}

function nameOf({ source, key }: KeyRow): string {
  return `key ${key} of ${source}`
}
