/**
 * Reads the record batches of a Fetch answer (https://kafka.apache.org/documentation/#recordbatch): each with its last
 * offset, its records and what it is. kafkajs does not offer that: it makes one list of all records, folds headers into an
 * object (at 9.4 µs for a record of ours), looks at no checksum, ends at a codec that it does not know, and never gets past
 * a batch that compaction has emptied.
 */
import { partOfKafkajs } from './kafkajs-release.ts'
import type { RecordHeader, ScannedHeaders } from './record-headers.ts'

export interface FetchedBatch {
  /** Offset of its first and of its last record, though compaction may have removed both. */
  readonly first: number
  readonly last: number
  /** Id of the producer, when it is part of a transaction; null: it is of none. */
  readonly producer: string | null
  /** The end of a transaction. Its records are Kafka's own. */
  readonly control: boolean
  /** Of a transaction that was rolled back. */
  readonly aborted: boolean
  /** Why its records cannot be read: its checksum is wrong, its codec unknown, a record cut off. Null: they are these. */
  readonly unreadable: string | null
  /** Its checksum is wrong: it may have been spoiled on its way. */
  readonly spoiled: boolean
  /** As it came; nothing of one that was read. */
  readonly bytes: Buffer
  readonly records: readonly FetchedRecord[]
}

export interface FetchedRecord {
  readonly offset: number
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: ScannedHeaders
}

export interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: string
}

/** Records from this offset on: brokers give batches whole, though they may begin earlier. */
export function fromOffset(batch: FetchedBatch, offset: number): FetchedBatch {
  if (batch.first >= offset) return batch
  return { ...batch, first: offset, records: batch.records.filter((record) => record.offset >= offset) }
}

/** What its readers go by: neither ends of transactions nor what was rolled back. */
export function visibleRecords({ control, aborted, records }: FetchedBatch): readonly FetchedRecord[] {
  return control || aborted ? [] : records
}

/** All batches that are whole: the last one of an answer may be cut off. */
export async function readBatches(bytes: Buffer): Promise<readonly FetchedBatch[]> {
  const batches: FetchedBatch[] = []
  for (let at = 0; at + AT.magic < bytes.length;) {
    const end = at + AT.epoch + bytes.readInt32BE(at + AT.length)
    if (end <= at + AT.magic || end > bytes.length) break
    batches.push(await readBatch(bytes.subarray(at, end)))
    at = end
  }
  return batches
}

/** The same batches, with those marked that belong to transactions of which the broker says that they were rolled back. */
export function markAborted(
  batches: readonly FetchedBatch[],
  transactions: readonly AbortedTransaction[] | null,
): readonly FetchedBatch[] {
  if (transactions === null || transactions.length === 0) return batches
  const coming = transactions.toSorted((one, other) => Number(one.firstOffset) - Number(other.firstOffset))
  const under = new Set<string>()
  return batches.map((batch) => {
    const { producer } = batch
    for (; Number(coming[0]?.firstOffset) <= batch.last; coming.shift()) under.add(coming[0]?.producerId ?? '')
    if (producer === null || !under.has(producer)) return batch
    if (batch.control) under.delete(producer)
    return batch.control ? batch : { ...batch, aborted: true }
  })
}

const AT = {
  length: 8,
  epoch: 12,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastDelta: 23,
  firstTime: 27,
  maxTime: 35,
  producer: 43,
  count: 57,
  records: 61,
}
const LOG_APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

type Codec = { decompress(bytes: Buffer): Promise<Buffer> } | null
const { lookupCodecByAttributes: codecOf } = partOfKafkajs<{ lookupCodecByAttributes(attributes: number): Codec }>(
  'protocol/message/compression',
)
const checksumOf = partOfKafkajs<(bytes: Buffer) => number>('protocol/recordBatch/crc32C')

