/** One service in several processes, each with a role of its own, on one database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

interface Readiness {
  readonly checks: readonly { readonly name: string; readonly ok: boolean }[]
}

let database: TestDatabase
const releases: (() => Promise<unknown> | void)[] = []

async function start(roles: string): Promise<Service> {
  const data = makeDataDir()
  releases.push(() => data.remove())
  const service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url, ROLES: roles } })
  releases.push(() => service.kill())
  return service
}

async function post(service: Service, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(`${service.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function checksOf(service: Service): Promise<readonly string[]> {
  const answer = await fetch(`${service.url}/readyz`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as Readiness).checks.map(({ name }) => name)
}

describe('processes with roles of their own', () => {
  let api: Service
  let projector: Service

  beforeAll(async () => {
    database = await testDatabase()
    api = await start('api')
    projector = await start('projector')
  })

  afterAll(async () => {
    for (const release of releases.splice(0).reverse()) await release()
    await database.drop()
  })

  test('take orders in one and show them from the rows that the other keeps', async () => {
    const price = { amount: 100, currency: 'EUR' }
    await post(api, '/products', { sku: 'A', name: 'A', category: 'c', price, stock: 5 })
    await post(api, '/customers', { customerId: 'c1', name: 'C', region: 'north' })
    const lines = [{ sku: 'A', quantity: 1 }]
    const placed = await post(api, '/orders', { orderId: 'o1', customerId: 'c1', lines })
    expect(placed.status).toBe(201)
    const after = placed.headers.get('x-position') ?? ''
    const shown = await fetch(`${api.url}/orders/o1?after=${after}`)
    expect(await shown.json()).toMatchObject({ orderId: 'o1', status: 'placed' })
  })

  test('are ready by what each of them does', async () => {
    expect(await checksOf(api)).toEqual(['database'])
    expect(await checksOf(projector)).toEqual(['database', 'projector'])
  })

  test('without the role api serve their health and their metrics, and nothing else', async () => {
    for (const path of ['/livez', '/readyz', '/metrics', '/version']) {
      expect((await fetch(`${projector.url}${path}`)).status).toBe(200)
    }
    const refused = await post(projector, '/orders', { customerId: 'c1', lines: [{ sku: 'A', quantity: 1 }] })
    expect(refused.status).toBe(404)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
  })

  test('hand over when one of them stops', async () => {
    const standby = await start('projector')
    await projector.stop()
    const lines = [{ sku: 'A', quantity: 1 }]
    const placed = await post(api, '/orders', { orderId: 'o2', customerId: 'c1', lines })
    const after = placed.headers.get('x-position') ?? ''
    await eventually(async () => {
      const shown = await fetch(`${api.url}/orders/o2?after=${after}`)
      expect(shown.status).toBe(200)
      return true
    })
    await standby.stop()
  })
})
