import { describe, expect, test } from 'vitest'
import { schemaText } from './schema-text.ts'

function text(schema: string, normalize = false): string {
  return schemaText(schema, { normalize })
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
    ['an escaped character', '{"type":"string","doc":"\\u0000\\"\\\\"}', '{"type":"string","doc":"\\u0000\\"\\\\"}'],
  ])('%s', (_, schema, expected) => {
    expect(text(schema)).toBe(expected)
    expect(text(text(schema))).toBe(expected)
  })

  test('normalized sorts what Avro does not know and leaves out what says nothing', () => {
    const field = '{"name":"f","type":"int","order":"ascending","aliases":[]}'
    const one = `{"type":"record","name":"R","b":1,"a":2,"fields":[${field}]}`
    expect(text(one, true)).toBe('{"type":"record","name":"R","fields":[{"name":"f","type":"int"}],"a":2,"b":1}')
    expect(text(one)).toContain('"order":"ascending"')
  })
})
