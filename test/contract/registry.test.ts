import { once } from 'node:events'
import { COMPATIBILITY, SchemaRegistry as JsClient, SchemaType } from '@kafkajs/confluent-schema-registry'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { eventSchemaTexts, lookUpEventSchemas, registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import type { SchemaRegistry } from '../../contract/registry/schema-registry.ts'
import { registerSchema } from '../../contract/embedded/register-schema.ts'
import { judgeHere, type Judge } from '../../contract/judgement/judgement.ts'
import { registryRest, type RestParts } from '../../contract/rest/rest.ts'
import { openPool, REGISTRY_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { realRegistry } from './real-registry.ts'
import { recordOf, registryContract } from './registry-contract.ts'

const real = await realRegistry()
const monotonic = () => performance.now()

let database: TestDatabase
let pools: readonly [Pool, Pool]
let service: ApiService
let ownUrl: string

beforeAll(async () => {
  database = await testDatabase()
  const pool = () => openPool(database.url, { name: 'test registry', max: 10, settings: REGISTRY_SETTINGS })
  pools = [pool(), pool()]
  service = await openApiService(database.url)
  ownUrl = `http://127.0.0.1:${String(await service.listen())}/registry`
})

afterAll(async () => {
  await real?.stop()
  await service.close()
  for (const pool of pools) await pool.end()
  await database.drop()
})

describe('the embedded registry', () => registryContract(() => embeddedRegistry(pools[0])))

describe('the embedded registry over HTTP', () => registryContract(() => confluentRegistry({ url: ownUrl, monotonic })))

describe.skipIf(real === null)('a real registry', () =>
  registryContract(() => confluentRegistry({ url: real?.url ?? '', monotonic })),
)

describe.each([
  ['the embedded registry', () => ownUrl],
  ...(real === null ? [] : [['a real registry', () => real.url] as const]),
] as const)('through the JS client, %s', (_, url) => {
  test('registers, gives ids, and gives others the schema of what was written', async () => {
    const writer = new JsClient({ host: url() })
    const subject = `js-${String(process.pid)}`
    const schema = recordOf([{ name: 'id' }, { name: 'n', type: 'long' }], 'FromJs')
    const { id } = await writer.register({ type: SchemaType.AVRO, schema }, { subject })
    expect(
      await writer.register({ type: SchemaType.AVRO, schema }, { subject, compatibility: COMPATIBILITY.BACKWARD }),
    ).toEqual({ id })
    expect(await writer.getLatestSchemaId(subject)).toBe(id)
    expect(await writer.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })).toBe(id)

    const framed = await writer.encode(id, { id: 'a', n: 7 })
    const reader = new JsClient({ host: url() })
    expect(await reader.decode(framed)).toMatchObject({ id: 'a', n: 7 })
  })

  test('refuses what is incompatible with 409, and knows nothing of an unknown id', async () => {
    const client = new JsClient({ host: url() }, undefined)
    const subject = `js-refused-${String(process.pid)}`
    await client.register({ type: SchemaType.AVRO, schema: recordOf([{ name: 'id' }]) }, { subject })
    const next = recordOf([{ name: 'id' }, { name: 'must' }])
    await expect(client.register({ type: SchemaType.AVRO, schema: next }, { subject })).rejects.toMatchObject({
      status: 409,
    })
    await expect(client.getSchema(2_000_000_000)).rejects.toMatchObject({ status: 404 })
  })
})

describe('the schemas of our events', () => {
  test('are registered in the embedded registry, with their level and nothing else; a second time nothing is written', async () => {
    await withEmptyRegistry(async (registry, pool) => {
      const ids = await registerEventSchemas(registry)
      const subjects = [...new Set(eventSchemaTexts.map(({ subject }) => subject))]
      expect(await registry.subjects()).toEqual(subjects.sort())
      for (const subject of subjects) expect(await registry.level(subject)).toBe('FULL_TRANSITIVE')
      await pool.query("insert into registry.settings (subject, mode) values ('', 'READONLY_OVERRIDE')")
      const again = await registerEventSchemas(registry)
      const looked = await lookUpEventSchemas(registry)
      for (const { type, version, subject } of eventSchemaTexts) {
        const id = ids.id(type, version)
        expect(await registry.version(subject, version)).toMatchObject({ id })
        expect([again.id(type, version), looked.id(type, version)]).toEqual([id, id])
        expect(ids.find(id)).toEqual({ type, version })
      }
      expect(ids.find(999_999)).toBeNull()
    })
  })

  test('that are missing are all named', async () => {
    const first = eventSchemaTexts[0]
    const failure = await withEmptyRegistry(async (registry): Promise<unknown> => {
      await registry.register(first?.subject ?? '', first?.text ?? '')
      return lookUpEventSchemas(registry).catch((error: unknown) => error)
    })
    expect(failure).toMatchObject({ code: 'schema-unknown', kind: 'schema' })
    for (const { subject, version } of eventSchemaTexts.slice(1)) {
      expect(String(failure)).toContain(`${subject} v${String(version)}`)
    }
    expect(String(failure)).not.toContain(`${first?.subject ?? ''} v1`)
  })
})

async function withEmptyRegistry<T>(work: (registry: SchemaRegistry, pool: Pool) => Promise<T>): Promise<T> {
  const fresh = await testDatabase()
  const pool = openPool(fresh.url, { name: 'test registry', max: 2, settings: REGISTRY_SETTINGS })
  try {
    return await work(embeddedRegistry(pool), pool)
  } finally {
    await pool.end()
    await fresh.drop()
  }
}

