import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { query } from '../support/query.ts'

interface Exchange {
  readonly name: string
  readonly request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
    readonly path: string
    readonly body: object | null
  }
  readonly status: number
  readonly body: unknown
}

interface Expected {
  readonly status?: number
  readonly body?: unknown
  readonly why: string
}

const exchanges = JSON.parse(
  readFileSync(new URL('../data/registry-rest.json', import.meta.url), 'utf8'),
) as readonly Exchange[]

const A1_SCHEMA = '{"type":"record","name":"Ev","namespace":"spike","fields":[{"name":"id","type":"string"}]}'
const A2_SCHEMA = A1_SCHEMA.replace(']', ',{"name":"n","type":"int","default":0}]')
/** The second schema of a-value, which is its third version with us. */
const A2 = { subject: 'a-value', version: 3, id: 2, schema: A2_SCHEMA }

const PERSON = {
  references: [{ name: 'spike.Address', subject: 'address-value', version: 1 }],
  schema: '{"type":"record","name":"Person","namespace":"spike","fields":[{"name":"addr","type":"Address"}]}',
}

/** Of the schemas that later requests name. */
const RECORDED_IDS: Readonly<Record<string, number>> = { idA1: 1, idA2: 2, idPerson: 5 }

function error(status: number, errorCode: number, why: string): Expected {
  return { status, body: { error_code: errorCode }, why }
}

/** Where the recorded registry is not as Confluent's. Ids in bodies are the recorded ones. */
const CONFLUENT: Readonly<Record<string, Expected>> = {
  'schemas-types': { body: ['AVRO'], why: 'ours keeps Avro only' },
  'config-global-put-backward': { body: { compatibility: 'BACKWARD' }, why: 'PUT /config echoes only the level' },
  'config-subject-put': { body: { compatibility: 'FULL' }, why: 'PUT /config echoes only the level' },
  'config-subject-put-unknown-subject': { body: { compatibility: 'NONE' }, why: 'PUT /config echoes only the level' },
  'config-subject-unset': error(404, 40408, 'a level that is not set has its own code'),
  'config-subject-get-after-delete': error(404, 40408, 'a level that is not set is not that of all subjects'),
  'config-subject-unset-default-to-global': {
    status: 200,
    body: { compatibilityLevel: 'BACKWARD' },
    why: '?defaultToGlobal shows the level of all subjects',
  },
  'mode-subject-unset': error(404, 40409, 'a mode that is not set is shown with ?defaultToGlobal only'),
  'register-a1-doc-variant': { body: { id: 'of its own' }, why: 'a doc-only change is a new version' },
  'ref-person-get': {
    body: { subject: 'person-value', version: 1, id: 5, ...PERSON },
    why: 'a schema is shown as Java writes it: a name is short where its namespace holds',
  },
  'ref-person-by-id': { body: PERSON, why: 'a schema is shown as Java writes it' },
  'register-empty-schema': error(422, 42201, 'an empty schema is the fault of the client'),
  'register-missing-schema-key': error(422, 42201, 'a missing schema is the fault of the client'),
  'register-unknown-schemaType': error(422, 42201, 'a type that is not known is refused'),
  'lookup-invalid-schema': error(422, 42201, 'a look-up parses what it looks for'),
  'lookup-after-soft-delete': error(404, 40401, 'nothing is left of the subject'),
  'subjects-prefix': { body: ['a-value'], why: '?subjectPrefix is heeded' },
  versions: { body: [1, 2, 3], why: 'the doc-only change is version 2' },
  'version-latest': { body: A2, why: 'the doc-only change is version 2' },
  'version-minus-1': { body: A2, why: 'the doc-only change is version 2' },
  'version-42202-zero': error(422, 42202, 'versions begin with 1'),
  'version-42202-word': error(422, 42202, 'a version is a number'),
  'lookup-found': { body: A2, why: 'the doc-only change is version 2' },
  'compat-latest-bad-verbose': {
    body: { is_compatible: false, messages: expect.arrayContaining([expect.stringContaining('/fields/2')]) },
    why: '?verbose=true says why',
  },
  'compat-latest-ok-verbose': { body: { is_compatible: true, messages: [] }, why: '?verbose=true says why' },
  'compat-all-bad-verbose': {
    body: { is_compatible: false, messages: expect.arrayContaining([expect.stringContaining('/fields/2')]) },
    why: '?verbose=true says why',
  },
  'delete-version-again-40406': error(404, 40406, 'deleting twice is a 404'),
  'delete-subject-hard-before-soft-40405': error(404, 40405, 'for good before softly is a 404'),
  'delete-subject-soft': { body: [1, 2, 3], why: 'the doc-only change is version 2' },
  'subjects-deleted-true': {
    body: ['a-value', 'address-value', 'baddef2-value', 'person-value', 'unk-value'],
    why: 'b-value was deleted for good',
  },
  'version-1-deleted-true': {
    status: 200,
    body: { ...A2, version: 1, id: 1, schema: A1_SCHEMA },
    why: '?deleted=true finds it',
  },
  'lookup-after-soft-delete-deleted-true': { body: A2, why: 'the doc-only change is version 2' },
  'versions-after-reregister': { body: [4], why: 'the doc-only change is version 2' },
  'delete-subject-soft-2': { body: [4], why: 'only what was not deleted yet' },
  'delete-subject-hard': { body: [1, 2, 3, 4], why: 'the doc-only change is version 2' },
  'mode-register-in-readonly': error(422, 42205, 'a read-only registry registers nothing'),
  'mode-put-invalid-42204': error(422, 42204, 'a mode that is not known has its own code'),
  'register-import-id': { body: { id: 4242 }, why: 'an import brings its ids' },
}

