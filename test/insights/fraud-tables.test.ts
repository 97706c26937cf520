/** What the reactor `fraud` keeps in tables belongs to the process that moved its checkpoint. */
import { expect, test } from 'vitest'
import { openFraudFolding } from '../../reactors/fraud/fraud-folding.ts'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase } from '../support/database.ts'

test('a process that lost its lease before it began empties nothing of the one that has read on', async ({
  onTestFinished,
}) => {
  const database = await testDatabase()
  const pool = openPool(database.url, { name: 'test', max: 2 })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  const tables = async () => (await pool.query<{ table_name: string }>('select table_name from log.fraud_scorer')).rows
  await pool.query(`insert into log.fraud_scorer (now_ms, table_name, content) values (1, 'table-1', '{}')`)
  await pool.query(`insert into log.checkpoints (reader, position) values ('reactor fraud', 0)`)
  // Another process reads on, and this one waits for it.
  const other = await pool.connect()
  await other.query(`begin; update log.checkpoints set position = 500 where reader = 'reactor fraud'`)
  const opening = expect(openFraudFolding(pool, 0, null)).rejects.toMatchObject({
    code: 'read-by-another',
    retriable: true,
  })
  await other.query('commit')
  other.release()
  await opening
  expect(await tables()).toEqual([{ table_name: 'table-1' }])
  // Of no log, or of another one: its first event is still to be read.
  await pool.query(`update log.checkpoints set position = 0 where reader = 'reactor fraud'`)
  await openFraudFolding(pool, 0, null)
  expect(await tables()).toEqual([])
})