describe('over two processes', () => {
  const names = Array.from({ length: 20 }, (_, index) => `field${String(index)}`)

  /** Every second of them in the other process. */
  function eachAtOnce<T>(
    work: (registry: SchemaRegistry, name: string) => Promise<T>,
  ): Promise<PromiseSettledResult<T>[]> {
    const [one, other] = pools.map((pool) => embeddedRegistry(pool))
    if (one === undefined || other === undefined) throw new Error('there are two pools')
    return Promise.allSettled(names.map((name, index) => work(index % 2 === 0 ? one : other, name)))
  }

  test('twenty that register one schema at the same time get one id and one version', async () => {
    const schema = recordOf([{ name: 'raced' }], 'Raced')
    const outcomes = await eachAtOnce((registry) => registry.register('raced', schema))
    expect(new Set(outcomes.map(idOf))).toEqual(new Set([expect.any(Number)]))
    expect(await embeddedRegistry(pools[0]).versions('raced')).toEqual([1])
  })

  test('twenty that register different schemas get different ids and dense versions', async () => {
    await embeddedRegistry(pools[0]).setLevel('raced-apart', 'NONE')
    const outcomes = await eachAtOnce((registry, name) =>
      registry.register('raced-apart', recordOf([{ name }], 'Apart')),
    )
    expect(new Set(outcomes.map(idOf)).size).toBe(20)
    expect(await embeddedRegistry(pools[1]).versions('raced-apart')).toEqual(names.map((_, index) => index + 1))
  })

  test('of twenty that exclude each other one is registered, and the others hear why', async () => {
    await embeddedRegistry(pools[0]).setLevel('raced-for-one', 'FULL_TRANSITIVE')
    const outcomes = await eachAtOnce((registry, name) =>
      registry.register('raced-for-one', recordOf([{ name }], 'ForOne')),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const reasons: unknown[] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'schema-incompatible' })
    expect(await embeddedRegistry(pools[1]).versions('raced-for-one')).toEqual([1])
  })
})

function idOf(outcome: PromiseSettledResult<number>): number | string {
  return outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason)
}

describe('a schema that takes long to be judged', () => {
  const submission = (fields: Parameters<typeof recordOf>[0]) => ({
    ...{ schema: recordOf(fields), references: [], normalize: false, id: null, version: null },
  })
  const optional = (name: string) => ({ name, type: ['null', 'string'], default: null })

  /** Registers with a judge that compares only once the test lets it. */
  function slowly(subject: string, fields: Parameters<typeof recordOf>[0]) {
    const [comparing, go] = [new AbortController(), new AbortController()]
    const told = ({ signal }: AbortController) => once(signal, 'abort')
    const [compares, goes] = [told(comparing), told(go)]
    const judge: Judge = async (question) => {
      if (question.earlier !== null) {
        comparing.abort()
        await goes
      }
      return judgeHere(question)
    }
    const id = registerSchema({ pool: pools[0], judge }, subject, submission(fields))
    return { id, comparing: compares, go: () => go.abort() }
  }

  test('holds up no other registration, also none of the same subject', async () => {
    const registry = embeddedRegistry(pools[1])
    await registry.register('slow', recordOf([{ name: 'id' }]))
    const slow = slowly('slow', [{ name: 'id' }, optional('a')])
    await slow.comparing
    await registry.register('quick', recordOf([{ name: 'id' }]))
    await registry.register('slow', recordOf([{ name: 'id' }, optional('b')]))
    slow.go()
    const id = await slow.id
    expect(await registry.version('slow', 3)).toMatchObject({ id })
  })

  test('is compared with no more versions once the client is gone', async () => {
    const registry = embeddedRegistry(pools[1])
    const versions = [[{ name: 'id' }], [{ name: 'id' }, optional('a')]]
    for (const fields of versions) await registry.register('left', recordOf(fields))
    await registry.setLevel('left', 'FULL_TRANSITIVE')
    const [comparing, go, answered] = [new AbortController(), new AbortController(), new AbortController()]
    const told = ({ signal }: AbortController) => once(signal, 'abort')
    const [compares, goes, answers] = [told(comparing), told(go), told(answered)]
    const compared: unknown[] = []
    const judge: Judge = async (question) => {
      if (question.earlier !== null) {
        compared.push(question.earlier)
        comparing.abort()
        await goes
      }
      return judgeHere(question)
    }
    const app = Fastify()
    const configs = { read: {}, write: {}, judge: {} } as RestParts['configs']
    const explain = () => ({ status: 500, message: 'a defect', headers: {} })
    await app.register(registryRest, { pool: pools[0], judge, version: '1', configs, explain })
    app.addHook('onSend', (_request, _reply, payload, done) => {
      answered.abort()
      done(null, payload)
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const leaving = new AbortController()
    const asked = fetch(`${url}/compatibility/subjects/left/versions?verbose=true`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: recordOf([{ name: 'id' }, optional('b')]) }),
    }).catch(() => null)
    await compares
    leaving.abort()
    await asked
    await eventually(() => new Promise<boolean>((resolve) => app.server.getConnections((_, n) => resolve(n === 0))))
    go.abort()
    await answers
    expect(compared).toHaveLength(1)
    await app.close()
  })

  test('is judged again beside what was registered meanwhile', async () => {
    const registry = embeddedRegistry(pools[1])
    await registry.register('moving', recordOf([{ name: 'id' }]))
    const slow = slowly('moving', [{ name: 'id' }, { name: 'c', type: 'long', default: 0 }])
    await slow.comparing
    await registry.register('moving', recordOf([{ name: 'id' }, { name: 'c', type: 'string', default: '' }]))
    slow.go()
    await expect(slow.id).rejects.toMatchObject({ status: 409 })
    expect(await registry.versions('moving')).toEqual([1, 2])
  })
})
