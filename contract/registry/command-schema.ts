/** PlaceOrder as a message: under which id a registry has its schema, and the framed bytes. */
import {
  decodePlaceOrder,
  placeOrderDecoder,
  encodePlaceOrder,
  placeOrderSchema,
  type AvroPlaceOrder,
} from '../../schemas/commands/place-order.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { EVENT_LEVEL, subjectOf } from '../subject.ts'
import type { AvroSchema } from '../../schemas/avro-schema.ts'
import { JudgeBusy } from '../judgement/judge-busy.ts'
import { requireSchema, type Judge } from '../judgement/judgement.ts'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import { RegistryFailure, type SchemaRegistry } from './schema-registry.ts'

export const PLACE_ORDER_SUBJECT = subjectOf('PlaceOrder')
export const placeOrderText = JSON.stringify(placeOrderSchema)

const HEADER = 5

/** For the embedded registry: sees that it has it. */
export async function registerPlaceOrder(registry: SchemaRegistry): Promise<number> {
  if ((await registry.level(PLACE_ORDER_SUBJECT)) !== EVENT_LEVEL) {
    await registry.setLevel(PLACE_ORDER_SUBJECT, EVENT_LEVEL)
  }
  return registry.register(PLACE_ORDER_SUBJECT, placeOrderText)
}

/** For a registry that is shared: only looks. Null: it has not got it, so nobody can send orders in Avro yet. */
export function lookUpPlaceOrder(registry: SchemaRegistry): Promise<number | null> {
  return registry.idOf(PLACE_ORDER_SUBJECT, placeOrderText)
}

export function framePlaceOrder(order: AvroPlaceOrder, schemaId: number): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeInt32BE(schemaId, 1)
  return Buffer.concat([header, encodePlaceOrder(order)])
}

export interface OrderReader {
  /** Sees to it that the schema of a framed order is known. Rejects with what passes by itself: a RegistryFailure, a JudgeBusy. */
  learnAvro(message: Buffer): Promise<void>
  /** A framed order as JSON would have it: what is not named is absent. Throws DecodeError. */
  readAvro(message: Buffer): unknown
}

export interface OrderReaderParts {
  /** Of PlaceOrder as we have it; null: the registry does not have it. */
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

interface Learnt {
  readonly at: number
  /** Why there is none, where it is text. */
  readonly decode: ((data: Uint8Array) => AvroPlaceOrder) | string
}

/** Reads framed orders of any schema in the registry that resolves to PlaceOrder: another version of it, or another spelling. */
export function placeOrderReader({ schemaId, registry, judge, monotonic }: OrderReaderParts): OrderReader {
  const learnt = new Map<number, Learnt>()
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
  async function decoderOf(text: string, id: number): Promise<Learnt['decode']> {
    const what = `schema ${String(id)} cannot be read as PlaceOrder`
    try {
      if (text.length > MOST_TEXT) return `${what}: it has more than ${String(MOST_TEXT)} characters`
      const given = await requireSchema(judge, text).catch((error: unknown) => givenUp(id, error))
      if (typeof given === 'string') return given
      late.delete(id)
      return placeOrderDecoder(JSON.parse(text) as AvroSchema)
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

  return {
    async learnAvro(message) {
      if (message.length < HEADER || message[0] !== 0) return
      const id = message.readInt32BE(1)
      const known = id === schemaId ? null : learnt.get(id)
      if (
        known === null ||
        (known !== undefined && (typeof known.decode !== 'string' || monotonic() - known.at < ASK_AGAIN_MS))
      )
        return
      learnt.delete(id)
      const asked = asking.get(id) ?? learn(id).finally(() => asking.delete(id))
      asking.set(id, asked)
      await asked
    },
    readAvro(message) {
      if (message.length < HEADER) {
        throw new DecodeError(
          'unframed-message',
          `a message of ${message.length} bytes: the header alone takes ${HEADER}`,
        )
      }
      const id = message.readInt32BE(1)
      const decode = id === schemaId ? decodePlaceOrder : learnt.get(id)?.decode
      if (typeof decode !== 'function') {
        const why = decode ?? `schema id ${id} does not belong to PlaceOrder`
        throw new DecodeError('unknown-schema-id', `${why}; ${JAVA}`)
      }
      const order = decode(message.subarray(HEADER))
      return Object.fromEntries(Object.entries(order).filter(([, value]) => value !== null))
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
