import { expect, test } from 'vitest'
import { RequestGivenUp, type Reply } from '../client/http-client.ts'
import { deliver, deliveryOf, onward, type Delivery } from './delivery.ts'

function reply(status: number, body: unknown = null): Reply {
  return { status, headers: {}, body, attempts: 1 }
}

test.each<[string, Reply, Delivery]>([
  ['created', reply(201, { orderId: 'o1' }), { outcome: 'accepted' }],
  ['there already', reply(200), { outcome: 'already-there' }],
  ['a business refusal', reply(422, { code: 'out-of-stock' }), { outcome: 'refused', reason: 'out-of-stock' }],
  ['a conflict', reply(409, { code: 'order-exists' }), { outcome: 'refused', reason: 'order-exists' }],
  ['a refusal by something else than the service', reply(404, '<html>'), { outcome: 'refused', reason: 'status-404' }],
  ['a defect of the service', reply(500, { code: 'internal' }), { outcome: 'failed', reason: 'internal', gone: false }],
  [
    'a bad record',
    reply(400, { code: 'invalid', errors: [{ pointer: '/lines/0/quantity', message: 'must be >= 1' }] }),
    { outcome: 'invalid', faults: [{ pointer: '/lines/0/quantity', message: 'must be >= 1' }] },
  ],
  [
    'a bad record without pointers',
    reply(400, { code: 'invalid', detail: 'the body is no JSON' }),
    { outcome: 'invalid', faults: [{ pointer: '', message: 'the body is no JSON' }] },
  ],
  ['a 400 that says nothing', reply(400), { outcome: 'invalid', faults: [{ pointer: '', message: 'answered 400' }] }],
])('%s', (_, answer, delivery) => {
  expect(deliveryOf(answer)).toEqual(delivery)
})

test('a request without an answer in all of the patience means that the service is gone', async () => {
  const delivery = await deliver(() => Promise.reject(new RequestGivenUp('no-answer', 9, 'answered 503')))
  expect(delivery).toEqual({ outcome: 'failed', reason: 'no-answer (answered 503)', gone: true })
  expect(onward(delivery)).toBe('stop')
})

test('an interrupted request says nothing about the service', async () => {
  const delivery = await deliver(() => Promise.reject(new RequestGivenUp('interrupted', 1, 'answered 503')))
  expect(delivery).toEqual({ outcome: 'failed', reason: 'interrupted (answered 503)', gone: false })
  expect(onward(delivery)).toBe('go-on')
})

test('a defect of our own is not counted but thrown', async () => {
  await expect(deliver(() => Promise.reject(new TypeError('no such header')))).rejects.toThrow(TypeError)
})
