/** A statement that writes rows, and what its answer means. */
import type { PoolClient } from '../store/postgres/database.ts'
import type { Statement, TextRow } from '../store/postgres/flight.ts'

export interface RowWrite extends Statement {
  /** What the number that the statement returns means for the number of rows in the table. */
  readonly counts: 'inserted' | 'deleted'
}

/** Runs the statements and returns by how much the number of rows grew (or shrank, negative). */
export async function runWrites(client: PoolClient, writes: readonly RowWrite[]): Promise<number> {
  let grown = 0
  for (const write of writes) {
    const { name, text, values } = write
    const { rows } = await client.query<[number]>({ name, text, values: [...values], rowMode: 'array' })
    grown += grownBy(write, rows[0]?.[0] ?? 0)
  }
  return grown
}

/** By its answer, where it was sent in a flight. */
export function rowsGrown(write: RowWrite, [row]: readonly TextRow[]): number {
  return grownBy(write, Number(row?.[0] ?? 0))
}

function grownBy({ counts }: RowWrite, count: number): number {
  return counts === 'inserted' ? count : -count
}
