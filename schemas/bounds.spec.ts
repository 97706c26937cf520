import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AvroSchema } from './avro-schema.ts'
import { avroType } from './avro-types.ts'
import { boundsWalk } from './bounds.ts'
import { DecodeError } from './codec-errors.ts'
import { decodeUntrusted, encode } from './codec.ts'
import { arbitraryEvent, eventTypes } from './test-kit.ts'

const list: AvroSchema = {
  type: 'record',
  name: 'List',
  fields: [{ name: 'rest', type: ['null', 'List'] }],
}

function hex(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.join(''), 'hex')
}

describe('bytes within their bounds pass', () => {
  test.each<[string, AvroSchema, Buffer]>([
    ['the largest and smallest int', { type: 'array', items: 'int' }, hex('04', 'feffffff0f', 'ffffffff0f', '00')],
    ['the largest safe long', 'long', hex('feffffffffffff1f')],
    ['the smallest safe long', 'long', hex('fdffffffffffff1f')],
    ['both booleans', { type: 'array', items: 'boolean' }, hex('04', '00', '01', '00')],
    [
      'an array in blocks, one with its size',
      { type: 'array', items: 'string' },
      hex('02', '0241', '01', '04', '0242', '00'),
    ],
    ['10,000 entries', { type: 'array', items: 'null' }, hex('a09c01', '00')],
    ['a map', { type: 'map', values: 'int' }, hex('02', '0241', '02', '00')],
    ['a long string beyond ASCII', 'string', Buffer.concat([hex('9003'), Buffer.from('é'.repeat(100))])],
    ['a short string beyond ASCII', 'string', Buffer.concat([hex('04'), Buffer.from('é')])],
    ['bytes and fixed', ['bytes', { type: 'fixed', name: 'Two', size: 2 }], hex('02', 'fffe')],
    ['a double', 'double', hex('000000000000f03f')],
    ['a record of 32 levels', list, hex('02'.repeat(31), '00')],
  ])('%s', (_, schema, data) => {
    expect(boundsWalk(schema)(data)).toBeNull()
    expect(() => avroType(schema).fromBuffer(data)).not.toThrow()
  })
})

describe('bytes out of their bounds are refused', () => {
  test.each<[string, AvroSchema, Buffer]>([
    ['an int of more than 32 bits', 'int', hex('8080808010')],
    ['an int of more than 32 bits', 'int', hex('808080808000')],
    ['a long beyond 2^53 - 1', 'long', hex('8080808080808020')],
    ['a long beyond 2^53 - 1', 'long', hex('ffffffffffffff1f')],
    ['a number of more than 10 bytes', 'long', hex('8080808080808080808000')],
    ['the bytes end too early', 'long', hex('80')],
    ['a boolean of 7', 'boolean', hex('07')],
    ['a number that is NaN', 'double', hex('000000000000f87f')],
    ['a number that is Infinity', 'float', hex('0000807f')],
    ['a string that is not UTF-8', 'string', hex('04', 'c328')],
    ['a string that is not UTF-8', 'string', Buffer.concat([hex('9003'), Buffer.alloc(200, 0xff)])],
    ['the bytes end too early', 'string', hex('0a', '4142')],
    ['a negative length', 'bytes', hex('03', '4142')],
    ['the bytes end too early', { type: 'fixed', name: 'Two', size: 2 }, hex('41')],
    ['union branch 2 of 2', ['null', 'int'], hex('04')],
    ['union branch -1 of 2', ['null', 'int'], hex('01')],
    ['symbol 2 of 2', { type: 'enum', name: 'Coin', symbols: ['heads', 'tails'] }, hex('04')],
    ['more than 10000 entries', { type: 'array', items: 'null' }, hex('a29c01', '00')],
    ['more than 10000 entries', { type: 'array', items: 'null' }, hex('a09c01', '02', '00')],
    ['more than 10000 entries', { type: 'array', items: 'int' }, hex('feffffff0f')],
    ['more than 10000 entries', { type: 'array', items: 'int' }, hex('ffffffffffffffffff01', '00')],
    [
      'more than 10000 entries',
      { type: 'array', items: { type: 'array', items: 'null' } },
      hex('04', 'a09c0100', 'a09c0100', '00'),
    ],
    ['a block whose size differs from its header', { type: 'array', items: 'int' }, hex('01', '04', '02', '00')],
    ['a map key __proto__', { type: 'map', values: 'int' }, hex('02', '125f5f70726f746f5f5f', '02', '00')],
    ['a map key __proto__', { type: 'map', values: 'int' }, hex('02', '92005f5f70726f746f5f5f', '02', '00')],
    ['nested deeper than 32', list, hex('02'.repeat(32), '00')],
    ['trailing bytes', 'int', hex('02', '00')],
  ])('%s', (reason, schema, data) => {
    expect(boundsWalk(schema)(data)).toMatchObject({ reason })
  })

  test('with the offset and the path to the field', () => {
    const item: AvroSchema = { type: 'record', name: 'Item', fields: [{ name: 'sold', type: 'boolean' }] }
    const schema: AvroSchema = {
      type: 'record',
      name: 'Shop',
      fields: [{ name: 'items', type: { type: 'array', items: item } }],
    }
    expect(boundsWalk(schema)(hex('04', '00', '02', '00'))).toEqual({
      reason: 'a boolean of 2',
      offset: 2,
      path: ['items', '1', 'sold'],
    })
  })

  test('a count of 5 bytes, which would end the process if it were decoded', () => {
    const { data } = encode({
      type: 'OrderRejected',
      orderId: 'o',
      customerId: 'c',
      tier: null,
      region: null,
      reason: 'r',
      lines: [],
      total: null,
      shortages: [],
      rejectedAt: 0,
    })
    const forged = Buffer.concat([data.subarray(0, 8), hex('feffffff0f'), data.subarray(9)])
    expect(() => decodeUntrusted('OrderRejected', 1, forged)).toThrow(
      'OrderRejected.lines: more than 10000 entries at byte',
    )
  })
})

test('mutated events decode or are refused with a DecodeError, whatever the mutation', () => {
  const mutation = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }), drop: fc.nat(6) })
  const event = fc.constantFrom(...eventTypes).chain(arbitraryEvent)
  const outcomes = { decoded: 0, refused: 0 }
  fc.assert(
    fc.property(event, fc.array(mutation, { minLength: 20, maxLength: 20 }), (valid, mutations) => {
      const { type, schemaVersion, data } = encode(valid)
      for (const { at, bytes, drop } of mutations) {
        const start = at % data.length
        const mutated = Buffer.concat([data.subarray(0, start), bytes, data.subarray(start + drop)])
        outcomes[outcomeOf(type, schemaVersion, mutated)]++
      }
    }),
    { numRuns: 1000 },
  )
  expect(outcomes.decoded).toBeGreaterThan(0)
  expect(outcomes.refused).toBeGreaterThan(outcomes.decoded)
}, 60_000)

/** Whatever decodes must also be an event that encodes again: nothing out of range came through. */
function outcomeOf(type: string, schemaVersion: number, data: Buffer): 'decoded' | 'refused' {
  try {
    encode(decodeUntrusted(type, schemaVersion, data))
    return 'decoded'
  } catch (error) {
    if (error instanceof DecodeError) return 'refused'
    throw error
  }
}
