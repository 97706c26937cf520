import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomPair } from '../compatibility/changes-test-kit.ts'
import { incompatibilities } from '../compatibility/incompatibilities.ts'
import { parseSchema } from '../compatibility/parse-schema.ts'
import type { ParsedSchema } from '../compatibility/parsed-schema.ts'
import { drawFrom } from '../compatibility/test-kit.ts'
import { deployFirst, overall } from './change.ts'
import { compareSchemas } from './compare-schemas.ts'

interface Case {
  readonly name: string
  readonly versions: readonly object[]
  readonly next: object
}

const CASES = join(import.meta.dirname, '../../test/data/avro-compatibility.json')
const recorded = JSON.parse(readFileSync(CASES, 'utf8')) as readonly Case[]
// Avro cannot read the default of this one.
const cases = recorded.filter(({ name }) => name !== 'default-type-mismatch')

const parsed = (schema: unknown) => parseSchema(JSON.stringify(schema))

/** Null: Avro refuses it. */
function parsedOrNull(schema: unknown): ParsedSchema | null {
  try {
    return parsed(schema)
  } catch {
    return null
  }
}

/** A record of one field of this type, before and after. */
function between(before: unknown, after: unknown, attributes: object = {}, beforeAttributes: object = {}) {
  const record = (type: unknown, more: object) =>
    parsed({ type: 'record', name: 'R', namespace: 'n', fields: [{ name: 'x', type, ...more }] })
  return compareSchemas(record(before, beforeAttributes), record(after, attributes))
}

describe('the changes together say what the rules say of the two schemas', () => {
  const pairs = cases.flatMap(({ name, versions, next }) =>
    versions.map((version, index) => ({ name: `${name} (version ${index + 1})`, before: version, after: next })),
  )

  test.each(pairs)('$name', ({ before, after }) => {
    const [was, is] = [parsed(before), parsed(after)]
    for (const [one, other] of [
      [was, is],
      [is, was],
    ] as const) {
      const changes = compareSchemas(one, other)
      expect({
        backward: changes.every(({ backward }) => backward),
        forward: changes.every(({ forward }) => forward),
      }).toEqual({
        backward: incompatibilities(other, one).length === 0,
        forward: incompatibilities(one, other).length === 0,
      })
    }
  })
})

test('so do those of random schemas without aliases, of which the rules have views of their own', () => {
  const plain = (text: string): unknown =>
    JSON.parse(text, (key, value: unknown) => (key === 'aliases' ? undefined : value))
  let compared = 0
  fc.assert(
    fc.property(fc.gen(), (generator) => {
      const pair = randomPair(drawFrom(generator)).map(plain)
      const [before, after] = pair.map(parsedOrNull)
      if (!before || !after) return
      compared++
      const changes = compareSchemas(before, after)
      expect({
        pair,
        backward: changes.every(({ backward }) => backward),
        forward: changes.every(({ forward }) => forward),
      }).toEqual({
        pair,
        backward: incompatibilities(after, before).length === 0,
        forward: incompatibilities(before, after).length === 0,
      })
    }),
    { numRuns: 500 },
  )
  expect(compared).toBeGreaterThan(100)
})

test.each<[string, unknown, unknown, string]>([
  ['a wider number', 'int', 'long', 'changed from an int to a long'],
  [
    'another logical type',
    { type: 'long', logicalType: 'timestamp-millis' },
    { type: 'long', logicalType: 'timestamp-micros' },
    'it changed from timestamp-millis to timestamp-micros: older values would be misread',
  ],
  [
    'a logical type more',
    'long',
    { type: 'long', logicalType: 'timestamp-millis' },
    'it became timestamp-millis: older values would be misread',
  ],
  [
    'a logical type less',
    { type: 'string', logicalType: 'uuid' },
    'string',
    'it is no longer uuid: older values would be misread',
  ],
  [
    'another scale',
    { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
    { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 3 },
    'it changed from decimal(9, 2) to decimal(9, 3): older values would be misread',
  ],
  [
    'another precision',
    { type: 'bytes', logicalType: 'decimal', precision: 9 },
    { type: 'bytes', logicalType: 'decimal', precision: 8 },
    'it changed from decimal(9, 0) to decimal(8, 0): older values would be misread',
  ],
  [
    'another namespace',
    { type: 'fixed', name: 'F', size: 2 },
    { type: 'fixed', name: 'm.F', size: 2 },
    'its namespace changed from n to m: some readers take it for another type',
  ],
  [
    'another default of an enum',
    { type: 'enum', name: 'E', symbols: ['a', 'b'], default: 'a' },
    { type: 'enum', name: 'E', symbols: ['a', 'b'], default: 'b' },
    'the symbol for unknown ones changed from a to b',
  ],
  [
    'what an array holds',
    { type: 'array', items: 'int' },
    { type: 'array', items: { type: 'int', logicalType: 'date' } },
    'it became date: older values would be misread',
  ],
])('%s is told', (name, before, after, message) => {
  expect(between(before, after).map((change) => change.message)).toEqual([message])
  expect(overall(between(before, after))).toBe(name === 'a wider number' ? 'backward only' : 'meaning')
})

test('another default of a field is a change of meaning, a default more or less is none', () => {
  expect(overall(between('int', 'int', { default: 1 }, { default: 2 }))).toBe('meaning')
  expect(overall(between('int', 'int', { default: 1 }))).toBe('safe')
  expect(overall(between('int', 'int', {}, { default: 1 }))).toBe('safe')
})

test('docs change nothing but themselves', () => {
  const changes = between('int', 'int', { doc: 'New.' }, { doc: 'Old.' })
  expect(changes).toEqual([{ path: 'x', message: 'its doc changed', backward: true, forward: true, meaning: false }])
})

test('a schema that holds itself is compared once', () => {
  const tree = (more: object) =>
    parsed({
      type: 'record',
      name: 'Tree',
      fields: [
        { name: 'children', type: { type: 'array', items: 'Tree' } },
        { name: 'value', ...more },
      ],
    })
  const changes = compareSchemas(tree({ type: 'int' }), tree({ type: 'long' }))
  expect(changes.map(({ path }) => path)).toEqual(['value'])
})

test.each([
  ['safe', 'any order'],
  ['backward only', 'readers'],
  ['forward only', 'writers'],
  ['breaking', 'nobody'],
  ['meaning', 'nobody'],
] as const)('%s: %s first', (verdict, who) => {
  expect(deployFirst(verdict)).toBe(who)
})
