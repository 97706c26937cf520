/** Schemas on their whole way into a registry: planned, applied, recorded, and the next version after them. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { lookUpPlaceOrder, PLACE_ORDER_SUBJECT } from '../../contract/registry/command-schema.ts'
import { eventSchemaTexts } from '../../contract/registry/event-schema-ids.ts'
import { subjectOf } from '../../contract/subject.ts'
import { parseLock } from '../../contract/authoring/schema-lock.ts'
import { openApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { realRegistry } from './real-registry.ts'
import { emptyRegistry, idsOf, registered, registryEnvironment } from './registry-environment.ts'
import { SchemaProject } from './schema-project.ts'
import { makeDataDir, startService } from '../support/service.ts'

/** Those of the events, of the command and of what customers do. */
const SUBJECTS = new Set(eventSchemaTexts.map(({ subject }) => subject)).size + 2
const VERSIONS = eventSchemaTexts.length + 2

const real = await realRegistry()

let copy: SchemaProject
let database: TestDatabase

beforeEach(async () => {
  copy = new SchemaProject()
  copy.publish()
  database = await testDatabase()
})
afterEach(async () => {
  copy.remove()
  await database.drop()
})
afterAll(() => real?.stop())

describe.skipIf(real === null)('a real registry', () => {
  const url = real?.url ?? ''

  test('that is empty keeps a service from starting, until a plan was applied to it', async () => {
    const dataDir = makeDataDir()
    const env = { SCHEMA_REGISTRY_URL: url, DATABASE_URL: database.url }
    try {
      const refused = await startService({ dataDir: dataDir.path, env, unready: true })
      expect(await refused.exited).toMatchObject({ code: 1 })
      expect(refused.errors()).toContain('orderledger schemas apply --env')
      await wholePass(url)
      const service = await startService({ dataDir: dataDir.path, env })
      expect(await service.stop()).toMatchObject({ code: 0 })
    } finally {
      dataDir.remove()
    }
  })
})

test('our own registry gets what git has, and nothing a second time', async () => {
  const service = await openApiService(database.url)
  try {
    await emptyRegistry(database.url)
    await wholePass(`http://127.0.0.1:${await service.listen()}/registry`)
  } finally {
    await service.close()
  }
})

/** From nothing to everything, a second time, and what comes later. The registry has nothing of ours yet. */
async function wholePass(url: string): Promise<void> {
  const staging = registryEnvironment(copy, url)
  const registry = confluentRegistry({ url, monotonic: () => performance.now() })
  const first = await staging.plan()
  expect(first).toMatchObject({ code: 1, drift: [], obstacles: [], unchanged: 0 })
  expect(registered(first.steps)).toHaveLength(VERSIONS)
  // Tightened after: every level follows the registrations of its subject.
  const ofCustomer = first.steps.filter(({ subject }) => subject === subjectOf('CustomerRegistered'))
  expect(ofCustomer.map((step) => step.do)).toEqual(['register', 'register', 'set-level'])
  expect(await registry.subjects()).not.toContain(subjectOf('OrderPlaced'))

  expect(await staging.applied()).toContain(`✔ ${VERSIONS + SUBJECTS} steps applied to staging`)
  expect(await registry.level(subjectOf('OrderPlaced'))).toBe('FULL_TRANSITIVE')
  for (const { subject, version, text } of eventSchemaTexts) {
    const id = await registry.idOf(subject, text)
    const locked = parseLock(copy.read('schemas.lock'))[subject]?.versions.find((one) => one.version === version)
    expect({ subject, id: locked?.ids?.['staging'] }).toEqual({ subject, id })
  }
  expect(await registry.level(PLACE_ORDER_SUBJECT)).toBe('FULL_TRANSITIVE')
  expect(await lookUpPlaceOrder(registry)).toBeGreaterThan(0)
  // The ids are kept by codegen, and nothing is wrong with them.
  expect(await copy.run('codegen', '--check')).toMatchObject({ code: 0 })
  expect(await copy.run('check')).toMatchObject({ code: 0 })

  expect(await staging.applied()).toContain('✔ nothing to do for staging')
  expect(await staging.plan()).toMatchObject({ code: 0, steps: [], unchanged: VERSIONS })
  copy.commit('ids')
  expect((await staging.planLines()).stdout).toMatch(/^✔ nothing to do for staging: \d+ versions as in git/)

  expect((await copy.run('diff', '--against', `registry:${url}`)).stdout).toMatch(/^✔ the schemas are the same as in/)
  await copy.addGoodVersion()
  copy.commit('a version')
  const next = await staging.plan()
  expect(registered(next.steps)).toEqual([`${subjectOf('StockAdjusted')} v2`])
  expect(next.steps).toHaveLength(1)
  await staging.applied()
  expect(idsOf(copy, 'staging')).not.toContain(undefined)
  expect(await staging.plan()).toMatchObject({ code: 0 })
}
