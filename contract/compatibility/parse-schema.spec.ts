import { describe, expect, test } from 'vitest'
import { parseSchema } from './parse-schema.ts'
import type { ParsedRecord, ParsedSchema } from './parsed-schema.ts'
import { SchemaParseError } from './schema-parse-error.ts'

describe('parsing a schema', () => {
  test.each(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])(
    'knows %s, bare and as an object',
    (type) => {
      expect(parsed(type)).toEqual({ type, attributes: new Map(), logicalType: null })
      expect(parsed({ type, a: [1] })).toEqual({ type, attributes: new Map([['a', [1]]]), logicalType: null })
    },
  )

  test('keeps everything a record says', () => {
    const schema = {
      type: 'record',
      name: 'Order',
      namespace: 'shop',
      doc: 'an order',
      aliases: ['Purchase', 'old.Buy'],
      stream: 'order',
      fields: [
        { name: 'id', type: 'string', doc: 'its id', order: 'ignore', aliases: ['key'], pii: true },
        { name: 'note', type: ['null', 'string'], default: null },
      ],
    }
    const string = { type: 'string', attributes: new Map(), logicalType: null }
    expect(parsed(schema)).toEqual({
      type: 'record',
      name: 'shop.Order',
      doc: 'an order',
      aliases: ['shop.Purchase', 'old.Buy'],
      isError: false,
      attributes: new Map([['stream', 'order']]),
      logicalType: null,
      fields: [
        {
          name: 'id',
          type: string,
          doc: 'its id',
          order: 'ignore',
          aliases: ['key'],
          default: null,
          attributes: new Map([['pii', true]]),
        },
        {
          name: 'note',
          type: { type: 'union', branches: [{ ...string, type: 'null' }, string] },
          doc: null,
          order: 'ascending',
          aliases: [],
          default: { value: null },
          attributes: new Map(),
        },
      ],
    })
  })

  test('a type takes the namespace around it, unless it names its own', () => {
    const inner = [
      { name: 'a', type: { type: 'fixed', name: 'A', size: 1 } },
      { name: 'b', type: { type: 'fixed', name: 'B', namespace: 'm', size: 1 } },
      { name: 'c', type: { type: 'fixed', name: 'o.C', namespace: 'ignored', size: 1 } },
      { name: 'd', type: { type: 'fixed', name: 'D', namespace: '', size: 1 } },
      {
        name: 'e',
        type: { type: 'record', name: 'p.E', fields: [{ name: 'f', type: { type: 'fixed', name: 'F', size: 1 } }] },
      },
      { name: 'g', type: 'A' },
      { name: 'h', type: 'D' },
    ]
    const record = recordOf({ type: 'record', name: 'n.Top', fields: inner })
    expect(record.fields.map(({ type }) => 'name' in type && type.name)).toEqual([
      'n.A',
      'm.B',
      'o.C',
      'D',
      'p.E',
      'n.A',
      'D',
    ])
    const e = record.fields[4]?.type
    expect(e?.type === 'record' && e.fields[0]?.type).toMatchObject({ name: 'p.F' })
  })

  test('a type that names itself is the same object', () => {
    const tree = recordOf({
      type: 'record',
      name: 'Tree',
      fields: [{ name: 'more', type: { type: 'array', items: 'Tree' } }],
    })
    const more = tree.fields[0]?.type
    expect(more?.type === 'array' && more.items).toBe(tree)
  })

  test('types of other schemas are found by their full names', () => {
    const money = parsed({ type: 'record', name: 'shop.Money', fields: [] })
    const named = new Map([['shop.Money', money]])
    const schema = { type: 'record', name: 'shop.Price', fields: [{ name: 'is', type: 'Money' }] }
    const price = parseSchema(JSON.stringify(schema), named)
    expect(price.type === 'record' && price.fields[0]?.type).toBe(money)
    expect(() => parseSchema(JSON.stringify({ ...schema, name: 'shop.Money' }), named)).toThrow('is already defined')
  })

  test('schemas that refer to one another hundreds of times over are refused before they are too deep', () => {
    const named = new Map<string, ParsedSchema>([['T0', parsed({ type: 'record', name: 'T0', fields: [] })]])
    const register = () => {
      for (let index = 1; index <= 1000; index++) {
        const type = { type: 'array', items: { type: 'map', values: `T${index - 1}` } }
        const schema = { type: 'record', name: `T${index}`, fields: [{ name: 'a', type }] }
        named.set(`T${index}`, parseSchema(JSON.stringify(schema), named))
      }
    }
    expect(register).toThrow('with the types it refers to it has more than 20000 types, or 500 levels')
    // Three levels each.
    expect(named.size).toBe(167)
  })

  test.each([
    [{ type: 'long', logicalType: 'timestamp-millis' }, { name: 'timestamp-millis' }],
    [{ type: 'int', logicalType: 'timestamp-millis' }, null],
    [{ type: 'string', logicalType: 'uuid' }, { name: 'uuid' }],
    [{ type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' }, { name: 'uuid' }],
    [{ type: 'fixed', name: 'U', size: 15, logicalType: 'uuid' }, null],
    [
      { type: 'bytes', logicalType: 'decimal', precision: 5 },
      { name: 'decimal', precision: 5, scale: 0 },
    ],
    [
      { type: 'bytes', logicalType: 'decimal', precision: 5, scale: 2 },
      { name: 'decimal', precision: 5, scale: 2 },
    ],
    [{ type: 'bytes', logicalType: 'decimal', precision: 5, scale: 6 }, null],
    [{ type: 'bytes', logicalType: 'decimal', precision: 2 ** 31 }, null],
    [{ type: 'bytes', logicalType: 'decimal' }, null],
    [
      { type: 'fixed', name: 'D', size: 4, logicalType: 'decimal', precision: 9 },
      { name: 'decimal', precision: 9, scale: 0 },
    ],
    [{ type: 'fixed', name: 'D', size: 4, logicalType: 'decimal', precision: 10 }, null],
    [{ type: 'string', logicalType: 'decimal', precision: 5 }, null],
    [{ type: 'int', logicalType: 'none-such' }, null],
  ])('%j has the logical type %j, and the attribute in any case', (schema, logicalType) => {
    const type = parsed(schema)
    if (type.type === 'union') throw new Error('a union has none')
    expect(type.logicalType).toEqual(logicalType)
    expect(type.attributes.get('logicalType')).toBe(schema.logicalType)
  })

  test('a decimal whose precision is written with a fraction is none', () => {
    const type = parseSchema('{"type":"bytes","logicalType":"decimal","precision":5.0}')
    expect('logicalType' in type && type.logicalType).toBeNull()
  })
})

describe('a default', () => {
  test.each([
    ['"int"', '2147483647'],
    ['"long"', '9223372036854775807'],
    ['"double"', '"NaN"'],
    ['"float"', '" -1.5e3f "'],
    ['["null", "string"]', '"any branch will do"'],
    ['["string", "null"]', 'null'],
    ['{"type":"enum","name":"E","symbols":["A"]}', '"B"'],
    ['{"type":"array","items":"int"}', '[1, 2]'],
    ['{"type":"map","values":"boolean"}', '{"a": true}'],
    [
      '{"type":"record","name":"R","fields":[{"name":"x","type":"int"},{"name":"y","type":"int","default":1}]}',
      '{"x": 1}',
    ],
  ])('of %s may be %s', (type, value) => {
    expect(withDefault(type, value)).not.toThrow()
  })

  test.each([
    ['"int"', '1.0'],
    ['"int"', '2147483648'],
    ['"int"', '"1"'],
    ['"long"', '9223372036854775808'],
    ['"double"', '"one"'],
    ['{"type":"array","items":"double"}', '["NaN"]'],
    ['["null", "int"]', '"neither"'],
    ['"boolean"', 'null'],
    ['{"type":"array","items":"int"}', '[1, "2"]'],
    ['{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}', '{}'],
    ['"Top"', '{}'],
  ])('of %s may not be %s', (type, value) => {
    expect(withDefault(type, value)).toThrow('at /fields/0/default: ')
  })
})

describe('a schema is refused, with the place at fault,', () => {
  const enumOf = (more: object) => ({ type: 'enum', name: 'E', symbols: ['A'], ...more })
  const field = (more: object) => ({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'int', ...more }] })
  test.each<[string, unknown, string]>([
    ['a number', 1, 'at /: 1 is not a type'],
    ['null', null, 'at /: null is not a type'],
    ['an unknown name', 'Nowhere', 'at /: no type "Nowhere" is defined before this place'],
    ['a type that is an object', { type: { type: 'int' } }, 'at /: a type needs a "type"'],
    ['an array of nothing', { type: 'array' }, 'at /: "items" is missing'],
    ['a map of nothing', { type: 'map' }, 'at /: "values" is missing'],
    [
      'a fault in an array in a map',
      { type: 'map', values: { type: 'array', items: 'x' } },
      'at /values/items: no type "x"',
    ],
    ['a union in a union', ['int', ['null']], 'at /1: a union cannot directly contain a union'],
    ['a branch given twice', ['int', 'string', { type: 'int' }], 'at /2: the union already has "int"'],
    [
      'two arrays in a union',
      [
        { type: 'array', items: 'int' },
        { type: 'array', items: 'long' },
      ],
      'at /1: the union already has',
    ],
    ['a record without a name', { type: 'record', fields: [] }, 'at /: "record" needs a "name"'],
    ['a record without fields', { type: 'record', name: 'R' }, 'at /: a record needs "fields"'],
    ['a name with a dash', { type: 'record', name: 'a-b', fields: [] }, 'at /: "a-b" cannot be the name of a type'],
    ['a name in another alphabet', { type: 'record', name: 'Größe', fields: [] }, 'cannot be the name of a type'],
    ['an empty part of a namespace', { type: 'record', name: 'a..B', fields: [] }, 'cannot be the name of a type'],
    ['the name of a primitive', { type: 'record', name: 'int', fields: [] }, 'at /: "int" is an Avro type'],
    ['a type defined twice', [enumOf({}), { type: 'array', items: enumOf({}) }], 'at /1/items: "E" is already defined'],
    ['a type used before it is defined', ['E', enumOf({})], 'at /0: no type "E" is defined before this place'],
    ['a field without a type', field({ type: undefined }), 'at /fields/0: "type" is missing'],
    ['a field without a name', field({ name: undefined }), 'at /fields/0: a field needs a "name"'],
    ['a field with a bad name', field({ name: '1a' }), 'at /fields/0: "1a" cannot be the name of a field'],
    ['a field that is none', { type: 'record', name: 'R', fields: ['a'] }, 'at /fields/0: "a" is not a field'],
    ['a fault in a field', field({ type: ['null', 'x'] }), 'at /fields/0/type/1: no type "x"'],
    ['an unknown order', field({ order: 'up' }), 'at /fields/0/order: "up" is not'],
    ['aliases that are no array', field({ aliases: 'b' }), 'at /fields/0/aliases: aliases must be an array'],
    ['an alias that is no text', enumOf({ aliases: [1] }), 'at /aliases: 1 is not a name'],
    ['an alias that is no name', enumOf({ aliases: ['a-b'] }), 'at /aliases: "a-b" cannot be an alias'],
    ['an enum without symbols', enumOf({ symbols: undefined }), 'at /: an enum needs "symbols"'],
    ['a symbol given twice', enumOf({ symbols: ['A', 'B', 'A'] }), 'at /symbols/2: the enum already has a symbol "A"'],
    ['a symbol that is no name', enumOf({ symbols: ['A', '1'] }), 'at /symbols/1: "1" cannot be a symbol'],
    ['a default that is no symbol', enumOf({ default: 'B' }), 'at /default: "B" is not one of its symbols'],
    ['a fixed of no size', { type: 'fixed', name: 'F' }, 'at /: a fixed needs a "size"'],
    ['a fixed of a negative size', { type: 'fixed', name: 'F', size: -1 }, 'at /: a fixed needs a "size"'],
    [
      'a fixed beyond what a reader can hold',
      { type: 'fixed', name: 'F', size: 2 ** 31 },
      'at /: a fixed needs a "size"',
    ],
  ])('when it is or has %s', (_, schema, message) => {
    expect(() => parsed(schema)).toThrow(SchemaParseError)
    expect(() => parsed(schema)).toThrow(message)
  })

  test('when a field is there twice', () => {
    const fields = [
      { name: 'a', type: 'int' },
      { name: 'a', type: 'string' },
    ]
    expect(() => parsed({ type: 'record', name: 'R', fields })).toThrow(
      'at /fields/1: the record already has a field "a"',
    )
  })

  test('as an invalid one, which no repeating makes valid', () => {
    expect(new SchemaParseError('/a', 'b')).toMatchObject({ code: 'invalid-schema', retriable: false, path: '/a' })
  })
})

function parsed(schema: unknown): ParsedSchema {
  return parseSchema(JSON.stringify(schema))
}

function recordOf(schema: object): ParsedRecord {
  const type = parsed(schema)
  if (type.type !== 'record') throw new Error('not a record')
  return type
}

function withDefault(type: string, value: string): () => ParsedSchema {
  return () => parseSchema(`{"type":"record","name":"Top","fields":[{"name":"f","type":${type},"default":${value}}]}`)
}
