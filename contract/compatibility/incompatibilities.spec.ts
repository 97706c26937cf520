import { describe, expect, test } from 'vitest'
import { incompatibilities, MAX_REASONS } from './incompatibilities.ts'
import { parseSchema } from './parse-schema.ts'

describe('comparing a reader with a writer', () => {
  test.each([
    ['int', 'long', false],
    ['long', 'int', true],
    ['float', 'long', true],
    ['long', 'float', false],
    ['double', 'float', true],
    ['bytes', 'string', true],
    ['string', 'bytes', true],
    ['string', 'int', false],
    ['int', 'int', true],
  ])('%s reads %s: %s', (reader, writer, reads) => {
    expect(why(reader, writer)).toEqual(
      reads
        ? []
        : [
            `TYPE_MISMATCH / reader type: ${reader.toUpperCase()} not compatible with writer type: ${writer.toUpperCase()}`,
          ],
    )
  })

  test('a record that holds itself is compared once', () => {
    const tree = (value: string) => record('Tree', { more: { type: 'array', items: 'Tree' }, value })
    expect(why(tree('long'), tree('int'))).toEqual([])
    expect(why(tree('int'), tree('long'))).toEqual([
      'TYPE_MISMATCH /fields/1/type reader type: INT not compatible with writer type: LONG',
    ])
  })

  test('names match without their namespaces, or by an alias with it', () => {
    const of = (name: string, aliases: readonly string[] = []) => ({ type: 'fixed', name, size: 1, aliases })
    expect(why(of('n.A'), of('m.A'))).toEqual([])
    expect(why(of('n.B', ['m.A']), of('m.A'))).toEqual([])
    expect(why(of('n.B', ['A']), of('m.A'))).toEqual(['NAME_MISMATCH /name expected: m.A'])
    expect(why(of('n.B', ['.A']), of('A'))).toEqual(['NAME_MISMATCH /name expected: A'])
  })

  test('a field is found by its aliases, and two that match are one too many', () => {
    const reader = { type: 'record', name: 'R', fields: [{ name: 'a', type: 'int', aliases: ['b'] }] }
    expect(why(reader, record('R', { b: 'int' }))).toEqual([])
    expect(why(reader, record('R', { b: 'int', a: 'int' }))).toEqual([
      'NAME_MISMATCH /fields/0 reader field a matches multiple fields in writer record R',
    ])
  })

  test('an enum with a default of its own reads symbols that it does not know', () => {
    const of = (symbols: readonly string[], more: object = {}) => ({ type: 'enum', name: 'E', symbols, ...more })
    expect(why(of(['A']), of(['C', 'A', 'B']))).toEqual(['MISSING_ENUM_SYMBOLS /symbols [B, C]'])
    expect(why(of(['A'], { default: 'A' }), of(['C', 'A', 'B']))).toEqual([])
  })

  test('a lacking field of an enum with a default of its own is said of the enum', () => {
    const reader = record('R', { e: { type: 'enum', name: 'E', symbols: ['A'], default: 'A' } })
    expect(why(reader, record('R', {}))).toEqual([
      'TYPE_MISMATCH /fields/0/type reader type: ENUM not compatible with writer type: RECORD',
    ])
  })

  test('every branch of a written union must be read, and one branch of a reading one is enough', () => {
    expect(why(['null', 'long'], ['int', 'null'])).toEqual([])
    expect(why(['null', 'int'], ['null', 'long', 'string'])).toEqual([
      'MISSING_UNION_BRANCH /1 reader union lacking writer type: LONG',
      'MISSING_UNION_BRANCH /2 reader union lacking writer type: STRING',
    ])
    expect(why('long', ['int', 'string'])).toEqual([
      'TYPE_MISMATCH /1 reader type: LONG not compatible with writer type: STRING',
    ])
    expect(why(['null', 'int'], 'long')).toEqual(['MISSING_UNION_BRANCH / reader union lacking writer type: LONG'])
    expect(why([], [])).toEqual([])
  })

  test('what was met first in a branch of a union is reported with the path from there', () => {
    const of = (type: string) => record('Top', { a: ['null', record('R', { v: type })], b: 'R' })
    expect(why(of('int'), of('string'))).toEqual([
      'MISSING_UNION_BRANCH /fields/0/type/1 reader union lacking writer type: RECORD',
      'TYPE_MISMATCH /fields/0/type reader type: INT not compatible with writer type: STRING',
    ])
  })

  test('a wrong size is said with both', () => {
    const of = (size: number) => ({ type: 'fixed', name: 'F', size })
    expect(why(of(1), of(2))).toEqual(['FIXED_SIZE_MISMATCH /size expected: 2, found: 1'])
  })
})

/** Each would take Java hours or exhaust its stack. */
describe('comparing what was made to take long', () => {
  test('records that each hold the one before twice are compared once each, and the reasons end', () => {
    const reasons = why(doubling('int', 1500), doubling('string', 1500))
    expect(reasons).toHaveLength(MAX_REASONS)
    expect(why(doubling('long', 1500), doubling('int', 1500))).toEqual([])
  })

  test('unions of thousands of records are given up, and count as incompatible', () => {
    const union = (prefix: string) =>
      Array.from({ length: 2000 }, (_, index) => record(`${prefix}${index}`, { a: 'int' }))
    expect(why(union('A'), union('B'))).toEqual([
      'TYPE_MISMATCH / the schemas cannot be compared: the schemas have too many pairs of types',
    ])
  })

  test('two cycles that meet only after thousands of pairs are given up before the stack is', () => {
    expect(why(cycle('A', 97), cycle('B', 89))).toEqual([
      'TYPE_MISMATCH / the schemas cannot be compared: types are nested deeper than 500 levels',
    ])
  })

  test('unions of unions of the same names are compared pair by pair', () => {
    const nested = (prefix: string) => {
      const names = Array.from({ length: 40 }, (_, index) => `${prefix}${index}`)
      return names.map((name, index) => record(name, { x: ['null', ...names.slice(0, index)] }))
    }
    expect(why(nested('A'), nested('A'))).toEqual([])
    expect(why(nested('A'), nested('B'))).toHaveLength(40)
  })
})

function why(reader: unknown, writer: unknown): readonly string[] {
  const reasons = incompatibilities(parseSchema(JSON.stringify(reader)), parseSchema(JSON.stringify(writer)))
  return reasons.map(({ type, path, message }) => `${type} ${path} ${message}`)
}

function record(name: string, fields: { readonly [name: string]: unknown }) {
  return { type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) }
}

function doubling(leaf: string, levels: number) {
  const types = Array.from({ length: levels }, (_, index): [string, unknown] => {
    return [`x${index}`, record(`L${index}`, index === 0 ? { v: leaf } : { a: `L${index - 1}`, b: `L${index - 1}` })]
  })
  return record('Top', Object.fromEntries(types))
}

function cycle(prefix: string, length: number): unknown {
  const innermost: unknown = `${prefix}0`
  return Array.from({ length }).reduce(
    (type: unknown, _, index) => record(`${prefix}${length - 1 - index}`, { n: type }),
    innermost,
  )
}
