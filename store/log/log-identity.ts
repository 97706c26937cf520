/** Which log this is: a UUID that it got when it was made. A copy of its events in another database is another log. */
import type pg from 'pg'

export async function readLogIdentity(db: Pick<pg.ClientBase, 'query'>): Promise<string> {
  const { rows } = await db.query<{ id: string }>('select id from log.identity')
  const [row] = rows
  if (row === undefined) throw new Error('the row of log.identity is missing')
  return row.id
}
