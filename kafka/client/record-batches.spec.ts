import { createRequire } from 'node:module'
import fc from 'fast-check'
import { kafkajs } from './kafkajs.ts'
import { describe, expect, test } from 'vitest'
import './codecs.ts'
import { fromOffset, markAborted, readBatches, visibleRecords, type FetchedBatch } from './record-batches.ts'
import { headerTexts } from './record-headers.ts'

const { CompressionTypes } = kafkajs

const load = createRequire(import.meta.url)
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<{ readonly buffer: Buffer }>
}
const recordOf = load('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object
const Long = load('kafkajs/src/utils/long') as { fromNumber(value: number): object }

type Value = Buffer | null
interface Written {
  readonly key: Value
  readonly value: Value
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>
}

const FIRST = 1_000
const TIME = 1_700_000_000_000
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom('constructor', 'toString'))
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(name, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), { maxKeys: 12 }),
})
const codec = fc.constantFrom(CompressionTypes.None, CompressionTypes.GZIP, CompressionTypes.LZ4)

/** As kafkajs writes it, from offset 1,000 on. */
async function batchOf(records: readonly Written[], more: object = {}): Promise<Buffer> {
  const encoded = records.map((each, index) => recordOf({ ...each, offsetDelta: index, timestampDelta: index }))
  const batch = {
    ...{ firstOffset: Long.fromNumber(FIRST), firstTimestamp: TIME, maxTimestamp: TIME + records.length },
    ...{ lastOffsetDelta: records.length - 1, records: encoded, ...more },
  }
  return (await RecordBatch(batch)).buffer
}

async function only(bytes: Buffer): Promise<FetchedBatch> {
  const [batch] = await readBatches(bytes)
  if (batch === undefined) throw new Error('no batch')
  return batch
}

const sample: Written = {
  key: Buffer.from('key'),
  value: Buffer.from('value'),
  headers: { name: Buffer.from('header') },
}

describe('a batch of a Fetch answer', () => {
  test('has the records that were written, headers as pairs of bytes in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), codec, async (records, compression) => {
        const batch = await only(await batchOf(records, { compression }))
        expect(batch).toMatchObject({
          first: FIRST,
          last: FIRST + records.length - 1,
          control: false,
          unreadable: null,
        })
        const read = batch.records.map(({ headers, ...each }) => ({ ...each, headers: [...headers] }))
        expect(read).toEqual(
          records.map(({ key, value, headers }, index) => ({
            ...{ key, value, offset: FIRST + index, timestamp: TIME + index },
            headers: Object.entries(headers).flatMap(([header, values]) =>
              [values].flat().map((each) => [Buffer.from(header), each]),
            ),
          })),
        )
      }),
    )
  })

  test('gives some headers as text, whatever their names are; of several the last one', async () => {
    const headers = {
      a: [Buffer.from('1'), Buffer.from('2')],
      constructor: Buffer.from('c'),
      ['__proto__']: Buffer.from('p'),
      é: Buffer.from('e'),
    }
    const { records } = await only(await batchOf([{ ...sample, headers }]))
    const names = ['__proto__', 'a', 'constructor', 'toString']
    for (const of of [records[0]?.headers ?? [], [...(records[0]?.headers ?? [])]]) {
      expect(headerTexts(of, names)).toEqual(['p', '2', 'c', null])
    }
  })

  test('is unreadable when any bit behind its checksum is another, and the batch behind it is read', async () => {
    const whole = await batchOf([sample, sample])
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 17, max: whole.length - 1 }), fc.nat(7), async (at, bit) => {
        const turned = Buffer.from(whole)
        turned[at] = (turned[at] ?? 0) ^ (1 << bit)
        const [bad, good] = await readBatches(Buffer.concat([turned, whole]))
        expect(bad).toMatchObject({ first: FIRST, records: [], unreadable: expect.stringContaining('checksum') })
        expect(good?.records).toHaveLength(2)
      }),
    )
  })

  test('is unreadable when it unpacks to more than any batch has', async () => {
    const value = Buffer.alloc(65 * 1024 * 1024)
    const batch = await only(await batchOf([{ ...sample, value }], { compression: CompressionTypes.GZIP }))
    expect(batch).toMatchObject({ spoiled: false, unreadable: expect.stringContaining('larger than'), records: [] })
  })

  test('is unreadable when its records do not stand in the order of its offsets', async () => {
    const twice = await batchOf([sample, sample], { lastOffsetDelta: 0 })
    expect(await only(twice)).toMatchObject({ unreadable: 'its offsets are not in order', records: [] })
  })

  test('is unreadable when its codec is unknown, with its last offset', async () => {
    const batch = await batchOf([sample, sample, sample])
    batch.writeInt16BE(CompressionTypes.ZSTD, 21)
    const crc = load('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number
    batch.writeUInt32BE(crc(batch.subarray(21)), 17)
    const read = await only(batch)
    expect(read).toMatchObject({
      first: FIRST,
      last: FIRST + 2,
      records: [],
      unreadable: expect.stringMatching('ZSTD'),
    })
  })

  test('has its last offset though compaction has left nothing of it', async () => {
    const read = await only(await batchOf([], { lastOffsetDelta: 9 }))
    expect(read).toMatchObject({ first: FIRST, last: FIRST + 9, records: [], unreadable: null })
  })

  test('is left out when the answer ends within it', async () => {
    const whole = await batchOf([sample])
    for (let length = 0; length < whole.length; length++) {
      expect(await readBatches(whole.subarray(0, length))).toEqual([])
      expect(await readBatches(Buffer.concat([whole, whole.subarray(0, length)]))).toHaveLength(1)
    }
  })

  test('begins where it was asked for, though the broker gives it whole', async () => {
    const batch = await only(await batchOf([sample, sample, sample]))
    expect(fromOffset(batch, FIRST + 2).records.map(({ offset }) => offset)).toEqual([FIRST + 2])
    expect(fromOffset(batch, FIRST)).toBe(batch)
  })
})

describe('transactions', () => {
  const of = (producer: string | null, first: number, control = false): FetchedBatch => ({
    ...{ first, last: first + 9, producer, control, aborted: false, unreadable: null },
    ...{ spoiled: false, bytes: Buffer.alloc(0) },
    records: [
      { offset: first, timestamp: 0, key: null, value: null, headers: { *[Symbol.iterator]() {}, texts: () => [] } },
    ],
  })
  const seen = (batches: readonly FetchedBatch[]) =>
    batches.filter((batch) => visibleRecords(batch).length > 0).map(({ first }) => first)

  test('that were rolled back are marked up to their end, and those of others and later ones are not', () => {
    const batches = [
      of('1', 0),
      of('2', 10),
      of(null, 20),
      of('1', 30),
      of('1', 40, true),
      of('1', 50),
      of('1', 60, true),
    ]
    const marked = markAborted(batches, [{ producerId: '1', firstOffset: '0' }])
    expect(seen(marked)).toEqual([10, 20, 50])
    expect(seen(markAborted(batches, null))).toEqual([0, 10, 20, 30, 50])
  })

  test('that began before the answer are known, and several of one producer', () => {
    const batches = [of('1', 100), of('1', 110, true), of('1', 120), of('1', 130, true), of('1', 140)]
    const aborted = [120, 3].map((first) => ({ producerId: '1', firstOffset: String(first) }))
    expect(seen(markAborted(batches, aborted))).toEqual([140])
  })
})
