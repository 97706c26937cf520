/** Compares one row of a read model with its stream, and heals it, in the database itself. */
import { StartFailure } from '../../app/start-failure.ts'
import { projections } from '../../projections/views/list.ts'
import { checkRow, type CheckedRow } from '../../projections/replay/check-row.ts'
import { openPool } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'

export interface OneRow {
  readonly name: string
  readonly key: string
  readonly heal: boolean
}

/** Exits with 1 when the row differs and is left as it is. */
export async function checkOneRow(context: CommandContext, { name, key, heal }: OneRow): Promise<void> {
  const projection = projections.find(
    (each) => each.name === name && each.tables.some(({ owners }) => owners !== undefined),
  )
  if (projection === undefined) {
    const owned = projections.filter(({ tables }) => tables.some(({ owners }) => owners !== undefined))
    throw new StartFailure({
      code: 'rows-without-owner',
      exitCode: 2,
      what: `the keys of ${name} do not name the streams of its rows`,
      tried: `to compare the row ${key} with its streams`,
      next: `one of: ${owned.map((each) => each.name).join(', ')}; or orderledger projections check ${name}`,
    })
  }
  const checked = await withDatabase(context, { command: 'projections check', create: false }, async ({ url }) => {
    const pool = openPool(url, { name: 'check row', max: 1 })
    try {
      await requireSchema(pool)
      return await checkRow({ pool, projection, key, heal })
    } finally {
      await pool.end()
    }
  })
  if (checked === null) throw new Error(`${name} has no table whose keys name streams`)
  context.output.result(checked, () => textOf(name, key, checked))
  if (checked.difference !== null && !checked.healed) context.exitWith(1)
}

function textOf(name: string, key: string, { position, difference, healed }: CheckedRow): string {
  if (difference === null) return `${name} ${key} matches its stream at position ${String(position)}`
  const columns = difference.columns.map(
    ({ column, live, rebuilt }) => `  ${column}: ${String(live)} -> ${String(rebuilt)}`,
  )
  const next = healed ? 'healed' : `Next: orderledger projections check ${name} --key ${key} --heal`
  return [`${name} ${key} is ${difference.kind} at position ${String(position)}`, ...columns, next].join('\n')
}
