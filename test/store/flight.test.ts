import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientConfig } from '../../store/postgres/database.ts'
import { sendFlight, type Statement } from '../../store/postgres/flight.ts'
import { textArray } from '../../store/postgres/binary-array.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let client: pg.Client

beforeEach(async () => {
  database = await testDatabase()
  client = await connected()
  await client.query('create table kept (name text primary key)')
})

afterEach(async () => {
  await client.end()
  await database.drop()
})

async function connected(): Promise<pg.Client> {
  const made = new pg.Client(clientConfig(database.url, { name: 'test' }))
  made.on('error', () => undefined)
  await made.connect()
  return made
}

const BEGIN: Statement = { name: 'begin', text: 'begin', values: [] }
const COMMIT: Statement = { name: 'commit', text: 'commit', values: [] }

function keep(name: string): Statement {
  return { name: 'keep', text: 'insert into kept values ($1) returning name', values: [name] }
}

async function kept(): Promise<readonly string[]> {
  const other = await connected()
  const { rows } = await other.query<{ name: string }>('select name from kept order by name')
  await other.end()
  return rows.map(({ name }) => name)
}

describe('a flight', () => {
  test('has an answer for each statement, each value as a text', async () => {
    const values = [textArray(['b', null]), '7']
    const statement = { name: 'some', text: 'select x, $2::int + 1 from unnest($1::text[]) as x', values }
    for (let time = 0; time < 3; time++) {
      const answers = await Promise.all(sendFlight(client, [BEGIN, statement, keep(`k${String(time)}`), COMMIT]))
      expect(answers).toEqual([[], [['b', '8'], [null, '8']], [[`k${String(time)}`]], []]) // prettier-ignore
    }
    expect(await kept()).toEqual(['k0', 'k1', 'k2'])
  })

  test('comes to nothing behind a statement that fails: its commit is skipped, what was answered before stays answered', async () => {
    await Promise.all(sendFlight(client, [keep('k')]))
    const sent = sendFlight(client, [BEGIN, keep('one'), keep('k'), keep('two'), COMMIT])
    const results = await Promise.allSettled(sent)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected'])
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    expect(reasons[0]).toMatchObject({ code: '23505' })
    expect(new Set(reasons).size).toBe(1)
    expect(await kept()).toEqual(['k'])
    expect(client.getTransactionStatus()).toBe('E')
  })

  test('can follow one that failed, whatever of that was prepared', async () => {
    const failing: Statement = { name: 'fails', text: 'select 1 / $1::int', values: ['0'] }
    await Promise.allSettled(sendFlight(client, [failing, keep('never')]))
    const answers = sendFlight(client, [{ ...failing, values: ['1'] }, keep('later')])
    expect(await Promise.all(answers)).toEqual([[['1']], [['later']]])
  })

  test('prepares another text of the same name, and shares no names with queries of the driver', async () => {
    const named = (text: string): Statement => ({ name: 'same', text, values: [] })
    await client.query({ name: 'same', text: 'select 0' })
    expect(await Promise.all(sendFlight(client, [named('select 1'), named('select 2')]))).toEqual([[['1']], [['2']]])
    expect(await Promise.all(sendFlight(client, [named('select 1')]))).toEqual([[['1']]])
    expect((await client.query({ name: 'same', text: 'select 0' })).rowCount).toBe(1)
  })

  test('rejects all that is not answered when the connection is lost', async () => {
    const sent = sendFlight(client, [
      keep('k'),
      { name: 'end', text: 'select pg_terminate_backend(pg_backend_pid())', values: [] },
      { name: 'behind', text: 'select 1', values: [] },
    ])
    const results = await Promise.allSettled(sent)
    expect(results.map(({ status }) => status).slice(1)).toEqual(['rejected', 'rejected'])
  })
})
