/** The registry in this database: for those who have no other. Safe with any number of processes. */
import type pg from 'pg'
import { incompatibilityMessages } from './check-compatibility.ts'
import { judgeHere } from '../judgement/judgement.ts'
import { lookUpSchema } from './look-up-schema.ts'
import { registerSchema } from './register-schema.ts'
import { RegistryRefusal } from './registry-refusal.ts'
import { effectiveLevel, ownSettings, writeLevel } from './settings.ts'
import { schemaOfId, storedVersion, subjectNames, versionNumbers } from './stored-schemas.ts'
import { versionsWithSchemas } from './stored-schemas.ts'
import { submittedSchema } from './submitted-schema.ts'
import { writeTransaction } from './write-transaction.ts'
import { RegistryFailure, type SchemaRegistry } from '../registry/schema-registry.ts'

/** The pool stays the caller's. */
export function embeddedRegistry(pool: pg.Pool): SchemaRegistry {
  const parts = { pool, judge: judgeHere }
  return {
    register: (subject, schema) =>
      answered(() => registerSchema(parts, subject, { ...plain(schema), id: null, version: null })),
    idOf: (subject, schema) =>
      answered(async () => (await lookUpSchema(parts, subject, { ...plain(schema), which: 'live' }))?.id ?? null),
    schemaById: (id) => answered(async () => (await schemaOfId(pool, id))?.text ?? null),
    subjects: () => answered(() => subjectNames(pool, 'live')),
    versions: (subject) => answered(() => versionNumbers(pool, subject, 'live')),
    version: (subject, asked) =>
      answered(async () => {
        const found = await storedVersion(pool, subject, asked)
        return found === null || found.deleted ? null : { id: found.id, version: found.version, schema: found.text }
      }),
    compatible: (subject, schema) =>
      answered(async () => {
        const { source: next } = await submittedSchema(pool, judgeHere, plain(schema))
        const level = await effectiveLevel(pool, subject)
        const earlier = await versionsWithSchemas(pool, { subject, which: 'live' })
        return incompatibilityMessages(pool, judgeHere, { level, next, earlier, every: true })
      }),
    level: (subject) => answered(async () => (await ownSettings(pool, subject)).level),
    setLevel: (subject, level) =>
      answered(() => writeTransaction(pool, (client) => writeLevel(client, subject, level))),
  }
}

function plain(schema: string) {
  return { schema, references: [], normalize: false }
}

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw failureOf(error)
  }
}

function failureOf(cause: unknown): RegistryFailure {
  if (cause instanceof RegistryRefusal) {
    const code = cause.status === 409 ? 'schema-incompatible' : 'registry-refused'
    return new RegistryFailure(code, cause.message, { cause })
  }
  const why = cause instanceof Error ? cause.message : String(cause)
  return new RegistryFailure('registry-unreachable', `the registry in Postgres is not responding: ${why}`, { cause })
}
