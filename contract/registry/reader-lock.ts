/** Whether this program reads what is published: its readers held against schemas.lock, when it starts. */
import { readFileSync } from 'node:fs'
import type { EventSchema } from '../../schemas/avro-schema.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { canonicalHash, parseLock } from '../authoring/schema-lock.ts'
import { subjectOf } from '../subject.ts'

type Versions = Readonly<Record<string, { readonly versions: readonly EventSchema[] }>>

/** The lock that this program was built with. */
export function builtLock(): string {
  return readFileSync(new URL('../../schemas/schemas.lock', import.meta.url), 'utf8')
}

/**
 * The first thing that readers and lock do not agree about, as a sentence; null: they agree. Throws SchemaRuleError when
 * the lock cannot be read.
 */
export function readerBreach(lockText: string, readers: Versions = eventSchemas): string | null {
  const lock = parseLock(lockText)
  for (const [type, { versions }] of Object.entries(readers)) {
    const locked = lock[subjectOf(type)]?.versions ?? []
    for (const [index, schema] of versions.entries()) {
      const was = locked[index]
      const version = `${type} version ${index + 1}`
      if (was === undefined) return `this program reads ${version}, which is not in schemas.lock`
      if (was.canonical !== canonicalHash({ schema }))
        return `this program reads ${version}, but schemas.lock has a different text for it`
    }
    if (locked.length > versions.length)
      return `schemas.lock has ${type} version ${locked.length}, which this program cannot read`
  }
  const unread = Object.keys(lock).find((subject) => !Object.keys(readers).some((type) => subjectOf(type) === subject))
  return unread === undefined ? null : `schemas.lock has ${unread}, which this program cannot read`
}
