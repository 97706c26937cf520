/** What `schemas plan` shows, and what `apply` refuses, against our own registry. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { PLACE_ORDER_SUBJECT } from '../../contract/registry/command-schema.ts'
import { eventSchemaTexts } from '../../contract/registry/event-schema-ids.ts'
import { subjectOf } from '../../contract/subject.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { brokenRegistry } from './broken-registry.ts'
import { emptyRegistry, idsOf, registered, registryEnvironment } from './registry-environment.ts'
import { startCommand } from '../support/run-command.ts'
import { SchemaProject } from './schema-project.ts'
import { stallingAfter } from './stalling-registry.ts'

const SECRETS = { admin: 'admin-secret-0123456789', read: 'read-secret-0123456789' } as const
/** Those of the events, of the command and of what customers do. */
const VERSIONS = eventSchemaTexts.length + 2

let copy: SchemaProject

beforeEach(() => {
  copy = new SchemaProject()
  copy.publish()
})
afterEach(() => copy.remove())

describe('our own registry', () => {
  let database: TestDatabase
  let service: ApiService
  let url: string

  beforeEach(async () => {
    database = await testDatabase()
    service = await openApiService(database.url)
    await emptyRegistry(database.url)
    url = `http://127.0.0.1:${await service.listen()}/registry`
  })
  afterEach(async () => {
    await service.close()
    await database.drop()
  })

  const registry = () => confluentRegistry({ url, monotonic: () => performance.now() })

  async function setMode(mode: string): Promise<void> {
    const body = JSON.stringify({ mode })
    const response = await fetch(`${url}/mode`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await response.json()).toEqual({ mode })
  }

  test('shows what it has and git has not, and leaves it alone', async () => {
    await registry().register(subjectOf('Forgotten'), schema('Forgotten', []))
    const foreign = { name: 'extra', type: 'string', default: '' }
    const [{ text = '' } = {}] = eventSchemaTexts.filter(({ type }) => type === 'PriceChanged')
    const { fields, ...rest } = JSON.parse(text) as { readonly fields: readonly object[] }
    await registry().register(subjectOf('PriceChanged'), JSON.stringify({ ...rest, fields: [...fields, foreign] }))
    await registry().register('somebody.Else', schema('Else', []))
    const { steps, drift, obstacles } = await registryEnvironment(copy, url).plan()
    expect(drift.map(({ subject, version }) => [subject, version])).toEqual([
      [subjectOf('PriceChanged'), 1],
      [subjectOf('Forgotten'), null],
    ])
    expect(obstacles).toEqual([])
    expect(registered(steps)).toHaveLength(VERSIONS)
    const lines = await registryEnvironment(copy, url).planLines()
    expect(lines.stdout).toMatch(/! orderledger.Forgotten: git does not have this event or command; left unchanged/)
  })

  test('is not touched when a version would break what it has', async () => {
    await registry().register(subjectOf('StockAdjusted'), schema('StockAdjusted', [{ name: 'sku', type: 'int' }]))
    const staging = registryEnvironment(copy, url)
    expect(await staging.plan()).toMatchObject({
      code: 1,
      obstacles: [{ subject: subjectOf('StockAdjusted'), version: 1, why: expect.stringContaining('FULL_TRANSITIVE') }],
    })
    const refused = await staging.apply()
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('orderledger.StockAdjusted v1 would be refused')
    expect(await registry().subjects()).toEqual([subjectOf('StockAdjusted')])
  })

  test('gets only what was reviewed: no plan, another one, or one that git or the registry has left behind', async () => {
    const staging = registryEnvironment(copy, url)
    const reasonOf = async (run: Promise<{ readonly code: number | null; readonly stderr: string }>) => {
      const { code, stderr } = await run
      return `${code} ${stderr.split('\n')[0] ?? ''}`
    }
    const options = ['--env', 'staging', '--registry', url]
    expect(await reasonOf(copy.run('apply', ...options))).toBe('1 ✖ no reviewed plan for staging')
    expect(await reasonOf(staging.apply())).toMatch(/^1 ✖ ENOENT/)
    writeFileSync(staging.file, '{}')
    expect(await reasonOf(staging.apply())).toMatch(/^1 ✖ .*plan.json is not a plan$/)

    await staging.plan()
    const other = copy.run('apply', '--env', 'production', '--registry', url, '--plan', staging.file)
    expect(await reasonOf(other)).toBe('1 ✖ the plan is for staging, not for production')
    const reviewed = readFileSync(staging.file, 'utf8')
    writeFileSync(staging.file, reviewed.replace('FULL_TRANSITIVE', 'NONE'))
    expect(await reasonOf(staging.apply())).toBe('1 ✖ the plan does not match the steps that are due')
    writeFileSync(staging.file, reviewed)

    copy.write('PriceChanged/notes.txt', 'not committed')
    expect(await reasonOf(staging.apply())).toContain('PriceChanged/notes.txt has uncommitted changes')
    copy.delete('PriceChanged/notes.txt')

    await registry().register(
      subjectOf('PriceChanged'),
      eventSchemaTexts.find(({ type }) => type === 'PriceChanged')?.text ?? '',
    )
    expect(await reasonOf(staging.apply())).toBe(
      '1 ✖ the registry has changed since the plan was made: orderledger.PriceChanged',
    )
    await staging.plan()
    await copy.addGoodVersion()
    copy.commit('a version')
    expect(await reasonOf(staging.apply())).toBe(
      '1 ✖ what is published in git has changed since the plan was made (schemas.lock)',
    )
    expect(await registry().subjects()).toEqual([subjectOf('PriceChanged')])
  })

  test('gets the command that orders in Avro are, and its ids stay out of the lock', async () => {
    const staging = registryEnvironment(copy, url)
    expect((await staging.plan()).steps).toContainEqual(
      expect.objectContaining({ do: 'register', subject: PLACE_ORDER_SUBJECT, version: 1 }),
    )
    await staging.applied()
    copy.commit('ids')
    const lock = copy.read('schemas.lock')
    expect(lock).not.toContain(PLACE_ORDER_SUBJECT)

    await registry().setLevel(PLACE_ORDER_SUBJECT, 'BACKWARD')
    expect((await staging.plan()).steps).toMatchObject([
      { do: 'set-level', subject: PLACE_ORDER_SUBJECT, level: 'FULL_TRANSITIVE' },
    ])
    expect(await staging.applied()).not.toContain('commit')
    expect(copy.read('schemas.lock')).toBe(lock)
    expect(await staging.plan()).toMatchObject({ code: 0, steps: [], drift: [] })
  })

  test('gets no command that breaks what others have registered under its name', async () => {
    await registry().register(PLACE_ORDER_SUBJECT, schema('PlaceOrder', [{ name: 'customerId', type: 'int' }]))
    const staging = registryEnvironment(copy, url)
    expect(await staging.plan()).toMatchObject({
      code: 1,
      drift: [{ subject: PLACE_ORDER_SUBJECT, version: 1 }],
      obstacles: [{ subject: PLACE_ORDER_SUBJECT, version: 1 }],
    })
    expect((await staging.apply()).stderr).toContain('orderledger.PlaceOrder v1 would be refused')
    expect(await registry().subjects()).toEqual([PLACE_ORDER_SUBJECT])
  })

  test('is left alone while it only reads', async () => {
    await setMode('READONLY')
    const staging = registryEnvironment(copy, url)
    expect(await staging.plan()).toMatchObject({ code: 1, readOnly: 'the registry is READONLY' })
    const refused = await staging.apply()
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('✖ the registry is READONLY: nothing was applied')
    await setMode('READWRITE')
    await staging.applied()
  })

  test('gets the rest from a new plan when an apply was killed in the middle', async () => {
    const slow = await stallingAfter(url, 5)
    try {
      const through = registryEnvironment(copy, slow.url)
      await through.plan()
      const args = ['--env', 'staging', '--registry', slow.url, '--plan', through.file, '--folder', copy.folder]
      const command = startCommand(copy.root, ['schemas', 'apply', ...args])
      await eventually(() => slow.stalled())
      command.signal('SIGKILL')
      await command.finished
    } finally {
      await slow.close()
    }
    expect(idsOf(copy, 'staging').filter((id) => id !== undefined)).toHaveLength(5)
    const staging = registryEnvironment(copy, url)
    const rest = await staging.plan()
    expect(registered(rest.steps)).toHaveLength(VERSIONS - 5)
    await staging.applied()
    expect(idsOf(copy, 'staging')).not.toContain(undefined)
    expect(await staging.plan()).toMatchObject({ code: 0 })
  })

  test('is compared with by diff', async () => {
    const staging = registryEnvironment(copy, url)
    await staging.plan()
    await staging.applied()
    expect((await copy.run('diff', '--against', `registry:${url}`)).stdout).toBe(
      `✔ the schemas are the same as in registry:${url}\n`,
    )
    await copy.addGoodVersion()
    const found = await copy.run('diff', '--against', `registry:${url}`)
    expect(found.stdout).toContain('StockAdjusted version 1 to 2: safe')
    const down = await copy.run('diff', '--against', 'registry:http://127.0.0.1:1')
    expect(down).toMatchObject({ code: 3 })
  })

  test('behind a redirect is asked nothing more: plan and apply say which URL to give', async () => {
    const moved = await brokenRegistry(url)
    try {
      const through = registryEnvironment(copy, moved.url)
      await through.plan()
      await moved.behave('redirecting')
      for (const refused of [await through.planLines(), await through.apply()]) {
        expect(refused).toMatchObject({ code: 3, stdout: '' })
        expect(refused.stderr).toContain('it redirects to https://elsewhere.example/registry; give that URL')
      }
    } finally {
      await moved.close()
    }
    expect(await registry().subjects()).toEqual([])
  })

  test('says what is missing in how it was called, and when nobody answers', async () => {
    expect(await copy.run('plan', '--registry', url)).toMatchObject({ code: 2 })
    expect(await copy.run('plan', '--env', 'Staging!', '--registry', url)).toMatchObject({ code: 2 })
    const unnamed = await copy.run('plan', '--env', 'staging')
    expect(unnamed).toMatchObject({ code: 2 })
    expect(unnamed.stderr).toContain('SCHEMA_REGISTRY_URL')
    expect(await copy.run('plan', '--env', 'staging', '--registry', 'http://127.0.0.1:1')).toMatchObject({ code: 3 })
  })
})

describe('our own registry behind tokens', () => {
  let database: TestDatabase
  let service: ApiService

  beforeAll(async () => {
    database = await testDatabase()
    const token = (role: 'admin' | 'read') => ({ name: role, role, secret: SECRETS[role] })
    service = await openApiService(database.url, { tokens: [token('admin'), token('read')] })
    await emptyRegistry(database.url)
  })
  afterAll(async () => {
    await service.close()
    await database.drop()
  })

  test('is planned for with any token, and changed with that of an admin alone', async () => {
    const url = `http://127.0.0.1:${await service.listen()}/registry`
    const reading = registryEnvironment(copy, url, '--token', SECRETS.read)
    expect(await reading.plan()).toMatchObject({ code: 1 })
    expect(await reading.apply()).toMatchObject({ code: 1, stderr: expect.stringContaining('role admin') as string })
    expect(await registryEnvironment(copy, url).planLines()).toMatchObject({ code: 1, stdout: '' })
    await registryEnvironment(copy, url, '--token', SECRETS.admin).applied()
  })
})

function schema(name: string, fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name, namespace: 'orderledger', fields })
}
