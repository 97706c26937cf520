/** The schemas of the events over HTTP: which versions there are, which of them the log holds, and what their bytes are. */
import { Type } from 'typebox'
import { escapePointer, printable, type Fault } from '../../commands/faults.ts'
import { closed, ref, type Named } from '../../commands/shape.ts'
import { versionHistory, type VersionHistory } from '../../contract/check/version-history.ts'
import { verdictOf } from '../../contract/diff/change.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { EVENT_LEVEL, subjectOf } from '../../contract/subject.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { eventSchemas, retiredEvents, type HistoricType } from '../../schemas/events.ts'
import { readByVersion, versionBytes } from '../../schemas/version-bytes.ts'
import type { LogUsage } from '../../store/log/schema-usage.ts'
import { isKnown, versionsInUse, type EventVersions, type VersionInUse } from '../../store/log/versions-in-use.ts'
import { atMost } from '../../store/waiting/pause.ts'
import { invalidRequest, ProblemError } from '../http/problem-document.ts'
import { computing, NOTHING, reading, VIEW_HEADERS } from '../operation.ts'
import type { SchemaParts } from '../parts.ts'
import { resource } from '../resource.ts'
import { DescribedSchema, EncodedEvent, EncodeEvent, SchemaSubjectList } from '../shapes/schema.ts'
import { sendTagged, uncached } from '../answers/read-answers.ts'

const tag = 'log'
const type = closed({ type: Type.String({ description: 'The event.' }) })

const shown = (shape: Named) => ({
  200: { description: 'Shown.', shape: ref(shape), headers: VIEW_HEADERS },
  304: { description: 'Nothing changed but positions.', shape: null, headers: VIEW_HEADERS },
})
const headers = { 'if-none-match': { description: 'The ETag of the answer that the client has.' } }

const listSchemas = reading('/schemas', {
  tag,
  summary: 'Show the events, their versions, and which of them the log holds',
  description:
    'A long log is counted in steps: ask again until `position` is `head`. After that, only new events are counted.',
  role: 'read',
  headers,
  params: NOTHING,
  query: NOTHING,
  answers: shown(SchemaSubjectList),
  problems: ['store-unavailable'],
})

const getSchema = reading('/schemas/:type', {
  tag,
  summary: 'Show an event: each version and its changes',
  role: 'read',
  headers,
  params: type,
  query: NOTHING,
  answers: shown(DescribedSchema),
  problems: ['schema-not-found', 'store-unavailable'],
})

const encodeEvent = computing('/schemas/:type/bytes', {
  tag,
  summary: 'Show the bytes of an event, and what each version reads from them',
  description: 'Records nothing. You can leave out fields that have a default.',
  role: 'read',
  params: type,
  body: ref(EncodeEvent),
  answers: { 200: { description: 'Its bytes.', shape: ref(EncodedEvent) } },
  problems: ['schema-not-found'],
})

/** So long an answer waits for the log to be counted; the count goes on without it. */
const PATIENCE_MS = 1_000

export const schemas = resource(
  { listSchemas, getSchema, encodeEvent },
  ({ schemas: parts }: { readonly schemas: SchemaParts }) => ({
    async listSchemas(request, reply) {
      const usage = await counted(parts)
      const { position, head } = usage
      const content = { items: schemaSubjects(usage, parts), sharedRegistry: parts.sharedRegistry }
      return sendTagged({ request, reply }, { content, also: { position, head } })
    },

    async getSchema(request, reply) {
      const known = knownType(request.params.type)
      const usage = await counted(parts)
      const { position, head } = usage
      const content = { ...describedSchema(known, usage, parts), sharedRegistry: parts.sharedRegistry }
      return sendTagged({ request, reply }, { content, also: { position, head } })
    },

    async encodeEvent(request, reply) {
      return uncached(reply).send(encodedEvent(knownType(request.params.type), request.body, parts))
    },
  }),
)

async function counted({ usage }: SchemaParts): Promise<LogUsage> {
  await atMost(PATIENCE_MS, usage.catchUp())
  return usage.counted
}

function knownType(name: string): HistoricType {
  if (isKnown(name)) return name
  throw new ProblemError({ code: 'schema-not-found', detail: `this release has no event ${name}` })
}

type Ids = Pick<SchemaParts, 'ids'>

/** By type. */
function schemaSubjects({ versions }: LogUsage, parts: Ids): readonly object[] {
  return versionsInUse(versions).map((event) => ({
    ...subjectAnswer(event),
    versions: event.versions.map((version) => versionAnswer(event, version, parts)),
  }))
}

function describedSchema(type: HistoricType, { versions }: LogUsage, parts: Ids): object {
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
function encodedEvent(type: HistoricType, { version: asked, event }: EncodeEvent, { ids }: Ids): object {
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

function unfit(faults: readonly Fault[]): ProblemError {
  const told = faults.slice(0, MOST_FAULTS).map(({ pointer, message }) => ({
    pointer: printable(pointer),
    message: printable(message),
  }))
  return new ProblemError(invalidRequest('body', told))
}

const MOST_FAULTS = 20
