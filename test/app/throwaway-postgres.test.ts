import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { isAlive } from '../../app/start/process-table.ts'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { query } from '../support/query.ts'

let leftToStop: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of leftToStop) await stop()
  leftToStop = []
})

describe('a throw-away Postgres', () => {
  test('restarted immediately keeps what was committed, on the same port with a new pid', async () => {
    const postgres = await startThrowawayPostgres({ durable: true })
    leftToStop.push(() => postgres.stop())
    await query(postgres.url, 'create table kept as select 42 as answer')
    const { pid, port, url } = postgres
    await postgres.restartImmediate()
    expect(postgres).toMatchObject({ port, url })
    expect(postgres.pid).not.toBe(pid)
    expect(await query(url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test('leaves nothing behind', async () => {
    const postgres = await startThrowawayPostgres({ settings: { max_connections: '7' } })
    const rows = await query(postgres.url, `select setting from pg_settings where name = 'data_directory'`)
    expect(await query(postgres.url, 'show max_connections')).toEqual([{ max_connections: '7' }])
    await postgres.stop()
    expect(existsSync(String(rows[0]?.['setting']))).toBe(false)
    expect(isAlive(postgres.pid)).toBe(false)
  })
})
