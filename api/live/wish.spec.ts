import { describe, expect, test } from 'vitest'
import { readHad, readWish } from './wish.ts'

const KNOWN = new Set(['orders', 'activity', 'stock', 'a', 'b', 'c', 'd', 'e', 'f'])
const read = (message: unknown) => readWish(JSON.stringify(message), KNOWN)

describe('a wish', () => {
  test('says what is wanted and what is there', () => {
    const topics = { orders: { after: 0, epoch: 'c0ffee.3', limit: 200 }, activity: {} }
    expect(read({ type: 'subscribe', id: 7, token: 't', topics })).toEqual({
      kind: 'wish',
      wish: {
        ...{ id: 7, token: 't' },
        topics: new Map([
          ['orders', { after: 0, epoch: 'c0ffee.3', limit: 200 }],
          ['activity', { after: null, epoch: null, limit: 50 }],
        ]),
      },
    })
  })

  test.each([
    [{ topics: { orders: { after: 1.5 } } }, '/topics/orders/after'],
    [{ topics: { orders: { after: 2 ** 53 } } }, '/topics/orders/after'],
    [{ topics: { orders: { epoch: '' } } }, '/topics/orders/epoch'],
    [{ topics: { orders: { epoch: 'x'.repeat(65) } } }, '/topics/orders/epoch'],
    [{ topics: { orders: { limit: 0 } } }, '/topics/orders/limit'],
    [{ topics: { orders: { more: 1 } } }, '/topics/orders/more'],
    [{ topics: { orders: [] } }, '/topics/orders'],
    [{ topics: {}, token: 5 }, '/token'],
    [{ topics: {}, more: 1 }, '/more'],
  ])('is refused with its id: %j', (message, pointer) => {
    expect(read({ type: 'subscribe', id: 3, ...message })).toMatchObject({
      kind: 'refused',
      error: { id: 3, code: 'invalid-request', errors: [{ pointer }] },
    })
  })

  test('names what is unknown in at most 64 characters, and prints nothing that a terminal acts on', () => {
    const found = read({ type: 'subscribe', id: 1, topics: { [`\u001b[31m${'x'.repeat(500)}`]: {} } })
    expect(JSON.stringify(found)).not.toContain('001b')
    expect(found).toMatchObject({ kind: 'refused', error: { code: 'unknown-topic' } })
    expect(found.kind === 'refused' && found.error.detail.length).toBeLessThan(100)
  })

  test('has at most eight topics', () => {
    const topics = Object.fromEntries([...KNOWN].map((name) => [name, {}]))
    expect(read({ type: 'subscribe', id: 1, topics })).toMatchObject({ error: { code: 'too-many-topics' } })
  })

  test.each(['', 'x', '[]', 'null', '{}', '{"type":"subscribe","id":0,"topics":{}}', '{"type":"subscribe","id":1}'])(
    'is none: %s',
    (text) => {
      expect(readWish(text, KNOWN).kind).toBe('broken')
    },
  )
})

test('what a stream had is read topic by topic, or is one position, or is nothing', () => {
  const topics = ['orders', 'activity']
  expect(readHad('orders:c.3:5104,stock:c.1:7', topics)).toEqual(new Map([['orders', { after: 5_104, epoch: 'c.3' }]]))
  expect(readHad('12', topics)).toEqual(new Map(topics.map((name) => [name, { after: 12, epoch: null }])))
  for (const text of [
    '',
    'x',
    '-1',
    '01',
    '1e3',
    'orders:c.3',
    'orders:c.3:x',
    'orders::5',
    'orders:c.3:5:6',
    '99999999999999999',
  ]) {
    expect(readHad(text, topics)).toBeNull()
  }
})
