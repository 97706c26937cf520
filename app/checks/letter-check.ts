/** Looks whether there is room for records that cannot be handled: without it no order is read from Kafka. */
import type pg from 'pg'
import { noRoom, readRoom, type LetterLimits } from '../../kafka/letters/letter-room.ts'
import { failed, fine, type Check } from './check.ts'

/** None while the database has not got the tables. */
export async function checkLetters(pool: pg.Pool, limits: LetterLimits): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ present: boolean }>(
    `select to_regclass('log.letter_totals') is not null as present`,
  )
  if (rows[0]?.present !== true) return []
  const room = await readRoom(pool, limits)
  const reason = noRoom(room)
  if (reason === null) return [fine('dead letters', `${String(room.parked)} undecided of at most ${String(room.most)}`)]
  return [failed('dead letters', reason, 'orderledger dead-letters list, then retry or discard CAUSE')]
}
