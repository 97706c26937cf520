import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { eventSchemaTexts } from '../../contract/registry/event-schema-ids.ts'
import type { SchemaRegistry } from '../../contract/registry/schema-registry.ts'
import { openPool, REGISTRY_SETTINGS } from '../../store/postgres/database.ts'
import { brokenRegistry, type Behaviour, type BrokenRegistry } from './broken-registry.ts'
import { testDatabase } from '../support/database.ts'
import { recordOf } from './registry-contract.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const releases: (() => Promise<unknown> | void)[] = []
let own: Service
let broken: BrokenRegistry

async function start(env: Readonly<Record<string, string>>, unready = false): Promise<Service> {
  const database = await testDatabase()
  releases.push(() => database.drop())
  const data = makeDataDir()
  releases.push(() => data.remove())
  const service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url, ...env }, unready })
  releases.push(() => service.stop())
  return service
}

beforeAll(async () => {
  own = await start({})
  broken = await brokenRegistry(`${own.url}/registry`)
  releases.push(() => broken.close())
})

afterAll(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

/** What each failure is to a caller: whether to wait for the registry, or to show a person what is wrong. */
const FAULTS: readonly (readonly [Behaviour, string])[] = [
  ['down', 'registry-unreachable'],
  ['silent', 'registry-unreachable'],
  ['slow', 'registry-unreachable'],
  ['error', 'registry-unreachable'],
  ['garbage', 'registry-answer-unreadable'],
  ['odd', 'registry-answer-unreadable'],
  ['not a registry', 'registry-answer-unreadable'],
  ['redirecting', 'registry-answer-unreadable'],
]

const THING = recordOf([{ name: 'id' }])

const CALLS: Readonly<Record<string, (registry: SchemaRegistry) => Promise<unknown>>> = {
  register: (registry) => registry.register('faults', THING),
  idOf: (registry) => registry.idOf('faults', THING),
  schemaById: (registry) => registry.schemaById(1),
  subjects: (registry) => registry.subjects(),
  versions: (registry) => registry.versions('faults'),
  version: (registry) => registry.version('faults', 'latest'),
  level: (registry) => registry.level(null),
  setLevel: (registry) => registry.setLevel('faults', 'FULL').then(() => 'set'),
}

test.each(FAULTS)(
  'a registry that is %s fails every call with %s, and is used again once it is well',
  async (behaviour, code) => {
    const registry = confluentRegistry({ url: broken.url, timeout: 2_000, monotonic: () => 0 })
    await broken.behave(behaviour)
    const failures = Object.entries(CALLS).map(async ([name, call]) => [
      name,
      await call(registry).catch((error: unknown) => error),
    ])
    const infrastructure = { name: 'RegistryFailure', code, kind: 'infrastructure', retriable: true }
    // An answer that has nothing to say is enough for a level that is set.
    const calls = Object.keys(CALLS).filter((name) => !(behaviour === 'odd' && name === 'setLevel'))
    const outcomes: Record<string, unknown> = Object.fromEntries(await Promise.all(failures))
    for (const name of calls) expect(outcomes[name], name).toMatchObject(infrastructure)
    await broken.behave('well')
    for (const call of Object.values(CALLS)) expect(await call(registry)).not.toBeNull()
  },
)

describe('the adapter', () => {
  test('asks for a schema by its id once, and shows it while the registry is away', async () => {
    const registry = confluentRegistry({ url: broken.url, timeout: 5_000, monotonic: () => 0 })
    await broken.behave('well')
    const schema = await registry.schemaById(1)
    for (const behaviour of ['down', 'error', 'empty', 'garbage'] as const) {
      await broken.behave(behaviour)
      expect(await registry.schemaById(1)).toBe(schema)
    }
    await broken.behave('well')
  })

  test('asks for an unknown id once, and again only after five seconds', async () => {
    let now = 0
    const registry = confluentRegistry({ url: broken.url, timeout: 5_000, monotonic: () => now })
    await broken.behave('well')
    const before = broken.requests()
    for (let turn = 0; turn < 10; turn++) expect(await registry.schemaById(999_999)).toBeNull()
    expect(broken.requests() - before).toBe(1)
    now = 5_001
    await registry.schemaById(999_999)
    expect(broken.requests() - before).toBe(2)
  })

  test('an empty registry is no failure: it knows of nothing', async () => {
    const registry = confluentRegistry({ url: broken.url, timeout: 5_000, monotonic: () => 0 })
    await broken.behave('empty')
    expect(await registry.schemaById(1)).toBeNull()
    expect(await registry.versions('anything')).toEqual([])
    expect(await registry.idOf('anything', recordOf([{ name: 'id' }]))).toBeNull()
    await broken.behave('well')
  })
})

describe('a start with SCHEMA_REGISTRY_URL', () => {
  const withPassword = () => broken.url.replace('http://', 'http://shop:secret-word@')

  async function failing() {
    const service = await start({ SCHEMA_REGISTRY_URL: withPassword() }, true)
    const { code } = await service.exited
    const [what = '', tried = '', next = '', ...more] = service.errors().trim().split('\n')
    expect(more).toEqual([])
    expect(service.output()).not.toContain('secret-word')
    return { code, what, tried, next }
  }

  test.each([
    ['down', /ECONNREFUSED/],
    ['silent', /no answer within 10 s/],
    ['error', /500 Error in the backend data store/],
    ['garbage', /not JSON/],
    ['redirecting', /it redirects to https:\/\/elsewhere\.example\/registry; give that URL$/],
  ] as const)('ends with 3 and three lines when the registry is %s', async (behaviour, words) => {
    await broken.behave(behaviour)
    const { code, what, tried, next } = await failing()
    await broken.behave('well')
    expect({ code, what }).toEqual({ code: 3, what: expect.stringMatching(words) })
    expect(tried).toContain(broken.url)
    expect(next).toContain('SCHEMA_REGISTRY_URL')
  })

  test('ends with 1 and names all that is missing when the registry was restarted empty', async () => {
    await broken.behave('empty')
    const { code, what, next } = await failing()
    await broken.behave('well')
    expect(code).toBe(1)
    for (const { subject, version } of eventSchemaTexts) expect(what).toContain(`${subject} v${String(version)}`)
    expect(next).toContain('orderledger schemas apply --env')
  })

  test('registers nothing, and once it runs does not notice what becomes of the registry', async () => {
    await broken.behave('well')
    const service = await start({ SCHEMA_REGISTRY_URL: broken.url })
    const asked = broken.requests()
    expect(await statusOf(`${service.url}/registry/subjects`)).toBe(404)
    for (const behaviour of ['down', 'silent', 'error', 'garbage', 'slow', 'empty'] as const) {
      await broken.behave(behaviour)
      const customer = { customerId: `customer-${behaviour}`, name: 'Ada', region: 'EU' }
      const response = await fetch(`${service.url}/customers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(customer),
      })
      expect(response.status).toBe(201)
      expect(await statusOf(`${service.url}/readyz`)).toBe(200)
    }
    await broken.behave('well')
    expect(broken.requests()).toBe(asked)
  })
})

describe('a start with the embedded registry', () => {
  test('ends with 1 and the words of the registry when another schema stands where ours belongs', async () => {
    const database = await testDatabase()
    releases.push(() => database.drop())
    const pool = openPool(database.url, { name: 'test registry', max: 1, settings: REGISTRY_SETTINGS })
    const registry = embeddedRegistry(pool)
    await registry.register('orderledger.StockShipped', recordOf([{ name: 'squatter' }]))
    await pool.end()
    const service = await start({ DATABASE_URL: database.url }, true)
    const { code } = await service.exited
    expect(code).toBe(1)
    expect(service.errors()).toMatch(/orderledger\.StockShipped.*NAME_MISMATCH/)
    expect(service.errors()).toContain('docs/registry.md')
  })
})

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url)
  await response.body?.cancel()
  return response.status
}
