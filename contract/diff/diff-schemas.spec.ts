import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schemaTexts } from '../authoring/schema-files.ts'
import { diffSchemas } from './diff-schemas.ts'

const now = schemaTexts(join(import.meta.dirname, '../../schemas'))
const first = now.get('StockAdjusted/v1.avsc') ?? ''

function next(change: (text: string) => string) {
  return new Map([...now, ['StockAdjusted/v2.avsc', change(first)] as const])
}

test('what is the same is left out', () => {
  expect(diffSchemas(now, now, null)).toEqual({ events: [], faults: [] })
  expect(
    diffSchemas(now, new Map([...now].map(([path, text]) => [path, text.replaceAll('\n', '\r\n')])), null),
  ).toEqual({
    events: [],
    faults: [],
  })
})

test('a version that cannot be read is told as such, and the others are compared', () => {
  const broken = new Map([...next((text) => text.replace('"long"', '"int"')), ['OrderPlaced/v3.avsc', '{'] as const])
  const { events, faults } = diffSchemas(now, broken, null)
  expect(faults).toMatchObject([{ code: 'F001', file: 'OrderPlaced/v3.avsc' }])
  expect(events).toMatchObject([{ event: 'StockAdjusted', verdict: 'forward only', deployFirst: 'writers' }])
})

test('only the event that is asked for', () => {
  const later = next((text) => text.replace('"long"', '"int"'))
  expect(diffSchemas(now, later, 'OrderPlaced').events).toEqual([])
  expect(diffSchemas(now, later, 'StockAdjusted').events).toHaveLength(1)
})

test('what the rules alone object to is told in their words', () => {
  const ambiguous = next((text) => text.replace('"name": "delta"', '"name": "delta", "aliases": ["delta"]'))
  const [diff] = diffSchemas(now, ambiguous, null).events
  expect(diff).toMatchObject({ verdict: 'forward only', deployFirst: 'writers' })
})

test('a change of meaning is one however well it reads', () => {
  const micros = next((text) =>
    text.replace('"type": "long"', '"type": { "type": "long", "logicalType": "time-micros" }'),
  )
  expect(diffSchemas(now, micros, null).events).toMatchObject([
    { verdict: 'meaning', deployFirst: 'nobody', changes: [{ path: 'delta', verdict: 'meaning' }] },
  ])
})
