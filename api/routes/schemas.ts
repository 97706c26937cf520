/** The schemas of the events over HTTP: which versions there are, which of them the log holds, and what their bytes are. */
import { Type } from 'typebox'
import type { HistoricType } from '../../schemas/events.ts'
import type { LogUsage } from '../../store/log/schema-usage.ts'
import { isKnown } from '../../store/log/versions-in-use.ts'
import { atMost } from '../../store/waiting/pause.ts'
import type { ApiServer } from '../api-server.ts'
import { ProblemError } from '../http/problem-document.ts'
import { computing, NOTHING, reading, VIEW_HEADERS } from '../operation.ts'
import type { ApiParts, SchemaParts } from '../parts.ts'
import { sendTagged, uncached } from './read-answers.ts'
import { describedSchema, encodedEvent, schemaSubjects } from './schema-answers.ts'
import { DescribedSchema, EncodedEvent, EncodeEvent, SchemaSubjectList } from '../shapes/schema.ts'
import { closed, ref, type Named } from '../shapes/shape.ts'

const tag = 'log'
const type = closed({ type: Type.String({ pattern: '^[A-Za-z]{1,64}$', description: 'The event.' }) })

const shown = (shape: Named) => ({
  200: { description: 'Shown.', shape: ref(shape), headers: VIEW_HEADERS },
  304: { description: 'Nothing changed but positions.', shape: null, headers: VIEW_HEADERS },
})
const headers = { 'if-none-match': { description: 'The ETag of the answer that the client has.' } }

const listing = reading({
  id: 'listSchemas',
  tag,
  summary: 'Show the events, their versions, and which of them the log holds',
  description:
    'A long log is counted in steps: until `position` is `head`, ask again. Each event is counted once, then only new ones.',
  role: 'read',
  headers,
  params: NOTHING,
  query: NOTHING,
  answers: shown(SchemaSubjectList),
  problems: ['store-unavailable'],
})

const showing = reading({
  id: 'getSchema',
  tag,
  summary: 'Show an event: each version, and what it has changed',
  role: 'read',
  headers,
  params: type,
  query: NOTHING,
  answers: shown(DescribedSchema),
  problems: ['schema-not-found', 'path-too-long', 'store-unavailable'],
})

const encoding = computing({
  id: 'encodeEvent',
  tag,
  summary: 'Show the bytes of an event, and what each version reads from them',
  description: 'Nothing is recorded. Fields with a default may be left out.',
  role: 'read',
  params: type,
  body: ref(EncodeEvent),
  answers: { 200: { description: 'Its bytes.', shape: ref(EncodedEvent) } },
  problems: ['schema-not-found', 'path-too-long'],
})

/** So long an answer waits for the log to be counted; the count goes on without it. */
const PATIENCE_MS = 1_000

export function schemaRoutes(app: ApiServer, { schemas }: ApiParts): void {
  app.get('/schemas', listing, async (request, reply) => {
    const usage = await counted(schemas)
    const { position, head } = usage
    const content = { items: schemaSubjects(usage, schemas), sharedRegistry: schemas.sharedRegistry }
    return sendTagged({ request, reply }, { content, also: { position, head } })
  })

  app.get('/schemas/:type', showing, async (request, reply) => {
    const known = knownType(request.params.type)
    const usage = await counted(schemas)
    const { position, head } = usage
    const content = { ...describedSchema(known, usage, schemas), sharedRegistry: schemas.sharedRegistry }
    return sendTagged({ request, reply }, { content, also: { position, head } })
  })

  app.post('/schemas/:type/bytes', encoding, async (request, reply) =>
    uncached(reply).send(encodedEvent(knownType(request.params.type), request.body, schemas)),
  )
}

async function counted({ usage }: SchemaParts): Promise<LogUsage> {
  await atMost(PATIENCE_MS, usage.catchUp())
  return usage.counted
}

function knownType(name: string): HistoricType {
  if (isKnown(name)) return name
  throw new ProblemError({ code: 'schema-not-found', detail: `this release has no event ${name}` })
}
