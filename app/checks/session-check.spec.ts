import { describe, expect, test } from 'vitest'
import { sessionCounts } from '../session-counts.ts'
import { sessionsCheck } from './session-check.ts'

const counts = [
  { name: 'reader', sessions: 8 },
  { name: 'writer', sessions: 1 },
]
const server = { role: 'shop', role_most: -1, database: 'db', database_most: -1, most: 100, reserved: 3, others: 20 }
const checked = (limits: Partial<typeof server>) => sessionsCheck(counts, { ...server, ...limits })

describe('the sessions of a process', () => {
  test('are fine where the server has as many left', () => {
    expect(checked({})).toMatchObject({ state: 'fine', saw: 'up to 9 of 77' })
    expect(checked({ most: 32 }).state).toBe('fine')
    expect(checked({ most: 12, others: 0, role_most: 9, database_most: 9 }).state).toBe('fine')
  })

  test('are advice where others hold what it needs', () => {
    expect(checked({ most: 31 })).toMatchObject({
      state: 'advice',
      saw: 'this process uses up to 9 sessions (reader 8, writer 1), and the server has 8 left: others hold 20 of max_connections=31',
      fix: 'ALTER SYSTEM SET max_connections = 32, then restart Postgres; or stop other clients',
    })
  })

  test.each([
    [{ most: 11, others: 0 }, 'max_connections=11, of which 3 are reserved', 'ALTER SYSTEM SET max_connections = 12,'],
    [{ role_most: 8 }, 'the role shop may have 8', 'ALTER ROLE "shop" CONNECTION LIMIT 9;'],
    [{ database_most: 8 }, 'the database db takes 8', 'ALTER DATABASE "db" CONNECTION LIMIT 9;'],
  ])('are refused where it can never have them: %j', (limits, saw, fix) => {
    const check = checked(limits)
    expect(check.state).toBe('failed')
    expect(check.saw).toContain(saw)
    expect(check.fix).toContain(fix)
  })

  test('are those of its roles alone', () => {
    const kafka = { brokers: ['b:1'], prefix: '', tls: null, sasl: null }
    type Settings = Parameters<typeof sessionCounts>[0]
    const embedded = { kafka: null, schemaRegistryUrl: null, smtpUrl: null }
    const names = (settings: Settings) => sessionCounts(settings).map(({ name }) => name)
    expect(names({ ...embedded, roles: ['relay'], kafka, schemaRegistryUrl: 'http://r' })).toEqual([
      ...['reader', 'heartbeat', 'relay', 'listener'],
    ])
    expect(names({ ...embedded, roles: ['api'] })).toEqual([
      ...['reader', 'heartbeat', 'registry', 'live', 'behaviour', 'writer', 'listener'],
    ])
    expect(names({ ...embedded, roles: ['reactor'] })).toContain('mail')
    expect(names({ ...embedded, roles: ['reactor'], smtpUrl: 'smtp://m' })).not.toContain('mail')
    const sum = (roles: Settings['roles']) =>
      sessionCounts({ ...embedded, roles }).reduce((all, { sessions }) => all + sessions, 0)
    // One that reacts without taking orders commits by itself.
    expect(sum(['reactor'])).toBeGreaterThan(sum(['api', 'reactor']) - sum(['api']))
  })
})
