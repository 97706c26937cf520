/** What the API says of the schemas of events, on real parts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { to } from '../../domain/decision.ts'
import { customer } from '../../domain/customer.ts'
import { customerRegistered } from '../../domain/test-events.ts'
import { eventSchemaIds, eventSchemaTexts } from '../../contract/registry/event-schema-ids.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { SchemaUsage } from '../../store/log/schema-usage.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: Pool
let service: ApiService

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 2 })
  await appendEvents(pool, [to(customer, 'c1', customerRegistered('c1')), to(customer, 'c2', customerRegistered('c2'))])
  const data = Buffer.of(0)
  await appendRaw(pool, [
    { stream: 'customer-c3', type: 'CustomerRegistered', schemaVersion: 3, data },
    { stream: 'thing-1', type: 'OfTomorrow', schemaVersion: 1, data },
  ])
  service = await openApiService(database.url)
})

afterAll(async () => {
  await service.close()
  await pool.end()
  await database.drop()
})

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await service.app.inject({ url: path, headers: { host: 'localhost', ...headers } })
  return { status: response.statusCode, headers: response.headers, body: response.body === '' ? null : response.json() }
}

async function bytes(type: string, payload: object) {
  const url = `/schemas/${type}/bytes`
  const response = await service.app.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload })
  return { status: response.statusCode, body: response.json() }
}

const unused = { events: 0, firstPosition: null, firstAt: null, lastPosition: null, lastAt: null }
const id = expect.any(Number)
const at = expect.stringMatching(/Z$/)

describe('GET /schemas', () => {
  test('shows versions that the log holds, those that it does not hold, and those of later releases', async () => {
    const { status, headers, body } = await get('/schemas')
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'x-position': '4', etag: expect.stringMatching(/^W\//) })
    expect(body).toMatchObject({ sharedRegistry: null, position: 4, head: 4 })
    const { items } = body as { readonly items: readonly { readonly type: string }[] }
    const types = items.map(({ type }) => type)
    expect(types).toEqual([...types].sort())
    expect(items.filter(({ type }) => ['CustomerRegistered', 'OfTomorrow', 'PriceChanged'].includes(type))).toEqual([
      {
        type: 'CustomerRegistered',
        subject: 'orderledger.CustomerRegistered',
        stream: 'customer',
        level: 'FULL_TRANSITIVE',
        retiredBy: null,
        versions: [
          { version: 1, fields: 6, registryId: id, ...unused },
          {
            ...{ version: 2, fields: 7, registryId: id, events: 2 },
            ...{ firstPosition: 1, firstAt: at, lastPosition: 2, lastAt: at },
          },
          {
            ...{ version: 3, fields: null, registryId: null, events: 1 },
            ...{ firstPosition: 3, firstAt: at, lastPosition: 3, lastAt: at },
          },
        ],
      },
      {
        type: 'OfTomorrow',
        subject: 'orderledger.OfTomorrow',
        stream: null,
        level: null,
        retiredBy: null,
        versions: [expect.objectContaining({ version: 1, fields: null, registryId: null, events: 1 })],
      },
      expect.objectContaining({
        type: 'PriceChanged',
        versions: [{ version: 1, fields: 2, registryId: id, ...unused }],
      }),
    ])
  })

  test('has the ids of the registry', async () => {
    const { body } = await get('/schemas')
    const { items } = body as {
      items: { subject: string; versions: { version: number; registryId: number | null }[] }[]
    }
    const ours = items.flatMap(({ subject, versions }) => versions.map((version) => ({ subject, ...version })))
    for (const { subject, version, registryId } of ours.filter((one) => one.registryId !== null)) {
      const registered = await get(`/registry/subjects/${subject}/versions/${String(version)}`)
      expect(registered.body).toMatchObject({ id: registryId })
    }
  })

  test('is answered 304 while nothing is appended', async () => {
    const { headers } = await get('/schemas')
    const again = await get('/schemas', { 'if-none-match': String(headers['etag']) })
    expect(again).toMatchObject({ status: 304, body: null, headers: { 'x-position': '4' } })
  })

  test('of a log that cannot be counted in time shows how far it is, and goes on', async () => {
    const client = await pool.connect()
    await client.query('begin; lock table log.events in access exclusive mode')
    const schemas = {
      usage: new SchemaUsage({ pool }),
      ids: eventSchemaIds(eventSchemaTexts.map(({ type, version }) => ({ type, version, id: 7 }))),
      sharedRegistry: 'http://registry.test',
    }
    const app = service.another({ schemas })
    const ask = async () => (await app.inject({ url: '/schemas', headers: { host: 'localhost' } })).json()
    expect(await ask()).toMatchObject({ position: 0, head: 4, sharedRegistry: 'http://registry.test' })
    await client.query('commit')
    client.release()
    expect(await ask()).toMatchObject({ position: 4, head: 4 })
  })
})

describe('GET /schemas/{type}', () => {
  test('shows the schema of each version, and in words what it has changed', async () => {
    const { status, body } = await get('/schemas/CustomerRegistered')
    expect(status).toBe(200)
    const { versions } = body as { versions: { schema: string | null; sample: object | null }[] }
    expect(body).toMatchObject({
      type: 'CustomerRegistered',
      position: 4,
      versions: [
        { version: 1, events: 0, changes: null, deployFirst: null, sample: { customerId: 'zoe' } },
        {
          version: 2,
          events: 2,
          changes: [{ path: 'language', message: 'was added; older events are read with "en"', verdict: 'safe' }],
          deployFirst: 'any order',
          sample: { customerId: 'zoe', language: 'pl' },
        },
        { version: 3, events: 1, schema: null, changes: null, deployFirst: null, sample: null },
      ],
    })
    expect(versions[0]?.sample).not.toHaveProperty('language')
    expect(JSON.parse(versions[1]?.schema ?? '')).toMatchObject({ type: 'record', name: 'CustomerRegistered' })
  })

  test('of an event that this release does not know is 404', async () => {
    for (const type of ['OfTomorrow', 'constructor']) {
      expect(await get(`/schemas/${type}`)).toMatchObject({ status: 404, body: { code: 'schema-not-found' } })
      expect(await bytes(type, { event: {} })).toMatchObject({ status: 404, body: { code: 'schema-not-found' } })
    }
  })
})

describe('POST /schemas/{type}/bytes', () => {
  const event = { customerId: 'c1', name: 'Ada', email: null, phone: null, region: 'north', tier: 'vip' }
  const body = '0463310641646100000a6e6f72746802'

  test('shows the body, the message with the id of the registry, and what each version reads', async () => {
    const registered = await get('/registry/subjects/orderledger.CustomerRegistered/versions/1')
    const { id: schemaId } = registered.body as { readonly id: number }
    const { status, body: answer } = await bytes('CustomerRegistered', { version: 1, event })
    expect(status).toBe(200)
    expect(answer).toEqual({
      version: 1,
      schemaId,
      bytes: body,
      framed: `00${schemaId.toString(16).padStart(8, '0')}${body}`,
      readBy: [
        { version: 1, event, error: null },
        { version: 2, event: { ...event, language: 'en' }, error: null },
      ],
    })
  })

  test('writes in the newest version if none is named', async () => {
    const { body: answer } = await bytes('CustomerRegistered', { event })
    expect(answer).toMatchObject({
      version: 2,
      bytes: `${body}04656e`,
      readBy: [{ event }, { event: { language: 'en' } }],
    })
  })

  test.each<[string, object, readonly object[]]>([
    ['a version that is not there', { version: 3, event }, [{ pointer: '/version', message: 'must be 1 to 2' }]],
    ['version 0', { version: 0, event }, [{ pointer: '/version', message: 'must be >= 1' }]],
    ['no event', {}, [{ pointer: '/event', message: 'is missing' }]],
    ['an event that is no object', { event: [] }, [{ pointer: '/event', message: 'must be object' }]],
    ['a property beside it', { event, more: 1 }, [{ pointer: '/more', message: 'is unknown' }]],
    [
      'an event with several faults',
      { version: 1, event: { ...event, tier: 'gold', 'a/b~\u0085': 1 } },
      [{ pointer: '/event/a~1b~0\ufffd', message: 'is unknown' }],
    ],
    [
      'fields that do not fit',
      { event: { ...event, tier: 'gold\u0085', region: { toString: 1, valueOf: 1 }, name: undefined } },
      [
        { pointer: '/event/name', message: 'is missing, and has no default' },
        { pointer: '/event/region', message: 'an object is not a well-formed string' },
        { pointer: '/event/tier', message: '"gold\ufffd" is not one of standard, vip' },
      ],
    ],
  ])('refuses %s, and says where', async (_, payload, errors) => {
    const answer = await bytes('CustomerRegistered', payload)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    expect(answer.body).toMatchObject({ errors: errors.map((error) => ({ in: 'body', ...error })) })
  })
})
