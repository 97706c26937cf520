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

describe('law 13: a schema that was made to exhaust its reader', () => {
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

describe('a schema that multiplies lengths by counts', () => {
  const x = (length: number) => 'x'.repeat(length)
  type Shape = (length: number, count: number) => object
  const shapes: Readonly<Record<string, Shape>> = {
    aliases: (length, count) => ({
      ...{ type: 'fixed', name: 'F', size: 1, namespace: x(length) },
      aliases: many(count, (i) => `a${i}`),
    }),
    types: (length, count) => ({
      ...record(
        'R',
        many(count, (i) => ({ name: `f${i}`, type: { type: 'enum', name: `E${i}`, symbols: [] } })),
      ),
      namespace: x(length),
    }),
    references: (length, count) => ({
      ...record(
        'R',
        many(count, (i) => ({ name: `f${i}`, type: 'R' })),
      ),
      namespace: x(length),
    }),
    symbols: (length, count) => ({ type: 'enum', name: 'E', symbols: many(count, (i) => `${x(length)}${i}`) }),
    fields: (length, count) =>
      record(
        'R',
        many(count, (i) => ({ name: `${x(length)}${i}`, type: 'int' })),
      ),
  }
  const other: Readonly<Record<string, object>> = {
    symbols: { type: 'enum', name: 'E', symbols: [] },
    fields: record('R', []),
  }

  test.each(Object.entries(shapes))('of its %s makes no more of them than a budget', (name, shape) => {
    let read = 0
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_100 }), fc.integer({ min: 1, max: 40_000 }), (length, most) => {
        const text = JSON.stringify(shape(length, Math.min(most, 2_000_000 / (length + 20))))
        const schema = parsedOrNull(text)
        if (schema === null) return
        read++
        expect(namesOf(schema)).toBeLessThanOrEqual(2_000_000)
        const empty = parseSchema(JSON.stringify(other[name] ?? 'int'))
        const reasons = [...incompatibilities(empty, schema), ...incompatibilities(schema, empty)]
        expect(JSON.stringify(reasons).length).toBeLessThan(100_000)
        expect(incompatibilities(schema, empty, 1).length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 40 },
    )
    expect(read).toBeGreaterThan(0)
  })

  test.each([
    ['a type', { type: 'fixed', size: 1, name: x(1_001) }],
    ['a namespace', { type: 'fixed', size: 1, name: 'F', namespace: x(1_001) }],
    ['both together', { type: 'fixed', size: 1, name: x(600), namespace: x(600) }],
    ['an alias', { type: 'fixed', size: 1, name: 'F', aliases: [x(1_001)] }],
    ['a symbol', { type: 'enum', name: 'E', symbols: [x(1_001)] }],
    ['a field', record('R', [{ name: x(1_001), type: 'int' }])],
    ['an alias of a field', record('R', [{ name: 'f', type: 'int', aliases: [x(1_001)] }])],
    ['a reference', record('R', [{ name: 'f', type: x(1_001) }])],
  ])('or has a name of more than 1,000 characters is refused: %s', (_, schema) => {
    expect(() => parseSchema(JSON.stringify(schema))).toThrow('a name has more than 1000 characters')
  })
})

test('the schemas of our events are all read', () => {
  expect(events.map(parsedOrNull)).not.toContain(null)
  const file = readFileSync(new URL('../../schemas/OrderPlaced/v1.avsc', import.meta.url), 'utf8')
  expect(parseSchema(file)).toMatchObject({ name: 'orderledger.OrderPlaced' })
})

/** Characters of the names of a type and of what it holds, each where it is defined. */
function namesOf(schema: ParsedSchema): number {
  if (!('name' in schema)) return 0
  const own = schema.name.length + schema.aliases.reduce((sum, { length }) => sum + length, 0)
  if (schema.type !== 'record') return own
  return schema.fields.reduce((sum, { type }) => sum + (type === schema ? 0 : namesOf(type)), own)
}

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