let database: TestDatabase
let service: ApiService

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  // The recorded one was empty.
  await query(
    database.url,
    'truncate registry.versions, registry.schema_references, registry.schemas, registry.settings',
  )
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

describe('the recorded exchanges are answered as a Confluent registry does', () => {
  /** Recorded id to ours: the same ids have to be the same again, and different ones different. */
  const ids = new Map<unknown, unknown>()

  test.each(exchanges.map((exchange) => [exchange.name, exchange] as const))('%s', async (name, exchange) => {
    const { request } = exchange
    const correction = CONFLUENT[name]
    const path = request.path.replace(/\{\{(\w+)\}\}/, (_, name: string) => String(ids.get(RECORDED_IDS[name])))
    const answer = await service.app.inject({
      method: request.method,
      url: `/registry${path}`,
      headers: request.body === null ? {} : { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(request.body !== null && { payload: JSON.stringify(request.body) }),
    })
    const status = correction?.status ?? exchange.status
    expect(answer.statusCode, answer.body).toBe(status)
    const body: unknown = answer.json()
    if (status >= 400) {
      expect(body).toEqual({ error_code: errorCode(correction?.body ?? exchange.body), message: expect.any(String) })
      return
    }
    const expected = correction?.body ?? exchange.body
    expect(body).toEqual(path.endsWith('/referencedby') ? [expected].flat().map(ourId) : withOurId(expected, body))
  })

  /** The recorded answer to this one, with the id that we gave where the recorded registry gave its own. */
  function withOurId(recorded: unknown, ours: unknown): unknown {
    const id = idIn(recorded)
    const own = idIn(ours)
    if (id === null || own === null) return recorded
    if (!ids.has(id) && ![...ids.values()].includes(own)) ids.set(id, own)
    return { ...(recorded as object), id: ourId(id) }
  }

  function ourId(id: unknown): unknown {
    return ids.get(id) ?? `ours for ${String(id)}`
  }

  test('every correction belongs to an exchange', () => {
    const names = exchanges.map(({ name }) => name)
    expect(Object.keys(CONFLUENT).filter((name) => !names.includes(name))).toEqual([])
  })
})

function errorCode(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, 'error_code') : undefined
}

function idIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'id' in body ? body.id : null
}
