/** Requests that kafkajs lacks, sent through its connections. */
import { partOfKafkajs } from '../client/kafkajs-release.ts'

/** As kafkajs sends requests. */
export interface SentRequest<Answer> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    encode(): Promise<Encoder>
  }
  readonly response: {
    decode(bytes: unknown): Promise<Answer>
    parse(answer: Answer): Promise<Answer>
  }
}

export interface Encoder {
  writeInt8(value: number): Encoder
  writeInt32(value: number): Encoder
  writeBoolean(value: boolean): Encoder
  writeUVarInt(value: number): Encoder
  /** A compact string; null is written as null. */
  writeUVarIntString(value: string | null): Encoder
}

export interface Decoder {
  readInt8(): number
  readInt16(): number
  readInt32(): number
  readInt64(): { toString(): string }
  readBoolean(): boolean
  readString(): string
  readUVarInt(): number
  readUVarIntString(): string | null
  readTaggedFields(): unknown
  forward(bytes: number): void
}

const EncoderClass = partOfKafkajs<new () => Encoder>('protocol/encoder')
const DecoderClass = partOfKafkajs<new (bytes: unknown) => Decoder>('protocol/decoder')
const { failure, createErrorFromCode } = partOfKafkajs<{
  readonly failure: (code: number) => boolean
  readonly createErrorFromCode: (code: number) => Error
}>('protocol/error')

interface Asked<Answer> {
  readonly apiKey: number
  readonly apiVersion: number
  readonly apiName: string
  readonly write: (encoder: Encoder) => Encoder
  readonly read: (decoder: Decoder) => Answer
}

/** One whose version is from before tagged fields. */
export function plainRequest<Answer>({ write, read, ...api }: Asked<Answer>): SentRequest<Answer> {
  return {
    request: { ...api, encode: async () => write(new EncoderClass()) },
    response: { decode: async (bytes) => read(new DecoderClass(bytes)), parse: async (answer) => answer },
  }
}

/** One with tagged fields, which its head has as well: kafkajs writes the head without them. */
export function flexibleRequest<Answer>({ write, read, ...api }: Asked<Answer>): SentRequest<Answer> {
  return plainRequest({
    ...api,
    write: (encoder) => write(encoder.writeUVarInt(NO_TAGS)).writeUVarInt(NO_TAGS),
    read(decoder) {
      decoder.readTaggedFields()
      return read(decoder)
    },
  })
}

const NO_TAGS = 0

/** Throws what kafkajs throws for the code; `message`: what the broker says of it. */
export function throwFailure(code: number, message: string | null = null): void {
  if (!failure(code)) return
  const error = createErrorFromCode(code)
  if (message !== null && message !== '') error.message = message
  throw error
}

export function writeArray<Item>(encoder: Encoder, items: readonly Item[], write: (item: Item) => void): Encoder {
  encoder.writeUVarInt(items.length + 1)
  for (const item of items) write(item)
  return encoder
}

/** Null is empty. */
export function readArray<Item>(decoder: Decoder, read: (decoder: Decoder) => Item): Item[] {
  const count = decoder.readUVarInt() - 1
  return Array.from({ length: Math.max(0, count) }, () => read(decoder))
}

/** Of items with fields: behind each stand its tagged fields. */
export function readStructs<Item>(decoder: Decoder, read: (decoder: Decoder) => Item): Item[] {
  return readArray(decoder, () => {
    const item = read(decoder)
    decoder.readTaggedFields()
    return item
  })
}

export function readText(decoder: Decoder): string {
  return decoder.readUVarIntString() ?? ''
}
