/**
 * Decodes messages whose schemas are not ours, through the client that users of JavaScript have. It knows neither time-outs
 * nor bounds: a request ends after five seconds, a schema is read by the judge before avsc sees its text, and the bytes of a
 * message are walked before they are decoded.
 */
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type { Type } from 'avsc'
import type { AvroSchema } from '../../schemas/avro-schema.ts'
import { boundsWalk, type BoundsWalk } from '../../schemas/bounds.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { JudgeBusy } from '../judgement/judge-busy.ts'
import { requireSchema, type Judge } from '../judgement/judgement.ts'
import { schemaIdOf } from './wire-format.ts'

export interface ForeignSchemas {
  /** Asks for the schemas of framed messages, each once. Never rejects. */
  learn(messages: readonly Buffer[]): Promise<void>
  /** The value of a message whose schema was learnt, with the name of its type. Throws DecodeError. */
  decode(message: Buffer): { readonly type: string; readonly data: unknown }
}

interface ForeignSchema {
  readonly name: string
  readonly type: Type
  readonly walk: BoundsWalk
}

const FOREIGN_TIMEOUT_MS = 5_000
/** Anyone who writes a message may claim any id. */
const MOST_SCHEMAS = 1_000
const MAX_ATTEMPTS = 3
/** Of the magic byte and the id, in bytes. */
const HEADER = 5

/** `url`: of the registry. `judge`: reads a schema first. `timeout`: milliseconds for one schema. */
export function foreignSchemas(url: string, judge: Judge, timeout = FOREIGN_TIMEOUT_MS): ForeignSchemas {
  const client = new SchemaRegistry({
    host: url,
    retry: { retries: 0 },
    middlewares: [
      () => ({
        prepareRequest: async (next) => (await next()).enhance({ timeout }),
        response: (next) => checkedText(next, judge),
      }),
    ],
  })
  /** Why it cannot be had, as text. */
  const known = new Map<number, Promise<ForeignSchema | string>>()
  const learnt = new Map<number, ForeignSchema | string>()

  async function learnOne(id: number): Promise<void> {
    const asked =
      known.get(id) ?? patiently(() => schemaOf(client, id, timeout)).catch((error: unknown) => messageOf(error))
    known.set(id, asked)
    learnt.set(id, await asked)
  }

  return {
    async learn(messages) {
      const ids = new Set(messages.map(schemaIdOf))
      for (const id of ids) if (id !== null && !learnt.has(id) && known.size < MOST_SCHEMAS) await learnOne(id)
    },
    decode(message) {
      const id = schemaIdOf(message)
      const schema = id === null ? undefined : learnt.get(id)
      if (schema === undefined || typeof schema === 'string') {
        throw new DecodeError('unknown-schema-id', `schema id ${String(id)}: ${schema ?? 'it was not asked for'}`)
      }
      const body = message.subarray(HEADER)
      const breach = schema.walk(body)
      if (breach !== null) {
        const at = breach.path.length === 0 ? '' : ` in ${breach.path.join('.')}`
        throw new DecodeError('undecodable-event', `${schema.name}: ${breach.reason}${at}`)
      }
      try {
        return { type: schema.name, data: schema.type.fromBuffer(body) as unknown }
      } catch (error) {
        throw new DecodeError('undecodable-event', `${schema.name}: ${messageOf(error)}`, { cause: error })
      }
    },
  }
}

/** What is not read in time is tried so often and no more. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof JudgeBusy) || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

async function schemaOf(client: SchemaRegistry, id: number, timeout: number): Promise<ForeignSchema> {
  const type = (await inTime(client.getSchema(id), timeout)) as Type
  if (typeof type.schema !== 'function') throw new Error('its schema is not Avro')
  const schema = type.schema() as AvroSchema
  const name = typeof schema === 'object' && 'name' in schema ? schema.name : type.typeName
  return { name, type, walk: boundsWalk(schema) }
}

/** Before the client has avsc read it. */
async function checkedText<Answer extends { data<Data>(): Data }>(
  next: () => Promise<Answer>,
  judge: Judge,
): Promise<Answer> {
  const answer = await next()
  const {
    schema,
    schemaType = 'AVRO',
    references = [],
  } = answer.data<{
    readonly schema?: string
    readonly schemaType?: string
    readonly references?: readonly unknown[]
  }>()
  if (schemaType !== 'AVRO') throw new Error(`its schema is ${schemaType}, not Avro`)
  if (references.length > 0) throw new Error('its schema refers to others, which are not followed here')
  if (schema !== undefined) await requireSchema(judge, schema)
  return answer
}

async function inTime<Result>(work: Promise<Result>, timeout: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the registry gave no answer within ${String(timeout)} ms`)), timeout)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
