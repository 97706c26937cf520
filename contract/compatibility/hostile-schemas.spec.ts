/** Whatever the text, the parser answers with a schema or a SchemaParseError, and the comparison with reasons. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventSchemas } from '../../schemas/events.ts'
import { canonicalForm } from './canonical-form.ts'
import { incompatibilities } from './incompatibilities.ts'
import { parseSchema } from './parse-schema.ts'
import type { ParsedSchema } from './parsed-schema.ts'
import { SchemaParseError } from './schema-parse-error.ts'
import { mutated, randomPair } from './changes-test-kit.ts'
import { drawFrom, randomSchema } from './test-kit.ts'

const events = Object.values(eventSchemas).flatMap(({ versions }) => versions.map((schema) => JSON.stringify(schema)))

describe('a schema that was damaged', () => {
  test('is parsed and compared, or refused with a reason and a place', () => {
    let refused = 0
    fc.assert(
      fc.property(fc.gen(), fc.nat(events.length - 1), (generator, index) => {
        const draw = drawFrom(generator)
        const original = draw(2) === 0 ? (events[index] ?? '') : JSON.stringify(randomSchema(draw))
        const damaged = parsedOrNull(mutated(original, draw))
        if (damaged === null) refused++
        for (const other of [parsedOrNull(original), damaged]) {
          if (damaged === null || other === null) continue
          expect(Array.isArray(incompatibilities(damaged, other))).toBe(true)
          expect(Array.isArray(incompatibilities(other, damaged))).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
    expect(refused).toBeGreaterThan(100)
  })

  test('is, where it is accepted, as its canonical form says', () => {
    fc.assert(
      fc.property(fc.gen(), (generator) => {
        for (const text of randomPair(drawFrom(generator))) {
          const schema = parsedOrNull(text)
          if (schema === null) continue
          const form = parseSchema(canonicalForm(schema))
          expect(canonicalForm(form)).toBe(canonicalForm(schema))
          expect(incompatibilities(schema, schema)).toEqual(incompatibilities(schema, form))
        }
      }),
    )
  })
})

const record = (name: string, fields: readonly object[]) => ({ type: 'record', name, fields })
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))

describe('a schema that was made to exhaust its reader', () => {
  test.each<[string, string, string]>([
    ['10,000 nested arrays', `${'{"type":"array","items":'.repeat(10_000)}"int"${'}'.repeat(10_000)}`, 'nested deeper'],
    ['101 nested arrays', `${'{"type":"array","items":'.repeat(101)}"int"${'}'.repeat(101)}`, 'deeper than 100 levels'],
    [
      '100,000 fields',
      JSON.stringify(
        record(
          'R',
          many(100_000, (i) => ({ name: `f${i}`, type: 'int' })),
        ),
      ),
      'characters',
    ],
    [
      '6,000 fields',
      JSON.stringify(
        record(
          'R',
          many(6000, (i) => ({ name: `f${i}`, type: 'int' })),
        ),
      ),
      '5000 types',
    ],
    [
      '100,000 symbols',
      JSON.stringify({ type: 'enum', name: 'E', symbols: many(100_000, (i) => `s${i}`) }),
      '50000 values',
    ],
    ['more than a million characters', JSON.stringify({ type: 'int', doc: 'x'.repeat(1_000_000) }), 'characters'],
    ['a default that is tried on thirty branches at thirty levels', branchingDefault(), 'the defaults take too long'],
  ])('is refused: %s', (_, text, message) => {
    expect(() => parseSchema(text)).toThrow(SchemaParseError)
    expect(() => parseSchema(text)).toThrow(message)
  })

  test.each<[string, string]>([
    ['100 nested arrays', `${'{"type":"array","items":'.repeat(100)}"int"${'}'.repeat(100)}`],
    ['a million characters of documentation', JSON.stringify({ type: 'int', doc: 'x'.repeat(999_000) })],
    [
      '4,000 fields',
      JSON.stringify(
        record(
          'R',
          many(4000, (i) => ({ name: `f${i}`, type: 'int', doc: 'a field' })),
        ),
      ),
    ],
    ['records whose defaults hold the one before twice', JSON.stringify(doublingDefaults(1500))],
  ])('is read within the bounds: %s', (_, text) => {
    const schema = parseSchema(text)
    expect(incompatibilities(schema, schema)).toEqual([])
    expect(canonicalForm(schema)).not.toBe('')
  })
})

test('the schemas of our events are all read', () => {
  expect(events.map(parsedOrNull)).not.toContain(null)
  const file = readFileSync(new URL('../../schemas/OrderPlaced/v1.avsc', import.meta.url), 'utf8')
  expect(parseSchema(file)).toMatchObject({ name: 'orderledger.OrderPlaced' })
})

function parsedOrNull(text: string): ParsedSchema | null {
  try {
    return parseSchema(text)
  } catch (error) {
    expect(error).toBeInstanceOf(SchemaParseError)
    expect(String(error)).toMatch(/^SchemaParseError: at \/.*: ./)
    return null
  }
}

function doublingDefaults(levels: number) {
  const types = many(levels, (i) => {
    const half = (name: string) => ({ name, type: `L${i - 1}`, default: {} })
    return record(`L${i}`, i === 0 ? [{ name: 'v', type: 'int', default: 0 }] : [half('a'), half('b')])
  })
  return record(
    'Top',
    types.map((type, i) => ({ name: `x${i}`, type, default: {} })),
  )
}

function branchingDefault(): string {
  const names = many(30, (i) => `R${i}`)
  const branches = names.map((name, i) =>
    record(name, [{ name: 'x', type: ['null', ...names.slice(0, i + 1)], default: null }]),
  )
  const value = many(30, (i) => i).reduce((inner: unknown) => ({ x: inner }), 5)
  return JSON.stringify(
    record('Top', [
      { name: 'u', type: branches },
      { name: 'd', type: names, default: value },
    ]),
  )
}
