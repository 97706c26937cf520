/**
 * Puts our decoder of records in the place of that of kafkajs, which copies all headers of a record once more for each of
 * them, and counts offsets as BigInt: 9.4 µs of processor time a record of ours. Headers are made when somebody asks for
 * them: they are most of the work. Only in the release that both were compared with. What is not as we know it is left
 * to the original.
 */
import type { IHeaders } from 'kafkajs'
import { replaceInKafkajs } from './kafkajs-release.ts'

/** What kafkajs passes to its decoder: the bytes of one record, and what of it stands in the head of the batch. */
export interface RecordBytes {
  readonly buffer: Buffer
  readonly offset: number
}

export interface BatchContext {
  readonly firstOffset?: string
  readonly firstTimestamp?: string
  readonly magicByte?: number
  readonly isControlBatch?: boolean
  /** 0: when it was made; 1: when the broker got it. */
  readonly timestampType?: number
  readonly maxTimestamp?: string
}

export interface DecodedRecord {
  readonly magicByte: number | undefined
  readonly attributes: number
  readonly timestamp: string
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
  readonly isControlRecord: boolean
  readonly batchContext: BatchContext
}

type Decode = (bytes: RecordBytes, context?: BatchContext) => DecodedRecord

const LOG_APPEND_TIME = 1

/** Must run before the first fetch: kafkajs loads what decodes an answer with the first one. */
export function installRecordDecoder(): void {
  replaceInKafkajs('protocol/recordBatch/record/v0/decoder', decoderBefore)
}

/** Ours where it can be, else the original: for headers given twice, and whatever is cut off. */
export function decoderBefore(original: Decode): Decode {
  return (bytes, context = {}) => decodePlain(bytes, context, original) ?? original(bytes, context)
}

/**
 * Some headers of a record as text, in the order of `names`; '' for one that is not there. Of many headers a few are had
 * for less than all of them.
 */
export function headerTexts(
  record: { readonly headers?: IHeaders | undefined },
  names: readonly string[],
): readonly string[] {
  const read = record instanceof LazyRecord ? record.texts(names) : null
  return read ?? names.map((name) => record.headers?.[name]?.toString() ?? '')
}

function decodePlain(bytes: RecordBytes, context: BatchContext, original: Decode): DecodedRecord | null {
  const { firstOffset, firstTimestamp, timestampType, maxTimestamp } = context
  if (firstOffset === undefined || firstTimestamp === undefined) return null
  const cursor = new Cursor(bytes.buffer, bytes.offset)
  const attributes = cursor.byte()
  const timestamp = Number(firstTimestamp) + cursor.varint()
  const position = Number(firstOffset) + cursor.varint()
  const key = cursor.bytes()
  const value = cursor.bytes()
  const headersAt = cursor.at
  cursor.skipHeaders()
  if (cursor.isPast || !Number.isSafeInteger(timestamp) || !Number.isSafeInteger(position)) return null
  return new LazyRecord(
    {
      attributes,
      timestamp: timestampType === LOG_APPEND_TIME && maxTimestamp ? maxTimestamp : String(timestamp),
      offset: String(position),
      key,
      value,
    },
    { bytes, context, headersAt, original },
  )
}

interface LeftBytes {
  readonly bytes: RecordBytes
  readonly context: BatchContext
  readonly headersAt: number
  readonly original: Decode
}

/** A record with what is left of its bytes: most readers never ask for headers, and those of our records take longest. */
class LazyRecord implements DecodedRecord {
  readonly attributes: number
  readonly timestamp: string
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly #left: LeftBytes
  #headers: IHeaders | null = null

  constructor(
    {
      attributes,
      timestamp,
      offset,
      key,
      value,
    }: Pick<DecodedRecord, 'attributes' | 'timestamp' | 'offset' | 'key' | 'value'>,
    left: LeftBytes,
  ) {
    this.attributes = attributes
    this.timestamp = timestamp
    this.offset = offset
    this.key = key
    this.value = value
    this.#left = left
  }

  get headers(): IHeaders {
    const { bytes, context, headersAt, original } = this.#left
    this.#headers ??= new Cursor(bytes.buffer, headersAt).headers() ?? original(bytes, context).headers
    return this.#headers
  }

  /** Null: `headers` has to be asked. */
  texts(names: readonly string[]): readonly string[] | null {
    return new Cursor(this.#left.bytes.buffer, this.#left.headersAt).texts(names)
  }

  get magicByte(): number | undefined {
    return this.#left.context.magicByte
  }

  get isControlRecord(): boolean {
    return this.#left.context.isControlBatch ?? false
  }

  get batchContext(): BatchContext {
    return this.#left.context
  }
}

/** Records have mostly the same headers in the same order: a name that comes again costs no new text. */
const MOST_NAMES = 16
const lastNames: { readonly name: string; readonly bytes: Buffer }[] = []

/** Reads on from a place; where it would read past the end it says so when asked. */
class Cursor {
  readonly #buffer: Buffer
  #at: number

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer
    this.#at = at
  }

  get isPast(): boolean {
    return this.#at > this.#buffer.length
  }

  get at(): number {
    return this.#at
  }

  byte(): number {
    return ((this.#buffer[this.#at++] ?? 0) << 24) >> 24
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#buffer[this.#at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  bytes(): Buffer | null {
    const length = this.varint()
    if (length < 0) return null
    const start = this.#at
    this.#at += length
    return this.#buffer.subarray(start, this.#at)
  }

  skipHeaders(): void {
    const count = this.varint()
    for (let index = 0; index < count && !this.isPast; index++) {
      this.#skip()
      this.#skip()
    }
  }

  #skip(): void {
    const length = this.varint()
    if (length > 0) this.#at += length
  }

  /** Null: a name comes twice, has no text or is one that an object cannot have for its own. */
  headers(): IHeaders | null {
    const headers: IHeaders = {}
    const count = this.varint()
    for (let index = 0; index < count; index++) {
      const length = this.varint()
      const start = this.#at
      this.#at += length
      if (length < 0 || this.isPast) return null
      const name = this.#name(index, start)
      if (name in headers) return null
      headers[name] = this.bytes() ?? undefined
    }
    return headers
  }

  /** Null: one of the names comes twice. */
  texts(names: readonly string[]): readonly string[] | null {
    const texts = names.map(() => '')
    const count = this.varint()
    for (let index = 0; index < count; index++) {
      const length = this.varint()
      const start = this.#at
      this.#at += length
      const wanted = names.indexOf(this.#name(index, start))
      const size = this.varint()
      if (wanted >= 0) {
        if (texts[wanted] !== '') return null
        texts[wanted] = this.#buffer.toString('utf8', this.#at, this.#at + Math.max(0, size))
      }
      this.#at += Math.max(0, size)
    }
    return texts
  }

  #name(index: number, start: number): string {
    const last = lastNames[index]
    if (last !== undefined && this.#stands(last.bytes, start)) return last.name
    const name = this.#buffer.toString('utf8', start, this.#at)
    if (index < MOST_NAMES) lastNames[index] = { name, bytes: Buffer.from(this.#buffer.subarray(start, this.#at)) }
    return name
  }

  /** Whether exactly these bytes were read since `start`. In JavaScript: a call of Node's own takes longer than a name. */
  #stands(bytes: Buffer, start: number): boolean {
    if (bytes.length !== this.#at - start) return false
    for (let index = 0; index < bytes.length; index++) if (bytes[index] !== this.#buffer[start + index]) return false
    return true
  }
}