async function readBatch(bytes: Buffer): Promise<FetchedBatch> {
  const first = int64(bytes, 0)
  const magic = bytes.readInt8(AT.magic)
  const unread = {
    ...{ first, last: first, control: false, aborted: false, producer: null, records: [] },
    ...{ spoiled: false, bytes },
  }
  if (magic !== 2 || bytes.length < AT.records) return { ...unread, unreadable: `it has the old format ${magic}` }
  const attributes = bytes.readInt16BE(AT.attributes)
  const batch = {
    ...unread,
    last: first + Math.max(0, bytes.readInt32BE(AT.lastDelta)),
    control: (attributes & CONTROL) > 0,
    producer: (attributes & TRANSACTIONAL) > 0 ? String(bytes.readBigInt64BE(AT.producer)) : null,
  }
  if (checksumOf(bytes.subarray(AT.attributes)) !== bytes.readUInt32BE(AT.checksum))
    return { ...batch, spoiled: true, unreadable: 'its checksum is wrong: it is not as it was written' }
  try {
    const packed = bytes.subarray(AT.records)
    const body = (await codecOf(attributes)?.decompress(packed)) ?? packed
    const appended = (attributes & LOG_APPEND_TIME) > 0 ? int64(bytes, AT.maxTime) : null
    const around = { ...batch, time: int64(bytes, AT.firstTime), appended, count: bytes.readInt32BE(AT.count) }
    return { ...batch, bytes: NOTHING, records: readRecords(body, around), unreadable: null }
  } catch (error) {
    return { ...batch, unreadable: error instanceof Error ? error.message : String(error) }
  }
}

interface Around {
  readonly first: number
  readonly last: number
  readonly time: number
  readonly appended: number | null
  readonly count: number
}

function readRecords(body: Buffer, { first, last, time, appended, count }: Around): readonly FetchedRecord[] {
  const records: FetchedRecord[] = []
  const cursor = new Cursor(body, 0)
  for (let index = 0; index < count; index++) {
    const length = cursor.varint()
    const end = cursor.at + length
    cursor.at += 1 // attributes: none are in use
    const timestamp = time + cursor.varint()
    const offset = first + cursor.varint()
    const [key, value] = [cursor.bytes(), cursor.bytes()]
    const headers = new HeaderBytes(body, cursor.at)
    cursor.skipHeaders()
    if (length < 0 || cursor.at !== end || end > body.length) throw new Error('one of its records is cut off')
    // Anyone who sends a batch writes them, and what stands at no place of its own can be neither taken nor passed.
    if (offset <= (records.at(-1)?.offset ?? first - 1) || offset > last)
      throw new Error('its offsets are not in order')
    records.push({ offset, timestamp: appended ?? timestamp, key, value, headers })
  }
  return records
}

function int64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigInt64BE(at))
}

/** Pairs are made for a caller that asks: those of our records take longer than all the rest, and most readers want a few. */
class HeaderBytes implements ScannedHeaders {
  readonly #bytes: Buffer
  readonly #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  *[Symbol.iterator](): Generator<RecordHeader, void, undefined> {
    const cursor = new Cursor(this.#bytes, this.#at)
    for (let left = cursor.varint(); left > 0; left--) yield [cursor.bytes() ?? NOTHING, cursor.bytes()]
  }

  texts(names: readonly string[]): (string | null)[] {
    const texts = names.map((): string | null => null)
    const cursor = new Cursor(this.#bytes, this.#at)
    for (let left = cursor.varint(); left > 0; left--) {
      const wanted = cursor.nameAmong(names)
      if (wanted >= 0) texts[wanted] = cursor.text()
      else cursor.skip()
    }
    return texts
  }
}

const NOTHING = Buffer.alloc(0)

/** Reads on from a place; what lies past the end reads as nothing, and shows in `at`. */
class Cursor {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#bytes[this.at++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  bytes(): Buffer | null {
    const length = this.varint()
    if (length < 0) return null
    const start = this.at
    this.at += length
    return this.#bytes.subarray(start, this.at)
  }

  text(): string | null {
    const length = this.varint()
    if (length < 0) return null
    const start = this.at
    this.at += length
    return this.#bytes.toString('utf8', start, this.at)
  }

  skip(): void {
    const length = this.varint()
    if (length > 0) this.at += length
  }

  skipHeaders(): void {
    for (let left = this.varint(); left > 0 && this.at <= this.#bytes.length; left--) {
      this.skip()
      this.skip()
    }
  }

  /** Which of the names is here; -1: none of them. In JavaScript: a call of Node's own takes longer than a name. */
  nameAmong(names: readonly string[]): number {
    const length = this.varint()
    const start = this.at
    this.at += Math.max(0, length)
    return names.findIndex((name) => {
      if (name.length !== length) return false
      for (let index = 0; index < length; index++)
        if (name.charCodeAt(index) !== this.#bytes[start + index]) return false
      return true
    })
  }
}
