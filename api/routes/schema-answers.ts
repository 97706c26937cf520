/** What the API says of schemas: what this release knows of them, put together with what the log and the registry have. */
import { rfc3339 } from '../../projections/views/shown.ts'
import { EVENT_LEVEL, subjectOf } from '../../contract/subject.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { eventSchemas, retiredEvents, type HistoricType } from '../../schemas/events.ts'
import { verdictOf } from '../../contract/diff/change.ts'
import { versionHistory, type VersionHistory } from '../../contract/check/version-history.ts'
import { readByVersion, versionBytes } from '../../schemas/version-bytes.ts'
import type { LogUsage } from '../../store/log/schema-usage.ts'
import { versionsInUse, type EventVersions, type VersionInUse } from '../../store/log/versions-in-use.ts'
import { escapePointer, printable } from '../http/error-handler.ts'
import { ProblemError } from '../http/problem-document.ts'
import type { SchemaParts } from '../parts.ts'
import type { EncodeEvent } from '../shapes/schema.ts'

type Ids = Pick<SchemaParts, 'ids'>

/** By type. */
export function schemaSubjects({ versions }: LogUsage, parts: Ids): readonly object[] {
  return versionsInUse(versions).map((event) => ({
    ...subjectAnswer(event),
    versions: event.versions.map((version) => versionAnswer(event, version, parts)),
  }))
}

export function describedSchema(type: HistoricType, { versions }: LogUsage, parts: Ids): object {
  const history = versionHistory(type)
  const [event] = versionsInUse(versions).filter((one) => one.type === type)
  if (event === undefined) throw new Error(`${type} is known, and not among the known`)
  return {
    ...subjectAnswer(event),
    versions: event.versions.map((version) => ({
      ...versionAnswer(event, version, parts),
      ...descriptionOf(history[version.version - 1] ?? null),
    })),
  }
}

/** Throws `invalid-request`, with the place of each field that does not fit. */
export function encodedEvent(type: HistoricType, { version: asked, event }: EncodeEvent, { ids }: Ids): object {
  const newest = eventSchemas[type].versions.length
  const version = asked ?? newest
  if (version > newest) throw unfit([{ pointer: '/version', message: `must be 1 to ${String(newest)}` }])
  const written = versionBytes(type, version, event)
  if (!written.fits) {
    throw unfit(
      written.faults.map(({ path, message }) => ({
        pointer: ['/event', ...path.map(escapePointer)].join('/'),
        message,
      })),
    )
  }
  return {
    version,
    schemaId: ids.id(type, version),
    bytes: written.data.toString('hex'),
    framed: wireFormat(ids).frame({ type, schemaVersion: version, data: written.data }).toString('hex'),
    readBy: Array.from({ length: newest }, (_, index) => ({
      version: index + 1,
      ...readBy(type, { writer: version, reader: index + 1, data: written.data }),
    })),
  }
}

function subjectAnswer({ type, known }: EventVersions): object {
  return {
    type,
    subject: subjectOf(type),
    stream: known === null ? null : eventSchemas[known].stream,
    level: known === null ? null : EVENT_LEVEL,
    retiredBy: replacements.get(type)?.by ?? null,
  }
}

const replacements: ReadonlyMap<string, { readonly by: readonly string[] }> = new Map(Object.entries(retiredEvents))

function versionAnswer({ known }: EventVersions, { version, usage, ...one }: VersionInUse, { ids }: Ids): object {
  const type = one.known ? known : null
  return {
    version,
    fields: type === null ? null : (eventSchemas[type].versions[version - 1]?.fields.length ?? null),
    registryId: type === null ? null : ids.id(type, version),
    events: usage?.events ?? 0,
    firstPosition: usage?.first.position ?? null,
    firstAt: usage === null ? null : rfc3339(usage.first.recordedAt),
    lastPosition: usage?.last.position ?? null,
    lastAt: usage === null ? null : rfc3339(usage.last.recordedAt),
  }
}

function descriptionOf(history: VersionHistory | null): object {
  const since = history?.since ?? null
  return {
    schema: history?.text ?? null,
    changes:
      since?.changes.map((change) => ({
        path: change.path,
        message: change.message,
        verdict: verdictOf(change),
      })) ?? null,
    deployFirst: since?.deployFirst ?? null,
    sample: history?.sample ?? null,
  }
}

interface Written {
  readonly writer: number
  readonly reader: number
  readonly data: Buffer
}

function readBy(type: HistoricType, { data, ...versions }: Written): object {
  try {
    return { event: readByVersion(type, versions, data), error: null }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { event: null, error: error.message }
  }
}

interface Unfit {
  readonly pointer: string
  readonly message: string
}

function unfit(faults: readonly Unfit[]): ProblemError {
  const errors = faults.slice(0, MOST_FAULTS).map(({ pointer, message }) => ({
    in: 'body' as const,
    pointer: printable(pointer),
    message: printable(message),
  }))
  const [first] = errors
  return new ProblemError({
    code: 'invalid-request',
    detail: first === undefined ? 'the event does not fit' : `body ${first.pointer} ${first.message}`,
    errors,
  })
}

const MOST_FAULTS = 20
