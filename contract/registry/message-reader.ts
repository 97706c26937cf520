/**
 * Reads framed messages of one record, written with any schema in the registry that resolves to ours: another version of
 * it, or another spelling. The schemas of others are asked for once, and read in a thread of their own first.
 */
import { DecodeError } from '../../schemas/codec-errors.ts'
import type { AvroSchema } from '../../schemas/avro-schema.ts'
import { JudgeBusy } from '../judgement/judge-busy.ts'
import { requireSchema, type Judge } from '../judgement/judgement.ts'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import { RegistryFailure, type SchemaRegistry } from './schema-registry.ts'

const HEADER = 5

export interface MessageReader<Of> {
  /** Sees to it that the schema of a framed message is known. Rejects with what passes by itself: a RegistryFailure, a JudgeBusy. */
  learnAvro(message: Buffer): Promise<void>
  /** The value of a framed message. Throws DecodeError. */
  read(message: Buffer): Of
  /** Whether it is framed with our own schema: then its body is as we would write it. */
  isOurs(message: Buffer): boolean
  /** Whether it can be read, or found unreadable, without `learnAvro`. */
  isLearnt(message: Buffer): boolean
}

/** What is read. */
export interface ReadRecord<Of> {
  /** Of the record. */
  readonly name: string
  /** Of a body in our own schema. */
  readonly decode: (data: Uint8Array) => Of
  /** For a body in the schema of somebody else; throws where that does not resolve to ours. */
  readonly decoderOf: (writer: AvroSchema) => (data: Uint8Array) => Of
}

export interface MessageReaderParts {
  /** Of the record as we have it; null: the registry does not have it. */
  readonly schemaId: number | null
  /** Asked for the schemas of others. */
  readonly registry: Pick<SchemaRegistry, 'schemaById'>
  /** Reads them first: what they cost is not known before. */
  readonly judge: Judge
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
}

/** How long an id that nobody knows is not asked for again. */
const ASK_AGAIN_MS = 60_000
const MOST_REMEMBERED = 100
/** So often a schema is read that is not read in time. */
const MAX_ATTEMPTS = 3
/** Of a schema that somebody else wrote; ours has 600. */
const MOST_TEXT = 100_000
const JAVA =
  'a Java producer needs the schema.registry.url of this service, auto.register.schemas=false, use.latest.version=true and RecordNameStrategy as value.subject.name.strategy'

interface Learnt<Of> {
  readonly at: number
  /** Why it is missing, where it is text. */
  readonly decode: ((data: Uint8Array) => Of) | string
}

export function messageReader<Of>(
  { name, decode: decodeOurs, decoderOf: decoderFor }: ReadRecord<Of>,
  { schemaId, registry, judge, monotonic }: MessageReaderParts,
): MessageReader<Of> {
  const learnt = new Map<number, Learnt<Of>>()
  /** Those that are being asked for: many records come with one id. */
  const asking = new Map<number, Promise<void>>()
  /** How often the reading of a schema came to no end. */
  const late = new Map<number, number>()

  async function learn(id: number): Promise<void> {
    const text = await registry.schemaById(id).catch((error: unknown) => {
      if (error instanceof RegistryFailure && !error.retriable) return null
      throw error
    })
    const decode = text === null ? `the registry has no schema ${String(id)}` : await decoderOf(text, id)
    const [oldest] = learnt.keys()
    if (oldest !== undefined && learnt.size >= MOST_REMEMBERED) learnt.delete(oldest)
    learnt.set(id, { at: monotonic(), decode })
  }

  /** Text: why it cannot be read. */
  async function decoderOf(text: string, id: number): Promise<Learnt<Of>['decode']> {
    const what = `schema ${String(id)} cannot be read as ${name}`
    try {
      if (text.length > MOST_TEXT) return `${what}: it has more than ${String(MOST_TEXT)} characters`
      const given = await requireSchema(judge, text).catch((error: unknown) => givenUp(id, error))
      if (typeof given === 'string') return given
      late.delete(id)
      return decoderFor(JSON.parse(text) as AvroSchema)
    } catch (error) {
      if (error instanceof JudgeBusy) throw error
      return `${what}: ${messageOf(error).slice(0, 300)}`
    }
  }

  /** A full queue is waited for; a schema that is not read in time, or at which the thread dies, is tried so often and no more. */
  function givenUp(id: number, error: unknown): string {
    if (error instanceof SchemaParseError || (error instanceof JudgeBusy && error.why === 'queue')) throw error
    const attempts = (late.get(id) ?? 0) + 1
    const [oldest] = late.keys()
    if (oldest !== undefined && late.size >= MOST_REMEMBERED) late.delete(oldest)
    late.set(id, attempts)
    if (attempts < MAX_ATTEMPTS) throw new JudgeBusy('deadline', messageOf(error), { cause: error })
    late.delete(id)
    return `schema ${String(id)} was given up unread after ${String(attempts)} attempts: ${messageOf(error)}`
  }

  /** Null: it is framed with none. */
  function idIn(message: Buffer): number | null {
    return message.length < HEADER || message[0] !== 0 ? null : message.readInt32BE(1)
  }

  function isKnown(id: number): boolean {
    if (id === schemaId) return true
    const known = learnt.get(id)
    return known !== undefined && (typeof known.decode !== 'string' || monotonic() - known.at < ASK_AGAIN_MS)
  }

  return {
    isOurs: (message) => schemaId !== null && idIn(message) === schemaId,
    isLearnt(message) {
      const id = idIn(message)
      return id === null || isKnown(id)
    },
    async learnAvro(message) {
      const id = idIn(message)
      if (id === null || isKnown(id)) return
      learnt.delete(id)
      const asked = asking.get(id) ?? learn(id).finally(() => asking.delete(id))
      asking.set(id, asked)
      await asked
    },
    read(message) {
      if (message.length < HEADER) {
        throw new DecodeError(
          'unframed-message',
          `a message of ${message.length} bytes: the header alone takes ${HEADER}`,
        )
      }
      const id = message.readInt32BE(1)
      const decode = id === schemaId ? decodeOurs : learnt.get(id)?.decode
      if (typeof decode !== 'function') {
        const why = decode ?? `schema id ${id} does not belong to ${name}`
        throw new DecodeError('unknown-schema-id', `${why}; ${JAVA}`)
      }
      return decode(message.subarray(HEADER))
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
