/** A registry of schemas as this program sees it: ours on Postgres, or a Confluent-compatible one over HTTP. */
import type { CompatibilityLevel } from '../compatibility/levels.ts'

/** One version of a subject. */
export interface RegisteredSchema {
  readonly id: number
  readonly version: number
  /** The Avro schema as JSON text. */
  readonly schema: string
}

/**
 * Subjects, versions and ids as Confluent defines them: one schema has one id, whatever subjects it is registered under.
 * Schemas go in and out as JSON text. One that cannot answer throws a RegistryFailure.
 */
export interface SchemaRegistry {
  /** The id of the schema, which becomes the newest version of the subject unless it is one of its versions already. */
  register(subject: string, schema: string): Promise<number>
  /** The id of a schema that is registered under this subject; null when it is not. */
  idOf(subject: string, schema: string): Promise<number | null>
  schemaById(id: number): Promise<string | null>
  subjects(): Promise<readonly string[]>
  /** In order; none when there is no such subject. */
  versions(subject: string): Promise<readonly number[]>
  version(subject: string, version: number | 'latest'): Promise<RegisteredSchema | null>
  /** Why the level of the subject does not allow this schema as its next version; empty: it does. */
  compatible(subject: string, schema: string): Promise<readonly string[]>
  /** The level set for this subject, or for all (null); null: none is set for it. */
  level(subject: string | null): Promise<CompatibilityLevel | null>
  setLevel(subject: string | null, level: CompatibilityLevel): Promise<void>
}

/**
 * - `registry-unreachable`: nobody answers, or with a server's error. Asking again may help.
 * - `registry-refused`: it answers, and will not do it (rights, a read-only mode, a schema that is no Avro).
 * - `schema-unknown`: an id or version that something else needs is not there.
 * - `schema-incompatible`: the level of the subject does not allow the schema.
 * - `registry-answer-unreadable`: what answers is not a schema registry.
 */
export type RegistryFailureCode =
  'registry-unreachable' | 'registry-refused' | 'schema-unknown' | 'schema-incompatible' | 'registry-answer-unreadable'

/** Infrastructure: waited for. Schema: a person has to change a schema, a level or a right. */
export type RegistryFailureKind = 'infrastructure' | 'schema'

const INFRASTRUCTURE: ReadonlySet<RegistryFailureCode> = new Set(['registry-unreachable', 'registry-answer-unreadable'])

/** A registry did not do what it was asked; the message names the registry's own words and no password. */
export class RegistryFailure extends Error {
  readonly code: RegistryFailureCode
  readonly kind: RegistryFailureKind
  /** True for infrastructure: it may be well again. */
  readonly retriable: boolean
  override readonly name = 'RegistryFailure'

  constructor(code: RegistryFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.kind = INFRASTRUCTURE.has(code) ? 'infrastructure' : 'schema'
    this.retriable = this.kind === 'infrastructure'
  }
}
