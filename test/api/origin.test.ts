/** A web page is not a person: what changes something is taken from pages of this service, or from no page at all. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { openBrowser } from '../support/browser.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { documentedApi } from './documented-api.ts'

const TOKENS = [{ name: 'admin', role: 'admin', secret: 'secret-of-admin' }] as const
const REGISTRY = [
  ['POST', '/registry/subjects/a/versions'],
  ['POST', '/registry/compatibility/subjects/a/versions'],
  ['PUT', '/registry/config'],
  ['DELETE', '/registry/subjects/a'],
  ['DELETE', '/registry/no/such/path'],
] as const

let database: TestDatabase
let service: ApiService
let port: number

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  port = await service.listen()
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

const { operations } = await documentedApi()
const changing = operations
  .filter(({ method }) => method !== 'GET')
  .map(({ method, path }) => [method, path.replaceAll(/\{\w+\}/g, 'a')] as const)

describe.each(['without tokens', 'with tokens'])('what comes from elsewhere, %s,', (kind) => {
  let app: ApiService['app']
  beforeAll(() => {
    app = kind === 'without tokens' ? service.app : service.another({}, { tokens: TOKENS })
  })

  async function ask(method: string, url: string, headers: Readonly<Record<string, string>>) {
    const all = { host: 'localhost:3000', authorization: 'Bearer secret-of-admin', ...headers }
    const { statusCode, body } = await app.inject({ method: method as 'POST', url, headers: all })
    return { status: statusCode, body: JSON.parse(body) as Readonly<Record<string, unknown>> }
  }

  const FOREIGN = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
    { 'sec-fetch-site': '' },
    { origin: 'http://localhost:3001' },
    { origin: 'null' },
  ]

  test.each([...changing, ['POST', '/no-such-path'] as const])('%s %s is refused', async (method, url) => {
    for (const headers of FOREIGN) {
      expect([headers, await ask(method, url, headers)]).toMatchObject([
        headers,
        { status: 403, body: { code: 'origin-not-allowed', instance: url } },
      ])
    }
  })

  test.each(REGISTRY)('%s %s is refused in the shape of the registry', async (method, url) => {
    for (const headers of FOREIGN) {
      const { status, body } = await ask(method, url, headers)
      expect([headers, status, body['error_code'], Object.keys(body)]).toEqual([
        headers,
        403,
        403,
        ['error_code', 'message'],
      ])
    }
  })

  test('names both sides and what a proxy has to do', async () => {
    const { body } = await ask('POST', '/orders', { origin: 'https://shop.example' })
    expect(body['detail']).toMatch(/https:\/\/shop\.example.*localhost:3000.*proxy.*pass Host on/)
  })

  test('is no matter for what comes from here, from no page, or changes nothing', async () => {
    const own = [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin', origin: 'https://behind-a-proxy.example' },
      { origin: 'http://localhost:3000' },
    ]
    for (const headers of own) {
      expect([headers, (await ask('POST', '/projections/orders/resume', headers)).status]).toEqual([headers, 200])
    }
    for (const headers of FOREIGN) expect((await ask('GET', '/orders', headers)).status).toBe(200)
  })
})

const browser = await openBrowser()

describe.skipIf(browser === null)('a page of another origin in a real browser', () => {
  let elsewhere: Server
  beforeAll(async () => {
    elsewhere = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>hello'))
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    elsewhere.close()
    await browser?.close()
  })

  const own = (path: string) => `http://127.0.0.1:${String(port)}${path}`

  async function post(path: string, body: object): Promise<void> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    expect((await fetch(own(path), init)).status).toBe(201)
  }

  const ACTS: readonly (readonly [string, (path: string) => string])[] = [
    ['fetch', (path) => `fetch('${path}', { method: 'POST', mode: 'no-cors' }).catch(() => null).then(() => null)`],
    ['beacon', (path) => `navigator.sendBeacon('${path}')`],
    [
      'form',
      (path) => `(() => {
        document.body.innerHTML = '<iframe name="answer"></iframe><form method="post" target="answer" action="${path}">'
        return new Promise((resolve) => {
          document.querySelector('iframe').onload = resolve
          document.forms[0].submit()
        }).then(() => null)
      })()`,
    ],
  ]

  // `localhost` and 127.0.0.1 are other sites, two ports of 127.0.0.1 other origins of one site.
  test.each(['127.0.0.1', 'localhost'])('at %s can neither pause nor cancel by fetch, beacon or form', async (name) => {
    const sku = `sku-${name}`
    const customerId = `customer-${name}`
    const orderId = `order-${name}`
    await post('/products', {
      sku,
      name: 'A',
      category: 'c',
      price: { amount: 1, currency: 'EUR' },
      stock: 9,
    })
    await post('/customers', { customerId, name: 'A', region: 'r' })
    await post('/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })

    const page = await browser?.newPage()
    if (page === undefined) throw new Error('no browser')
    const { port: there } = elsewhere.address() as AddressInfo
    const before = service.lines.length
    await page.goto(`http://${name}:${String(there)}/`)
    const targets = [
      own('/projections/orders/pause'),
      own(`/orders/${orderId}/cancel`),
      own('/projections/sales/replay'),
    ]
    for (const [, act] of ACTS) for (const target of targets) await page.evaluate(act(target))
    await page.close()

    const answered = () =>
      service.lines.slice(before).filter(({ method, msg }) => method === 'POST' && msg === 'answered')
    await expect.poll(() => answered().length).toBe(ACTS.length * targets.length)
    expect(answered().map(({ status }) => status)).toEqual(answered().map(() => 403))
    const { items } = (await (await fetch(own('/projections'))).json()) as { items: readonly { state: string }[] }
    expect(items.filter(({ state }) => state !== 'live')).toEqual([])
    const order = (await (await fetch(own(`/orders/${orderId}`))).json()) as { status: string }
    expect(order.status).toBe('placed')
  })
})
