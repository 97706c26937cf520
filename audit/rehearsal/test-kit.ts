/** A log as an array, and proposals made from today's schemas. */
import type { Addressed } from '../../domain/decision.ts'
import type { FieldSchema } from '../../schemas/avro-schema.ts'
import { encode } from '../../schemas/codec.ts'
import { eventSchemas, type EventType } from '../../schemas/events.ts'
import { proposalInFile, type Proposal } from './proposal.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import type { LogSource } from '../../store/log/log-source.ts'

/** The text of an event's newest schema with other fields. */
export function schemaWith(event: EventType, edit: (fields: readonly FieldSchema[]) => readonly FieldSchema[]): string {
  const versions = eventSchemas[event].versions
  const newest = versions.at(-1) ?? versions[0]
  return JSON.stringify({ ...newest, fields: edit(newest.fields) }, null, 2)
}

export function withField(field: FieldSchema): (fields: readonly FieldSchema[]) => readonly FieldSchema[] {
  return (fields) => [...fields, field]
}

export function withoutField(name: string): (fields: readonly FieldSchema[]) => readonly FieldSchema[] {
  return (fields) => fields.filter((field) => field.name !== name)
}

export function withType(
  name: string,
  change: Omit<FieldSchema, 'name'>,
): (fields: readonly FieldSchema[]) => readonly FieldSchema[] {
  return (fields) => fields.map((field) => (field.name === name ? { ...field, ...change } : field))
}

export function proposal(event: EventType, edit: (fields: readonly FieldSchema[]) => readonly FieldSchema[]): Proposal {
  return proposalInFile('next.avsc', schemaWith(event, edit), event)
}

/** Recorded one after the other, a second apart. */
export function recorded(events: readonly Addressed[]): readonly RecordedEvent[] {
  const versions = new Map<string, number>()
  return events.map(({ stream, event }, index) => {
    const version = (versions.get(stream) ?? 0) + 1
    versions.set(stream, version)
    return { position: index + 1, stream, version, recordedAt: index * 1_000, ...encode(event) }
  })
}

/** Counts how often it was read. */
export function sourceOf(events: readonly RecordedEvent[], page = 3): LogSource & { readonly reads: () => number } {
  let reads = 0
  return {
    head: events.length,
    reads: () => reads,
    async *pages(after) {
      reads++
      for (let start = after; start < events.length; start += page) yield events.slice(start, start + page)
    },
  }
}
