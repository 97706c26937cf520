import { expect, test } from 'vitest'
import { fraudAlertRaised, fraudReviewed, NOON } from '../../domain/test-events.ts'
import { MemoryTables } from '../memory-tables.ts'
import { fraudAlerts, fraudAlertsPage, fraudAlertsTable } from './fraud-alerts.ts'

test('an alert is open until somebody has reviewed it, and keeps its place', () => {
  const rows = new MemoryTables()
  const see = (event: Parameters<typeof fraudAlerts.apply>[0]['event'], position: number) =>
    fraudAlerts.apply({ event, position, stream: 'fraud-o1', version: position - 6, recordedAt: NOON + position }, rows)
  see(fraudAlertRaised('o1', 1), 7)
  see(fraudAlertRaised('o1', 2, { score: 62 }), 8)
  const row = () => rows.rows(fraudAlertsTable).get('alert-o1-1')
  const kept = {
    order_id: 'o1',
    score: 80,
    card: '0123456789abcdef',
    device: null,
    first_position: 7,
    raised_at: NOON + 7,
  }
  expect(row()).toMatchObject({ ...kept, verdict: null, version: 1 })
  see(fraudReviewed('o1', 'honest', 'a gift'), 9)
  expect(row()).toMatchObject({ ...kept, verdict: 'honest', note: 'a gift', version: 3 })
  expect(rows.rows(fraudAlertsTable).get('alert-o1-2')).toMatchObject({ verdict: null, score: 62 })
})

test('each list has a statement of its own, with a name that Postgres does not cut', () => {
  const columns = ['customer_id', 'card', 'device', 'address', 'network'] as const
  const chosen = Array.from({ length: 2 ** columns.length }, (_, bits) => columns.filter((__, at) => bits & (1 << at)))
  const names = chosen.flatMap((some) =>
    ([null, 'open', 'reviewed'] as const).map((verdict) => fraudAlertsPage({ verdict, columns: some }).name),
  )
  expect(new Set(names).size).toBe(96)
  for (const name of names) expect(`fraud-alerts_g1000000_${name}`.length).toBeLessThanOrEqual(63)
})
