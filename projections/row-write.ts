/** A statement that writes rows, and what its answer means. */
import type { PoolClient } from '../store/postgres/database.ts'

export interface RowWrite {
  readonly name: string
  readonly text: string
  readonly values: readonly (Buffer | number)[]
  /** What the number that the statement returns means for the number of rows in the table. */
  readonly counts: 'inserted' | 'deleted'
}

/** Runs the statements and returns by how much the number of rows grew (or shrank, negative). */
export async function runWrites(client: PoolClient, writes: readonly RowWrite[]): Promise<number> {
  let grown = 0
  for (const write of writes) grown += grownBy(write, await sendWrite(client, write))
  return grown
}

/** Resolves with the number that the statement returns. */
export async function sendWrite(client: PoolClient, { name, text, values }: RowWrite): Promise<number> {
  const { rows } = await client.query<[number]>({ name, text, values: [...values], rowMode: 'array' })
  return rows[0]?.[0] ?? 0
}

export function grownBy({ counts }: RowWrite, count: number): number {
  return counts === 'inserted' ? count : -count
}
