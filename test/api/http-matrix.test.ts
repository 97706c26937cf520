/**
 * Bad input over real sockets, row by row: what arrives is what is written here, byte by byte.
 * Longer than 300 lines because it is one matrix, read as a whole.
 */
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '../../api/http/problems.ts'
import { SECURITY_HEADERS } from '../../api/http/security-headers.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { exchangeAt, type RawAnswer } from './raw-http.ts'

/** Long enough for an honest request on a busy machine, short enough to wait for. */
const REQUEST_TIMEOUT_MS = 1_000

let database: TestDatabase
let service: ApiService
let port: number

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url, { requestTimeoutMs: REQUEST_TIMEOUT_MS })
  port = await service.listen()
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

const exchange = (bytes: string | Buffer, use?: (socket: Socket) => void) => exchangeAt(port, bytes, use)

function request(
  method: string,
  path: string,
  options: { readonly headers?: readonly string[]; readonly body?: string } = {},
): string {
  const { headers = [], body } = options
  const own =
    body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${String(Buffer.byteLength(body))}`]
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...own,
    ...headers,
    '',
    body ?? '',
  ].join('\r\n')
}

const post = (body: string, ...headers: readonly string[]) => request('POST', '/orders', { body, headers })
const order = (lines: string, more = '') => post(`{"customerId":"c1","lines":${lines}${more}}`)
const line = (quantity: string) => `[{"sku":"a","quantity":${quantity}}]`
const named = (name: string) =>
  request('POST', '/products', {
    body: `{"sku":"s","name":"${name}","category":"c","price":{"amount":1,"currency":"EUR"}}`,
  })

async function expectProblem(
  bytes: string | Buffer,
  code: ProblemCode,
  use?: (socket: Socket) => void,
): Promise<RawAnswer> {
  const answers = await exchange(bytes, use)
  expect(answers.map(({ status }) => status)).toEqual([PROBLEMS[code].status])
  const [answer] = answers
  if (answer === undefined) throw new Error('no answer')
  // No matter what wrote it, the framework or the hand at the socket.
  expect(answer.headers).toMatchObject({ ...SECURITY_HEADERS, 'cache-control': 'no-store' })
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(JSON.parse(answer.body)).toMatchObject({
    type: `/problems/${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    code,
    detail: expect.stringMatching(/./),
    instance: expect.stringMatching(/^\//),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  return answer
}

interface Row {
  readonly input: string
  readonly bytes: () => string | Buffer
  readonly code: ProblemCode
}

const bodies: readonly Row[] = [
  ...['"3"', 'true', '9007199254740993', '1e400', '0', '-1', '1.5', 'null', '10001', '1000000000'].map((quantity) => ({
    input: `a quantity of ${quantity}`,
    bytes: () => order(line(quantity)),
    code: 'invalid-request' as const,
  })),
  { input: 'a missing quantity', bytes: () => order('[{"sku":"a"}]'), code: 'invalid-request' },
  { input: 'a numeric customerId', bytes: () => post('{"customerId":5,"lines":[]}'), code: 'invalid-request' },
  { input: 'an unknown property', bytes: () => order(line('1'), ',"admin":true'), code: 'invalid-request' },
  {
    input: "a client's price",
    bytes: () => order('[{"sku":"a","quantity":1,"unitPrice":{"amount":1,"currency":"EUR"}}]'),
    code: 'invalid-request',
  },
  { input: 'no lines', bytes: () => order('[]'), code: 'invalid-request' },
  {
    input: '1,001 lines',
    bytes: () => order(`[${Array.from({ length: 1001 }, () => '{"sku":"a","quantity":1}').join()}]`),
    code: 'invalid-request',
  },
  { input: 'an escaped NUL', bytes: () => named('a\\u0000b'), code: 'invalid-request' },
  { input: 'an escaped control character', bytes: () => named('a\\u001bb'), code: 'invalid-request' },
  { input: 'a lone surrogate', bytes: () => named('\\ud83e'), code: 'invalid-request' },
  { input: 'a raw NUL', bytes: () => named('a\0b'), code: 'invalid-json' },
  {
    input: 'bytes that are not UTF-8',
    bytes: () => Buffer.concat([Buffer.from(named('aXb')).map((byte) => (byte === 0x58 ? 0xff : byte))]),
    code: 'invalid-json',
  },
  { input: '__proto__', bytes: () => post('{"__proto__":{"admin":true}}'), code: 'invalid-json' },
  {
    input: 'constructor.prototype',
    bytes: () => post('{"constructor":{"prototype":{"admin":true}}}'),
    code: 'invalid-json',
  },
  {
    input: '30,000 nested arrays',
    bytes: () => post('['.repeat(30_000) + ']'.repeat(30_000)),
    code: 'invalid-request',
  },
  { input: '60,000 open brackets', bytes: () => post('['.repeat(60_000)), code: 'invalid-json' },
  { input: 'an empty body', bytes: () => post(''), code: 'invalid-json' },
  { input: 'a body that is not JSON', bytes: () => post('hello'), code: 'invalid-json' },
  { input: '2 MB', bytes: () => post('x'.repeat(2_000_000)), code: 'body-too-large' },
  {
    input: 'XML',
    bytes: () =>
      request('POST', '/orders', {
        headers: ['Content-Type: application/xml', 'Content-Length: 4', '', '<a/>'],
      }).trimEnd(),
    code: 'unsupported-media-type',
  },
  {
    input: 'text/plain',
    bytes: () =>
      request('POST', '/orders', { headers: ['Content-Type: text/plain', 'Content-Length: 2', '', '{}'] }).trimEnd(),
    code: 'unsupported-media-type',
  },
  ...(
    [
      ['a tab and a letter behind its content type', 'application/json\ta', 'unsupported-media-type'],
      ['a tab before the end of its content type', 'application/json\t;charset=utf-8', 'invalid-request'],
      ['its content type in other letters, and a word behind it', 'ApPlIcAtIoN/JsOn foo', 'unsupported-media-type'],
    ] as const
  ).map(([input, type, code]) => ({
    input,
    bytes: () =>
      request('POST', '/orders', { headers: [`Content-Type: ${type}`, 'Content-Length: 2', '', '{}'] }).trimEnd(),
    code,
  })),
  {
    input: 'no content type',
    bytes: () => request('POST', '/orders', { headers: ['Content-Length: 2', '', '{}'] }).trimEnd(),
    code: 'unsupported-media-type',
  },
  { input: 'no body', bytes: () => request('POST', '/orders'), code: 'invalid-request' },
  ...['[]', '{}', '{"event":1}', '{"event":{}}', '{"version":2,"event":{}}', '{"version":"1","event":{}}'].map(
    (body) => ({
      input: `an event to encode as ${body}`,
      bytes: () => request('POST', '/schemas/PriceChanged/bytes', { body }),
      code: 'invalid-request' as const,
    }),
  ),
  {
    input: 'an event to encode with 5,000 levels',
    bytes: () =>
      request('POST', '/schemas/PriceChanged/bytes', {
        body: `{"event":{"sku":"a","price":${'{"amount":'.repeat(5_000)}1${'}'.repeat(5_000)}}}`,
      }),
    code: 'invalid-request',
  },
  {
    input: 'an event to encode whose number is an object with a toString that is none',
    bytes: () =>
      request('POST', '/schemas/OrderPlaced/bytes', {
        body: '{"event":{"lines":[{"quantity":{"toString":1,"valueOf":1}}]}}',
      }),
    code: 'invalid-request',
  },
  {
    input: 'an event to encode that there is not',
    bytes: () => request('POST', '/schemas/toString/bytes', { body: '{"event":{}}' }),
    code: 'schema-not-found',
  },
]

const lines: readonly Row[] = [
  ...['limit=1e1', 'limit=5&limit=6', 'limit=-1', 'limit=1000000', 'cursor=bad!', 'cursor=bad', 'unknown=1'].map(
    (query) => ({
      input: `?${query}`,
      bytes: () => request('GET', `/orders?${query}`),
      code: 'invalid-request' as const,
    }),
  ),
  { input: 'a NUL in the path', bytes: () => request('GET', '/orders/%00'), code: 'invalid-request' },
  { input: 'dots and a slash in the path', bytes: () => request('GET', '/orders/..%2f'), code: 'invalid-request' },
  {
    input: 'a path part of 200 characters',
    bytes: () => request('GET', `/orders/${'x'.repeat(200)}`),
    code: 'invalid-request',
  },
  {
    input: 'a path part of 300 characters',
    bytes: () => request('GET', `/orders/${'x'.repeat(300)}`),
    code: 'path-too-long',
  },
  { input: 'a bad percent encoding', bytes: () => request('GET', '/orders/%zz'), code: 'malformed-request' },
  { input: 'an event that there is not', bytes: () => request('GET', '/schemas/Nothing'), code: 'schema-not-found' },
  {
    input: 'an event of 65 letters',
    bytes: () => request('GET', `/schemas/${'x'.repeat(65)}`),
    code: 'schema-not-found',
  },
  { input: 'an unknown path', bytes: () => request('GET', '/admin'), code: 'not-found' },
  {
    input: 'bytes above ASCII in the path',
    bytes: () => Buffer.from(request('GET', '/ord\xe9rs'), 'latin1'),
    code: 'malformed-request',
  },
  { input: 'a wrong method', bytes: () => request('DELETE', '/orders/x'), code: 'method-not-allowed' },
  { input: 'a method of WebDAV', bytes: () => request('PROPFIND', '/orders'), code: 'method-not-allowed' },
  { input: 'OPTIONS', bytes: () => request('OPTIONS', '/orders'), code: 'method-not-allowed' },
  { input: 'CONNECT', bytes: () => request('CONNECT', 'localhost:80'), code: 'malformed-request' },
  { input: 'a method that is none', bytes: () => request('FETCH', '/orders'), code: 'malformed-request' },
]

const keyed = (...headers: readonly string[]) =>
  request('POST', '/customers', { body: '{"name":"A","region":"r"}', headers })

const headers: readonly Row[] = [
  {
    input: 'a key of 300 characters',
    bytes: () => keyed(`Idempotency-Key: ${'x'.repeat(300)}`),
    code: 'invalid-request',
  },
  {
    input: 'two keys',
    bytes: () => keyed('Idempotency-Key: first-key', 'Idempotency-Key: second-key'),
    code: 'invalid-request',
  },
  {
    input: 'a control character in a key',
    bytes: () => keyed('Idempotency-Key: abc\x01defgh'),
    code: 'malformed-request',
  },
  { input: 'a bare CR in a header', bytes: () => keyed('X-A: b\rX-C: d'), code: 'malformed-request' },
  { input: 'a folded header', bytes: () => keyed('X-A: b', ' continued'), code: 'malformed-request' },
  { input: 'a blank before the colon', bytes: () => keyed('X-A : b'), code: 'malformed-request' },
  { input: 'headers of more than 16 KiB', bytes: () => keyed(`X-A: ${'x'.repeat(20_000)}`), code: 'headers-too-large' },
  {
    input: '4,000 headers',
    bytes: () => keyed(...Array.from({ length: 4_000 }, (_, index) => `X-${String(index)}: y`)),
    code: 'headers-too-large',
  },
  {
    input: 'a query of 20,000 characters',
    bytes: () => request('GET', `/orders?cursor=${'x'.repeat(20_000)}`),
    code: 'headers-too-large',
  },
  { input: 'no Host', bytes: () => 'GET /orders HTTP/1.1\r\nConnection: close\r\n\r\n', code: 'malformed-request' },
  {
    input: 'two Hosts',
    bytes: () => request('GET', '/orders', { headers: ['Host: evil.example'] }),
    code: 'malformed-request',
  },
  {
    input: 'a foreign Host',
    bytes: () => 'GET /orders HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    code: 'host-not-allowed',
  },
  ...['gzip', 'br, identity', 'x'].map((coding) => ({
    input: `Content-Encoding ${coding}`,
    bytes: () => keyed(`Content-Encoding: ${coding}`),
    code: 'unsupported-media-type' as const,
  })),
  ...['latin1', '"UTF-16"', 'utf-7'].map((charset) => ({
    input: `the charset ${charset}`,
    bytes: () => keyed().replace('application/json', `application/json; charset=${charset}`),
    code: 'unsupported-media-type' as const,
  })),
  {
    input: 'a foreign host in the target',
    bytes: () => request('GET', 'http://evil.example/orders'),
    code: 'host-not-allowed',
  },
  {
    input: 'a broken host in the target',
    bytes: () => request('GET', 'http://user@localhost/orders'),
    code: 'malformed-request',
  },
  { input: 'an unknown expectation', bytes: () => keyed('Expect: a-miracle'), code: 'expectation-failed' },
]

const smuggled = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'
const framing = (...lines: readonly string[]) =>
  [
    'POST /customers HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    ...lines,
    '',
    `0\r\n\r\n${smuggled}`,
  ].join('\r\n')

const smuggling: readonly Row[] = [
  {
    input: 'Content-Length with Transfer-Encoding',
    bytes: () => framing('Content-Length: 5', 'Transfer-Encoding: chunked'),
    code: 'malformed-request',
  },
  {
    input: 'Transfer-Encoding with Content-Length',
    bytes: () => framing('Transfer-Encoding: chunked', 'Content-Length: 5'),
    code: 'malformed-request',
  },
  {
    input: 'two Content-Lengths',
    bytes: () => framing('Content-Length: 5', 'Content-Length: 6'),
    code: 'malformed-request',
  },
  { input: 'a list of Content-Lengths', bytes: () => framing('Content-Length: 5, 5'), code: 'malformed-request' },
  { input: 'a signed Content-Length', bytes: () => framing('Content-Length: +5'), code: 'malformed-request' },
  { input: 'a negative Content-Length', bytes: () => framing('Content-Length: -1'), code: 'malformed-request' },
  {
    input: 'an unknown transfer coding',
    bytes: () => framing('Transfer-Encoding: xchunked'),
    code: 'unsupported-transfer-coding',
  },
  {
    input: 'chunked not last',
    bytes: () => framing('Transfer-Encoding: chunked, identity'),
    code: 'unsupported-transfer-coding',
  },
  {
    input: 'another coding before chunked',
    bytes: () => framing('Transfer-Encoding: gzip, chunked').replace(smuggled, ''),
    code: 'unsupported-transfer-coding',
  },
  {
    input: 'a blank before the colon of Transfer-Encoding',
    bytes: () => framing('Transfer-Encoding : chunked'),
    code: 'malformed-request',
  },
  {
    input: 'a chunk size that is no number',
    bytes: () => framing('Transfer-Encoding: chunked').replace('0\r\n\r\n', 'zz\r\n\r\n'),
    code: 'malformed-request',
  },
  { input: 'an HTTP/2 preface', bytes: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', code: 'malformed-request' },
  { input: 'no HTTP at all', bytes: () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', code: 'malformed-request' },
]

describe.each([
  ['a body', bodies],
  ['a request line', lines],
  ['a header', headers],
  ['a smuggling attempt', smuggling],
])('%s', (_kind, rows) => {
  test.each(rows)('$input is answered with $code', async ({ bytes, code }) => {
    await expectProblem(bytes(), code)
  })
})

describe('time', () => {
  test('half a request is answered with 408', async () => {
    const answer = await expectProblem('GET /orders HTTP/1.1\r\nHost: loc', 'request-timeout')
    expect(answer.headers.connection).toBe('close')
  })

  test('a body that does not arrive is answered with 408, and is no defect', async () => {
    const before = service.lines.length
    await expectProblem(
      'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"customerId"',
      'request-timeout',
    )
    expect(service.lines.slice(before).filter(({ msg }) => msg === 'defect')).toEqual([])
  })

  test('a body that ends early leaves the service unharmed', async () => {
    const answers = await exchange(
      'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"customerId"',
      (socket) => socket.end(),
    )
    expect(answers.map(({ status }) => status).filter((status) => status !== 400)).toEqual([])
    expect((await exchange(request('GET', '/livez')))[0]?.status).toBe(200)
  })
})

describe('what is right', () => {
  test('a wrong method names the right ones', async () => {
    const answer = await expectProblem(request('DELETE', '/orders'), 'method-not-allowed')
    expect(answer.headers.allow).toBe('GET, HEAD, POST')
  })

  test('?limit=5 works', async () => {
    expect((await exchange(request('GET', '/orders?limit=5')))[0]?.status).toBe(200)
  })

  test('one product on two lines and duplicate keys are understood', async () => {
    const [answer] = await exchange(
      post('{"customerId":"x","customerId":"nobody","lines":[{"sku":"a","quantity":1},{"sku":"a","quantity":2}]}'),
    )
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: 422, code: 'unknown-customer' })
  })

  test('a chunked body is read', async () => {
    const body = '{"name":"Chunk","region":"r"}'
    const chunked = request('POST', '/customers', {
      headers: ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
    })
    const [answer] = await exchange(`${chunked}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
    expect(answer?.status).toBe(201)
  })

  test('Expect: 100-continue is honoured', async () => {
    const answers = await exchange(
      request('POST', '/customers', { body: '{"name":"A","region":"r"}', headers: ['Expect: 100-continue'] }),
    )
    expect(answers.map(({ status }) => status)).toEqual([100, 201])
  })

  test('pipelined requests are answered in order, and none is invented', async () => {
    const answers = await exchange(`${smuggled}GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    expect(answers.map(({ body }) => Object.keys(JSON.parse(body) as object)[0])).toEqual(['status', 'name'])
  })

  test('the service still answers after all of it', async () => {
    expect((await exchange(request('GET', '/readyz')))[0]?.status).toBe(200)
    expect(service.lines.filter(({ msg }) => msg === 'defect')).toEqual([])
  })
})

describe('load', () => {
  test('a busy event loop sheds requests with 503, but not health', async () => {
    let blocking = true
    const block = () => {
      const end = performance.now() + 600
      while (performance.now() < end);
      if (blocking) setImmediate(block)
    }
    setImmediate(block)
    try {
      let shed: RawAnswer | undefined
      while (shed?.status !== 503) [shed] = await exchange(request('GET', '/version'))
      expect(JSON.parse(shed.body)).toMatchObject({ code: 'overloaded' })
      expect(shed.headers['retry-after']).toBe('1')
      expect((await exchange(request('GET', '/livez')))[0]?.status).toBe(200)
    } finally {
      blocking = false
    }
  })
})
