/**
 * Checks that what is kept with commands' keys matches the log (laws 3 and 5): each key stands within it, the events up
 * to its position are those of its command, as many as it says and no more, and no command was kept under two keys.
 * The answers are not looked at: only the door that wrote one can read it.
 */
import type pg from 'pg'
import { IntegerTable } from './spill/integer-table.ts'
import { hashName } from './spill/name-hash.ts'
import { PARTS, Partitions } from './spill/partitions.ts'
import type { Spill } from './spill/spill-file.ts'
import { tally, type Check } from './tally.ts'
import type { Position } from '../store/commit/command.ts'

const PAGE = 1_000

interface KeyRow {
  readonly source: string
  readonly key: string
  readonly commandId: string
  /** How many its command wrote, as the row says. */
  readonly events: number
  readonly position: Position
  /** Of its command, among the events that the row claims. */
  readonly found: number
  /** Of its command, right before and behind those. */
  readonly beside: number
  /** The head when the row was read, in the same snapshot. */
  readonly head: Position
}

/** `keys`: of all keys at or before `until`, and of those claiming a position that the log does not have. */
export async function auditKeys(pool: pg.Pool, until: Position, spill: Spill): Promise<Check> {
  const keys = tally(3, 'keys')
  const commands = new Partitions(spill, 1)
  const place = new Float64Array(1)
  let after: Pick<KeyRow, 'source' | 'key'> = { source: '', key: '' }
  for (;;) {
    const rows = await readKeys(pool, after)
    for (const row of rows) {
      if (row.position > until && row.position <= row.head) continue // younger than this verification
      keys.count()
      const fault = faultOf(row)
      if (fault !== null) keys.breach(breachOf(row, fault))
      else {
        const { low, high } = hashName(row.commandId)
        place[0] = row.position
        commands.add(low, high, place)
      }
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) break
    after = last
  }
  const again = repeated(commands)
  const words = again[0] === undefined ? '' : await repeatedKey(pool, again[0])
  for (const position of again) keys.breach(words, position)
  return keys.check()
}

function breachOf({ key, source }: Pick<KeyRow, 'source' | 'key'>, fault: string): string {
  return `key ${key} of ${source}: ${fault}`
}

/** Positions of keys whose commands are kept under another key before. */
function repeated(commands: Partitions): readonly Position[] {
  const table = new IntegerTable(1)
  const found: Position[] = []
  for (let part = 0; part < PARTS; part++) {
    table.clear()
    commands.each(part, (low, high, cells, at) => {
      const row = table.rowOf(low, high)
      if (table.get(row, 0) === 1) found.push(cells[at] ?? 0)
      table.set(row, 0, 1)
    })
    commands.drop(part)
  }
  return found
}

function faultOf({ commandId, events, position, found, beside, head }: KeyRow): string | null {
  if (position > head || position < 0) return `its position ${position} is not in the log, which ends at ${head}`
  if (found !== events) {
    return `of the ${events} events up to position ${position}, ${found} are of its command ${commandId}`
  }
  return beside === 0
    ? null
    : `its command ${commandId} wrote more than the ${events} events up to position ${position}`
}

async function repeatedKey(pool: pg.Pool, position: Position): Promise<string> {
  const { rows } = await pool.query<{ source: string; key: string; command_id: string }>(
    'select source, key, command_id from log.commands where position = $1 order by source, key',
    [position],
  )
  const found = rows.find((row, index) => rows.findIndex(({ command_id }) => command_id === row.command_id) < index)
  if (found === undefined) return `two keys at position ${position} are of one command`
  return breachOf(found, `its command ${found.command_id} is already kept under another key`)
}

async function readKeys(pool: pg.Pool, after: Pick<KeyRow, 'source' | 'key'>): Promise<readonly KeyRow[]> {
  const { rows } = await pool.query<[string, string, string, number, string, number, number, string]>({
    name: 'verify-keys',
    text: `select c.source, c.key, c.command_id, c.events, c.position,
        (select count(*)::int from log.events e
          where e.position > c.position - c.events and e.position <= c.position and e.command_id = c.command_id),
        (select count(*)::int from log.events e
          where e.position in (c.position - c.events, c.position + 1) and e.command_id = c.command_id),
        h.position
      from log.commands c, log.log_head h
      where (c.source, c.key) > ($1, $2) order by c.source, c.key limit ${String(PAGE)}`,
    values: [after.source, after.key],
    rowMode: 'array',
  })
  return rows.map(([source, key, commandId, events, position, found, beside, head]) => ({
    ...{ source, key, commandId, events, found, beside },
    position: Number(position),
    head: Number(head),
  }))
}
