import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteaArray, int2Array, int4Array, int8Array, textArray, uuidArray, uuidBytes } from './binary-array.ts'

/** Reads the wire format as Postgres does, written from its documentation and not from the code under test. */
function parse(wire: Buffer): { readonly hasNull: boolean; readonly oid: number; readonly values: (Buffer | null)[] } {
  const dimensions = wire.readInt32BE(0)
  const hasNull = wire.readInt32BE(4) === 1
  const oid = wire.readInt32BE(8)
  const values: (Buffer | null)[] = []
  let at = dimensions === 0 ? 12 : 20
  if (dimensions === 1) {
    expect(wire.readInt32BE(16)).toBe(1)
    for (let left = wire.readInt32BE(12); left > 0; left--) {
      const length = wire.readInt32BE(at)
      at += 4
      values.push(length < 0 ? null : wire.subarray(at, at + length))
      at += Math.max(length, 0)
    }
  }
  expect(at).toBe(wire.length)
  return { hasNull, oid, values }
}

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(fc.option(arbitrary, { nil: null, freq: 4 }))

describe('arrays in the binary wire format', () => {
  test('texts of any script come out as they went in, nulls and empty ones too', () => {
    fc.assert(
      fc.property(nullable(fc.string({ unit: 'grapheme' })), (texts) => {
        const { oid, hasNull, values } = parse(textArray(texts))
        expect(oid).toBe(25)
        expect(hasNull).toBe(texts.includes(null))
        expect(values.map((value) => value?.toString('utf8') ?? null)).toEqual(texts)
      }),
    )
  })

  test('bytes come out as they went in', () => {
    fc.assert(
      fc.property(nullable(fc.uint8Array().map((bytes) => Buffer.from(bytes))), (blobs) => {
        const { oid, values } = parse(byteaArray(blobs))
        expect(oid).toBe(17)
        expect(values.map((value) => value?.toString('hex') ?? null)).toEqual(
          blobs.map((blob) => blob?.toString('hex') ?? null),
        )
      }),
    )
  })

  test('uuids are their sixteen bytes', () => {
    const uuid = '0192f0c1-2b3c-7d4e-8f50-61728394a5b6'
    const { oid, values } = parse(uuidArray([uuidBytes(uuid), null]))
    expect(oid).toBe(2950)
    expect(values).toEqual([Buffer.from('0192f0c12b3c7d4e8f5061728394a5b6', 'hex'), null])
  })

  test.each(['', 'abc', '0192f0c1-2b3c-7d4e-8f50-61728394a5', '0192f0c1-2b3c-7d4e-8f50-61728394a5xx'])(
    'what is no uuid (%s) is refused',
    (text) => {
      expect(() => uuidBytes(text)).toThrow(RangeError)
    },
  )

  test.each([
    ['int2', int2Array, 21, 2, [0, 1, -1, 32_767, -32_768]],
    ['int4', int4Array, 23, 4, [0, 1, -1, 2_147_483_647, -2_147_483_648]],
    ['int8', int8Array, 20, 8, [0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
  ] as const)('%s keeps the ends of its range', (_, write, oid, size, numbers) => {
    const parsed = parse(write([...numbers, null]))
    expect(parsed.oid).toBe(oid)
    const read = (bytes: Buffer) => Number(size === 8 ? bytes.readBigInt64BE() : bytes.readIntBE(0, size))
    expect(parsed.values.map((value) => value && read(value))).toEqual([...numbers, null])
  })

  test.each([
    ['int2', int2Array, 32_768],
    ['int4', int4Array, 2_147_483_648],
  ] as const)('%s refuses a number outside of its range', (_, write, number) => {
    expect(() => write([number])).toThrow(RangeError)
  })

  test('an array without members has no dimension', () => {
    expect(textArray([])).toEqual(Buffer.from('000000000000000000000019', 'hex'))
  })
})
