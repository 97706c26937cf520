import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalForm } from '../compatibility/canonical-form.ts'
import { drawFrom, randomSchema } from '../compatibility/test-kit.ts'
import { parseSchema } from '../compatibility/parse-schema.ts'
import { schemaText } from './schema-text.ts'

function text(schema: string, normalize = false): string {
  return schemaText(schema, parseSchema(schema), { normalize })
}

function isSchema(schema: string): boolean {
  try {
    parseSchema(schema)
    return true
  } catch {
    return false
  }
}

describe('the text of a schema', () => {
  test.each([
    ['a primitive', ' "string" ', '"string"'],
    ['a primitive in an object', '{ "type" : "string" }', '"string"'],
    [
      'a primitive with an attribute',
      '{"logicalType":"uuid","type":"string"}',
      '{"type":"string","logicalType":"uuid"}',
    ],
    ['a union', '[ "null", {"type": "int"} ]', '["null","int"]'],
    [
      'an enum',
      '{"symbols":["A"],"default":"A","name":"E","type":"enum"}',
      '{"type":"enum","name":"E","symbols":["A"],"default":"A"}',
    ],
    ['a fixed', '{"size":16,"name":"F","type":"fixed"}', '{"type":"fixed","name":"F","size":16}'],
    [
      'a record',
      '{"aliases":["B"],"x":1,"fields":[{"order":"descending","default":1.0,"doc":"d","type":{"type":"double"},"name":"f"}],"doc":"D","namespace":"n","name":"R","type":"record"}',
      '{"type":"record","name":"R","namespace":"n","doc":"D","fields":[{"name":"f","type":"double","doc":"d","default":1.0,"order":"descending"}],"x":1,"aliases":["B"]}',
    ],
    [
      'values, which keep their order',
      '{"type":"string","x":{"b":[1,{"d":2,"c":3}],"a":null}}',
      '{"type":"string","x":{"b":[1,{"d":2,"c":3}],"a":null}}',
    ],
    ['a property named __proto__', '{"type":"string","__proto__":{"a":1}}', '{"type":"string","__proto__":{"a":1}}'],
    ['a number beyond 2^53', '{"type":"long","x":9007199254740993}', '{"type":"long","x":9007199254740993}'],
    ['an escaped character', '{"type":"string","x":"\\u0000\\"\\\\"}', '{"type":"string","x":"\\u0000\\"\\\\"}'],
  ])('%s', (_, schema, expected) => {
    expect(text(schema)).toBe(expected)
    expect(text(text(schema))).toBe(expected)
  })

  test('normalized sorts what Avro does not know', () => {
    const one = '{"type":"record","name":"R","b":1,"a":2,"fields":[]}'
    expect(text(one, true)).toBe('{"type":"record","name":"R","fields":[],"a":2,"b":1}')
    expect(text(one)).toBe('{"type":"record","name":"R","fields":[],"b":1,"a":2}')
  })

  const record = (fields: string, names = '"name":"R","namespace":"n.m"') =>
    `{"type":"record",${names},"fields":[${fields}]}`
  const inner = '"type":"enum","symbols":["A"]'

  test.each([
    ['namespace and name joined', record(''), record('', '"name":"n.m.R"')],
    ['a full name beside another namespace', record(''), record('', '"name":"n.m.R","namespace":"other"')],
    ['an empty namespace', record('', '"name":"R"'), record('', '"name":"R","namespace":""')],
    [
      'what says nothing',
      record('{"name":"f","type":"int"}'),
      record('{"name":"f","type":"int","order":"ASCENDING","aliases":[]}'),
    ],
    [
      'a primitive with words that are reserved',
      record('{"name":"f","type":"int"}'),
      record('{"name":"f","type":{"type":"int","doc":"d"}}'),
    ],
    [
      'a nested name written out',
      record(`{"name":"f","type":{"name":"E",${inner}}}`),
      record(`{"name":"f","type":{"name":"n.m.E",${inner}}}`),
    ],
    [
      'a nested namespace written out',
      record(`{"name":"f","type":{"name":"E",${inner}}}`),
      record(`{"name":"f","type":{"name":"E","namespace":"n.m",${inner}}}`),
    ],
    [
      'a reference by its full name',
      record('{"name":"f","type":["null","R"]}'),
      record('{"name":"f","type":["null","n.m.R"]}'),
    ],
    [
      'a reference in an object',
      record('{"name":"f","type":["null","R"]}'),
      record('{"name":"f","type":["null",{"type":"R"}]}'),
    ],
    [
      'an alias by its full name',
      record('', '"name":"R","namespace":"n.m","aliases":["S"]'),
      record('', '"name":"R","namespace":"n.m","aliases":["n.m.S"]'),
    ],
    [
      'a number by its value',
      record('{"name":"f","type":"double","default":1.5}'),
      record('{"name":"f","type":"double","default":15e-1}'),
    ],
    [
      'a number as text',
      record('{"name":"f","type":"double","default":1.0}'),
      record('{"name":"f","type":"double","default":"1"}'),
    ],
  ])('spellings of one schema are one text: %s', (_, one, other) => {
    expect(text(other)).toBe(text(one))
    expect(text(other, true)).toBe(text(one, true))
    expect(text(text(other))).toBe(text(one))
  })

  test.each([
    ['a doc', record(''), record('', '"name":"R","namespace":"n.m","doc":"d"')],
    ['an alias', record(''), record('', '"name":"R","namespace":"n.m","aliases":["S"]')],
    ['a property', record(''), record('', '"name":"R","namespace":"n.m","x":1')],
    ['a default', record('{"name":"f","type":"int","default":1}'), record('{"name":"f","type":"int","default":2}')],
    ['a namespace', record(''), record('', '"name":"R"')],
    ['an order', record('{"name":"f","type":"int"}'), record('{"name":"f","type":"int","order":"ignore"}')],
  ])('%s makes another', (_, one, other) => {
    expect(text(other)).not.toBe(text(one))
    expect(text(other, true)).not.toBe(text(one, true))
  })

  test('a type of another schema is named as short as its place allows', () => {
    const others = new Map([['n.m.Address', parseSchema('{"type":"record","name":"n.m.Address","fields":[]}')]])
    const texts = ['Address', 'n.m.Address'].map((name) => {
      const schema = record(`{"name":"f","type":"${name}"}`)
      return schemaText(schema, parseSchema(schema, others), { normalize: false })
    })
    expect(new Set(texts)).toEqual(new Set([record('{"name":"f","type":"Address"}')]))
  })

  test('a random schema keeps its canonical form, and its text is that of its text', () => {
    fc.assert(
      fc.property(fc.gen(), (generator) => {
        const schema = JSON.stringify(randomSchema(drawFrom(generator)))
        fc.pre(isSchema(schema))
        expect(canonicalForm(parseSchema(text(schema)))).toBe(canonicalForm(parseSchema(schema)))
        expect(text(text(schema))).toBe(text(schema))
      }),
    )
  })
})
