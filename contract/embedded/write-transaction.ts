/** One writer at a time, over any number of processes: what it reads stays so until it has committed. */
import pg from 'pg'

/** Everything that `work` writes is kept, or nothing when it throws. */
export async function writeTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    // Each statement after the lock has to see what was committed while it was waited for.
    await client.query('begin isolation level read committed')
    await client.query('select from registry.head for update')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    // What the server refuses may be the session's fault: one that was opened read-only stays so.
    broken = error instanceof pg.DatabaseError
    await client.query('rollback').catch(() => (broken = true))
    throw error
  } finally {
    client.release(broken)
  }
}
