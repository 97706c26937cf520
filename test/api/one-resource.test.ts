/**
 * HTTP as clients, proxies and libraries really speak it: the same resource in other words, and requests that are odd.
 * Longer than 300 lines because all of it shares one service, and its lines are tables.
 */
import type { OutgoingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import type { Addressed } from '../../domain/decision.ts'
import {
  deliveryDelivered,
  deliveryDispatched,
  deliveryScheduled,
  fraudAlertRaised,
  orderCompleted,
  orderConfirmed,
  orderLine,
  orderReturned,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentRequested,
  refundRequested,
  stockFellBelow,
} from '../../domain/test-events.ts'
import { writeEmail } from '../../reactors/mail/inbox-table.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { openPool } from '../../store/postgres/database.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { documentedApi } from './documented-api.ts'
import { exchangeAt } from './raw-http.ts'

let database: TestDatabase
let service: ApiService
let port: number

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url, { requestTimeoutMs: 2_000 })
  port = await service.listen()
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly app?: ApiService['app']
  readonly payload?: string
}

async function ask(method: string, url: string, { headers = {}, app = service.app, payload }: Asked = {}) {
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers: { host: 'localhost', ...headers },
    ...(payload !== undefined && { payload }),
  })
  const body = answer.body.startsWith('{') ? (answer.json() as Readonly<Record<string, unknown>>) : {}
  return { status: answer.statusCode, headers: answer.headers as OutgoingHttpHeaders, body }
}

const JSON_TYPE = { 'content-type': 'application/json' }
const post = (url: string, body: object, headers = {}) =>
  ask('POST', url, { headers: { ...JSON_TYPE, ...headers }, payload: JSON.stringify(body) })

