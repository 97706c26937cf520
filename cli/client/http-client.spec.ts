import { afterEach, expect, test } from 'vitest'
import { backOff, HttpClient, mayBeRepeated, RequestGivenUp, retryAfterMillis } from './http-client.ts'
import { answerJson, answeringService, type Answer, type AnsweringService } from '../load/test-kit.ts'

const releases: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

/** A service that gives its answers in turn, the last one for good. */
async function serviceAnswering(...answers: readonly Answer[]): Promise<AnsweringService> {
  let next = 0
  const service = await answeringService((response, request) => {
    answers[Math.min(next++, answers.length - 1)]?.(response, request)
  })
  releases.push(() => service.close())
  return service
}

/** A client whose pauses take no time and are noted. */
function clientOf(url: string, options: { readonly patience?: number; readonly signal?: AbortSignal } = {}) {
  const pauses: number[] = []
  const client = new HttpClient({
    url,
    token: 'secret',
    connections: 2,
    patience: options.patience ?? 60_000,
    signal: options.signal ?? new AbortController().signal,
    wait: (millis) => {
      pauses.push(millis)
      return Promise.resolve()
    },
  })
  releases.push(() => client.close())
  return { client, pauses }
}

const status = (code: number, headers: Readonly<Record<string, string>> = {}) => answerJson(code, {}, headers)

const hangUp: Answer = (response) => response.destroy()

test('an answer is given with its status, headers and parsed body, and the token was sent along', async () => {
  const service = await serviceAnswering(answerJson(201, { orderId: 'o1' }, { 'x-position': '7' }))
  const { client } = clientOf(service.url)
  const reply = await client.post('/orders', '{"a":1}', 'key-00001')
  expect(reply).toMatchObject({ status: 201, body: { orderId: 'o1' }, attempts: 1 })
  expect(reply.headers['x-position']).toBe('7')
  expect(service.seen).toMatchObject([
    {
      method: 'POST',
      path: '/orders',
      body: '{"a":1}',
      headers: {
        authorization: 'Bearer secret',
        'content-type': 'application/json',
        'idempotency-key': 'key-00001',
      },
    },
  ])
})

test('a connection lost before the answer is tried again with the same key and body', async () => {
  const service = await serviceAnswering(hangUp, hangUp, status(201))
  const { client } = clientOf(service.url)
  expect(await client.post('/orders', '{}', 'key-00001')).toMatchObject({ status: 201, attempts: 3 })
  const sent = service.seen.map(({ headers, body }) => [headers['idempotency-key'], body])
  expect(sent).toEqual(Array(3).fill(['key-00001', '{}']))
})

test('a connection lost in the middle of the answer is tried again', async () => {
  const half: Answer = (response) => {
    response.writeHead(201, { 'content-length': '100' })
    response.write('{"half":', () => response.destroy())
  }
  const service = await serviceAnswering(half, status(201))
  const { client } = clientOf(service.url)
  expect(await client.post('/orders', '{}', 'key-00001')).toMatchObject({ status: 201, attempts: 2 })
})

test('429 and 503 are tried again, no sooner than Retry-After says', async () => {
  const service = await serviceAnswering(status(503, { 'retry-after': '3' }), status(429), status(200))
  const { client, pauses } = clientOf(service.url)
  expect(await client.post('/orders', '{}')).toMatchObject({ status: 200, attempts: 3 })
  expect(pauses).toHaveLength(2)
  expect(pauses[0]).toBe(3_000)
  expect(pauses[1]).toBeLessThan(1_000)
})

test.each([400, 401, 404, 409, 412, 422, 500])('a %i is an answer and is not tried again', async (code) => {
  const service = await serviceAnswering(status(code), status(201))
  const { client } = clientOf(service.url)
  expect(await client.post('/orders', '{}')).toMatchObject({ status: code, attempts: 1 })
})

test('a request without an answer is given up when patience would not last for another attempt', async () => {
  const service = await serviceAnswering(status(503, { 'retry-after': '61' }))
  const { client, pauses } = clientOf(service.url)
  const given = client.post('/orders', '{}')
  await expect(given).rejects.toThrow(RequestGivenUp)
  await expect(given).rejects.toMatchObject({ code: 'no-answer', attempts: 1, message: 'answered 503' })
  expect(pauses).toEqual([])
})

test('a service that is not there is given up with the reason', async () => {
  const { client } = clientOf('http://127.0.0.1:1', { patience: 20 })
  await expect(client.get('/version')).rejects.toMatchObject({ code: 'no-answer', message: /ECONNREFUSED/ })
})

test('an interruption ends waiting for another attempt', async () => {
  const service = await serviceAnswering(status(503))
  const { client } = clientOf(service.url, { signal: AbortSignal.abort() })
  await expect(client.post('/orders', '{}')).rejects.toMatchObject({ code: 'interrupted', attempts: 1 })
})

test('only what may go better later is worth another attempt', () => {
  const repeated = [200, 201, 304, 400, 401, 403, 404, 408, 409, 412, 422, 429, 500, 501, 502, 503, 504]
  expect(repeated.filter(mayBeRepeated)).toEqual([429, 502, 503, 504])
})

test('Retry-After is read as seconds or as a date; anything else asks for nothing', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfterMillis('7', now)).toBe(7_000)
  expect(retryAfterMillis('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5_000)
  expect(retryAfterMillis('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0)
  expect(retryAfterMillis('soon', now)).toBe(0)
  expect(retryAfterMillis(undefined, now)).toBe(0)
})

test('pauses double up to two seconds, half of each by chance', () => {
  expect([1, 2, 3, 4].map((attempts) => backOff(attempts, 1))).toEqual([50, 100, 200, 400])
  expect([1, 2, 3, 4].map((attempts) => backOff(attempts, 0))).toEqual([25, 50, 100, 200])
  expect(backOff(1_000, 1)).toBe(2_000)
})