let made = 0
async function placed(): Promise<{ orderId: string; sku: string; customerId: string }> {
  made += 1
  const [orderId, sku, customerId] = ['order', 'sku', 'customer'].map((kind) => `${kind}-${String(made)}`) as [
    string,
    string,
    string,
  ]
  const price = { amount: 100, currency: 'EUR' }
  await post('/products', { sku, name: 'A', category: 'c', price, stock: 10 })
  await post('/customers', { customerId, name: 'A', region: 'r' })
  expect((await post('/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })).status).toBe(201)
  return { orderId, sku, customerId }
}

describe('what follows on the same connection', () => {
  const good = (id: string) => {
    const body = `{"customerId":"${id}","name":"A","region":"r"}`
    const head = ['POST /customers HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
    return [...head, `Content-Length: ${String(body.length)}`, '', body].join('\r\n')
  }
  test.each<readonly [string, string, number | null]>([
    ['no HTTP at all', '\x16\x03\x01\r\n\r\n', 400],
    ['no method', 'FETCH / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['no version', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', 400],
    ['a broken header', 'GET / HTTP/1.1\r\nHost : localhost\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['an unknown coding', 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\n', 501],
    [
      'a chunk without a size',
      'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['a preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['CONNECT', 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['half a request', 'GET / HTTP/1.1\r\nHost: loc', 408],
    ['an unknown expectation', 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: a-miracle\r\n\r\n', 417],
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ])('is %s: the requests before it are answered first', async (kind, bytes, status) => {
    const id = kind.replaceAll(/[^a-z]/gi, '-')
    const answers = await exchangeAt(port, good(`${id}-1`) + good(`${id}-2`) + bytes)
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, status])
    expect(answers.map(({ body }) => (JSON.parse(body) as { customerId?: string }).customerId)).toEqual([
      `${id}-1`,
      `${id}-2`,
      undefined,
    ])
  })

  test('is broken behind the last request: nobody asked anything with it', async () => {
    const last = good('last').replace('Host:', 'Connection: close\r\nHost:')
    const answers = await exchangeAt(port, `${last}GARBAGE\r\n\r\n`)
    expect(answers.map(({ status }) => status)).toEqual([201])
  })

  test('is a request that was refused before its body: it gets one answer', async () => {
    const refused = 'POST /no-such HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'
    const answers = await exchangeAt(port, good('early') + refused)
    expect(answers.map(({ status }) => status)).toEqual([201, 404])
  })
})

describe('Content-Type without a body', () => {
  const TYPES = ['application/json', 'application/vnd.schemaregistry.v1+json', 'text/plain', 'none of these']

  test('is as if it were not there, wherever a body may be left out', async () => {
    const { operations } = await documentedApi()
    const bodiless = operations.filter(({ method, operation: { requestBody } }) => {
      return method !== 'GET' && requestBody?.required !== true
    })
    expect(bodiless.length).toBeGreaterThan(8)
    for (const { method, path } of bodiless) {
      const { orderId } = await placed()
      const url = path
        .replace('{orderId}', orderId)
        .replace('{name}', 'none')
        .replaceAll(/\{\w+\}/g, '1')
      const without = await ask(method, url)
      for (const type of TYPES)
        for (const length of [{}, { 'content-length': '0' }]) {
          const { status, body } = await ask(method, url, { headers: { 'content-type': type, ...length } })
          // A second cancel of one order is 200 or 409 by the order, and never a word about the body.
          expect([method, url, type, status >= 500 || status === 415, body['code'] === 'invalid-json']).toEqual([
            method,
            url,
            type,
            false,
            false,
          ])
          if (!url.startsWith('/orders')) expect([url, type, status]).toEqual([url, type, without.status])
        }
    }
  })

  test('cancels an order', async () => {
    for (const type of TYPES) {
      const { orderId } = await placed()
      const { status, body } = await ask('POST', `/orders/${orderId}/cancel`, { headers: { 'content-type': type } })
      expect([type, status, body['status']]).toEqual([type, 200, 'cancelled'])
    }
  })

  test('deletes in the registry, as the JavaScript client of Confluent asks', async () => {
    const schema = JSON.stringify({ type: 'record', name: 'Gone', fields: [] })
    for (const [index, type] of TYPES.entries()) {
      const subject = `gone-${String(index)}`
      expect((await post(`/registry/subjects/${subject}/versions`, { schema })).status).toBe(200)
      const { status } = await ask('DELETE', `/registry/subjects/${subject}`, { headers: { 'content-type': type } })
      expect([type, status]).toEqual([type, 200])
      expect((await ask('DELETE', '/registry/config/any', { headers: { 'content-type': type } })).status).not.toBe(415)
    }
  })
})

test('a coding or charset that is not read is named, in the registry too, and identity in UTF-8 is read', async () => {
  const customer = () => ({ customerId: `coded-${String((made += 1))}`, name: 'A', region: 'r' })
  for (const url of ['/customers', '/registry/subjects/a/versions']) {
    const gzip = await post(url, customer(), { 'content-encoding': 'gzip' })
    expect([gzip.status, gzip.headers['accept-encoding'], JSON.stringify(gzip.body)]).toEqual([
      415,
      'identity',
      expect.stringContaining('Content-Encoding gzip'),
    ])
    const latin = await post(url, customer(), { 'content-type': 'application/json; charset=iso-8859-1' })
    expect([latin.status, JSON.stringify(latin.body)]).toEqual([415, expect.stringContaining('charset iso-8859-1')])
  }
  for (const headers of [
    { 'content-encoding': 'identity' },
    { 'content-type': 'application/json;charset=UTF-8' },
    { 'content-type': 'application/json; charset="utf-8"' },
    { 'content-type': 'application/json; charset=utf8' },
  ])
    expect([headers, (await post('/customers', customer(), headers)).status]).toEqual([headers, 201])
})

describe('every ETag covers what is shown', () => {
  test('of a customer its orders too', async () => {
    const { customerId, sku } = await placed()
    const url = `/customers/${customerId}`
    const before = await ask('GET', `${url}?after=${String(await head())}`)
    expect([before.headers.etag, before.body['orders']]).toEqual([expect.stringMatching(/^W\/"/), 1])
    const order = await post('/orders', { customerId, lines: [{ sku, quantity: 1 }] })
    const after = await ask('GET', `${url}?after=${String(order.headers['x-position'])}`, {
      headers: { 'if-none-match': String(before.headers.etag) },
    })
    expect([after.status, after.body['orders']]).toEqual([200, 2])
  })

  async function head(): Promise<number> {
    return Number((await post('/products/sku-1/receipts', { quantity: 1 })).headers['x-position'])
  }

  /** What each GET with a tag shows of these, positions and times aside, and its tag; null: it is not there. */
  async function looksAt(of: Readonly<Record<string, string>>) {
    const { operations } = await documentedApi()
    const tagged = operations.filter(({ method, operation: { responses } }) => method === 'GET' && '304' in responses)
    expect(tagged.length).toBeGreaterThan(10)
    const urls = tagged.map(({ path }) =>
      path
        .replace(/\{(\w+)\}/, (_, name: string) => of[name] ?? expect.fail(name))
        .replace(/^\/recommendations$/, `/recommendations?basket=${String(of['sku'])}`),
    )
    const look = async (url: string) => {
      const { status, headers, body } = await ask('GET', url)
      if (status === 404) return [url, null] as const
      expect([url, status]).toEqual([url, 200])
      const shown = JSON.stringify(body, (name, value: unknown) =>
        ['position', 'asOf', 'lastUpdated', 'last_updated', 'head'].includes(name) ? undefined : value,
      )
      return [url, { etag: headers.etag, shown }] as const
    }
    return {
      async after(position: number) {
        await eventually(async () => (await service.parts.views.states()).every((one) => one.position >= position))
        return new Map(await Promise.all(urls.map(look)))
      },
    }
  }

  /** Which answers another content has, each of which has another tag then. */
  async function changedBy(
    acts: readonly (() => Promise<number>)[],
    looks: Awaited<ReturnType<typeof looksAt>>,
  ): Promise<ReadonlySet<string>> {
    const changed = new Set<string>()
    let before = await looks.after(await head())
    for (const act of acts) {
      const now = await looks.after(await act())
      for (const [url, next] of now) {
        const old = before.get(url) ?? null
        if (old?.shown === next?.shown) continue
        changed.add(url)
        if (old !== null && next !== null) expect([url, old.etag === next.etag]).toEqual([url, false])
      }
      before = now
    }
    return changed
  }

  const positionOf = async (answer: Promise<{ readonly headers: OutgoingHttpHeaders }>) =>
    Number((await answer).headers['x-position'])

  test('and an answer with other content, positions and times aside, has another one', async () => {
    const { customerId, orderId, sku } = await placed()
    const lines = [{ sku, quantity: 1 }]
    const changed = await changedBy(
      [
        () => positionOf(post('/orders', { customerId, lines })),
        () => positionOf(post(`/products/${sku}/price`, { price: { amount: 5, currency: 'EUR' } })),
        () => positionOf(ask('POST', `/orders/${orderId}/cancel`)),
        () => positionOf(post(`/products/${sku}/receipts`, { quantity: 3 })),
      ],
      await looksAt({ customerId, orderId, sku, type: 'OrderPlaced', alertId: 'none' }),
    )
    expect(changed.size).toBeGreaterThan(8)
  })

  test('so has what is paid, shipped, given back, told of and looks like fraud', async () => {
    const { customerId, orderId, sku } = await placed()
    const lines = [orderLine(sku, 1)]
    const pool = openPool(database.url, { name: 'test', max: 1 })
    const appended =
      (kind: string, ...events: readonly DomainEvent[]) =>
      () =>
        appendEvents(
          pool,
          events.map((event): Addressed => ({ stream: `${kind}-${kind === 'inventory' ? sku : orderId}`, event })),
        )
    const mailed = async () => {
      const about = { to: 'ada@example.test', subject: 'Hello', template: 'order-confirmed', orderId }
      await writeEmail(pool, { emailId: orderId, text: 'Hello', html: '<p>Hello</p>', ...about })
      return head()
    }
    const told = { channel: 'email', template: 'order-confirmed', orderId, customerId, simulated: false } as const
    const { alertId } = fraudAlertRaised(orderId, 1, { alertId: newId() })
    const changed = await changedBy(
      [
        appended('payment', paymentRequested(orderId, 1, 100)),
        appended('payment', paymentDeclined(orderId, 1, 100)),
        appended('payment', paymentRequested(orderId, 2, 100), paymentCaptured(orderId, 2, 100)),
        appended('order', orderConfirmed(orderId, lines)),
        appended('delivery', deliveryScheduled(orderId, lines)),
        appended('delivery', deliveryDispatched(orderId, 1)),
        appended('delivery', deliveryDelivered(orderId, 1)),
        appended('order', orderCompleted(orderId, lines)),
        appended('payment', refundRequested(orderId, 1, 100)),
        appended('payment', paymentRefunded(orderId, 1, 100)),
        appended('order', orderReturned(orderId, lines)),
        appended('notification', { type: 'NotificationSent', ...told }),
        appended('fraud', fraudAlertRaised(orderId, 1, { alertId })),
        appended('fraud', { type: 'FraudReviewed', alertId, orderId, verdict: 'fraud', note: null }),
        appended('inventory', stockFellBelow(sku, 10, 9)),
        mailed,
      ],
      await looksAt({ customerId, orderId, sku, type: 'PaymentCaptured', alertId }),
    )
    await pool.end()
    const resources = ['/payments', `/payments/${orderId}`, '/deliveries', `/deliveries/${orderId}`, '/fraud-alerts']
    const others = [`/fraud-alerts/${alertId}`, '/alerts', '/notifications', '/emails', `/orders/${orderId}`]
    const sums = ['/orders', `/orders/${orderId}/timeline`, '/analytics', '/analytics/methods', '/analytics/business']
    for (const url of [...resources, ...others, ...sums]) expect(changed).toContain(url)
  })
})

describe('one resource has one name', () => {
  const SPELLINGS = [
    '/orders',
    'http://localhost/orders',
    '/orders?',
    '/orders/',
    '/%6frders',
    '/orders/?',
    'HTTP://LOCALHOST:80/orders',
  ]

  test('for an Idempotency-Key', async () => {
    const { customerId, sku } = await placed()
    const bodies = new Set<unknown>()
    for (const url of SPELLINGS) {
      const body = JSON.stringify({ customerId, lines: [{ sku, quantity: 1 }] })
      const head = [`POST ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', 'Idempotency-Key: one-resource']
      const bytes = [...head, 'Content-Type: application/json', `Content-Length: ${String(body.length)}`, '', body]
      const [answer] = await exchangeAt(port, bytes.join('\r\n'))
      expect([url, answer?.status]).toEqual([url, 201])
      bodies.add(answer?.body)
    }
    expect(bodies.size).toBe(1)
  })

  test('of which parts in other letters are others', async () => {
    const { orderId } = await placed()
    const other = await placed()
    const headers = { 'idempotency-key': 'two-resources' }
    expect((await ask('POST', `/orders/${orderId}/cancel`, { headers })).status).toBe(200)
    expect((await ask('POST', `/orders/${other.orderId}/cancel`, { headers })).status).toBe(422)
  })

  test('in a problem', async () => {
    for (const url of ['http://localhost/orders/none', '/orders/none/', '/orders/none?after=1', '/orders/%6eone']) {
      const [answer] = await exchangeAt(port, `GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      expect([url, JSON.parse(answer?.body ?? '')]).toMatchObject([url, { status: 404, instance: '/orders/none' }])
    }
  })

  test('with a slash at its end, for every method and role', async () => {
    const tokens = [{ name: 'reader', role: 'read', secret: 'secret-of-reader' }] as const
    const app = service.another({}, { tokens })
    await app.ready()
    const { operations } = await documentedApi()
    const all: readonly (readonly [string, string])[] = [
      ...operations.map(({ method, path }) => [method, path.replaceAll(/\{\w+\}/g, 'a')] as const),
      ['GET', '/registry/config'],
      ['GET', '/registry/subjects'],
      ['PUT', '/registry/config'],
      ['DELETE', '/registry/subjects/a'],
      ['PUT', '/orders'],
      ['GET', '/no-such'],
    ]
    for (const [method, path] of all) {
      if (path === '/' || path === '/openapi.json') continue
      for (const headers of [{}, { authorization: 'Bearer secret-of-reader' }]) {
        const [without, slashed] = [
          await ask(method, path, { app, headers }),
          await ask(method, `${path}/`, { app, headers }),
        ]
        expect([method, path, slashed.status, slashed.body['code'], slashed.body['instance']]).toEqual([
          method,
          path,
          without.status,
          without.body['code'],
          without.body['instance'],
        ])
      }
    }
  })

  test('and none with an empty part', async () => {
    const urls = [
      '//',
      '//orders',
      '/orders//',
      '/orders//cancel',
      '/orders//events',
      '/registry//config',
      '/registry/subjects//versions',
      '/registry/config//',
      '/dashboard//',
    ]
    for (const url of urls)
      for (const method of ['GET', 'POST', 'DELETE'])
        expect([method, url, (await ask(method, url)).status]).toEqual([method, url, 404])
  })

  test('with an encoded slash in it, it stays one part', async () => {
    const schema = JSON.stringify({ type: 'record', name: 'Slash', fields: [] })
    expect((await post('/registry/subjects/a%2Fb/versions', { schema })).status).toBe(200)
    expect((await ask('GET', '/registry/subjects/a%2Fb/versions/')).status).toBe(200)
    const { body } = await ask('GET', '/registry/subjects/a%2Fb/versions/1')
    expect(body['subject']).toBe('a/b')
  })
})

describe('a part of a path that names nothing is 404', () => {
  const NAMES = [
    'no-such',
    'UPPER',
    'a.b',
    '0',
    '-1',
    '1e3',
    '01',
    'x'.repeat(200),
    '%00',
    '%20',
    'a%2Fb',
    '%F0%9F%A6%8A',
    '999999999999999999999',
  ]

  test.each([
    ['POST', '/projections/{}/pause', 'projection-not-found'],
    ['POST', '/projections/{}/resume', 'projection-not-found'],
    ['POST', '/projections/{}/replay', 'projection-not-found'],
    ['GET', '/replays/{}', 'replay-not-found'],
    ['POST', '/replays/{}/pause', 'replay-not-found'],
    ['POST', '/replays/{}/resume', 'replay-not-found'],
    ['DELETE', '/replays/{}', 'replay-not-found'],
    ['GET', '/events/{}', 'event-not-found'],
    ['GET', '/dead-letters/{}', 'dead-letter-not-found'],
    ['POST', '/dead-letters/{}/retry', 'dead-letter-not-found'],
    ['POST', '/dead-letters/{}/discard', 'dead-letter-not-found'],
    ['POST', '/reactors/{}/retry', 'reactor-not-found'],
    ['GET', '/emails/{}', 'email-not-found'],
    ['GET', '/schemas/{}', 'schema-not-found'],
    ['GET', '/topics/{}/messages', 'kafka-not-configured'],
    ['GET', '/problems/{}', 'not-found'],
  ])('%s %s', async (method, path, code) => {
    for (const name of NAMES) {
      const { status, body } = await ask(method, path.replace('{}', name))
      expect([name, status, body['code']]).toEqual([name, 404, code])
    }
  })

  test('but an id of an order, product or customer that can be none says how ids look', async () => {
    for (const url of ['/orders/-', '/orders/a%2Fb/events', '/products/%20', '/customers/%00']) {
      const { status, body } = await ask('GET', url)
      expect([url, status, body['code'], JSON.stringify(body['errors'])]).toEqual([
        url,
        400,
        'invalid-request',
        expect.stringContaining('[A-Za-z0-9]'),
      ])
    }
  })
})
