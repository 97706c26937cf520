import { expect, test } from 'vitest'
import { importRecord, type ImportKind } from './import-record.ts'

const hash = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

function recordOf(kind: ImportKind, bytes: string | Buffer, tooLong = false) {
  return importRecord(kind, { number: 12, bytes: Buffer.from(bytes), tooLong }, hash)
}

test.each<[ImportKind, string, string]>([
  ['products', '/products', '{ "sku": "A", "name": "Ü", "category": "c", "price": {"amount": 1, "currency": "EUR"} }'],
  ['customers', '/customers', '{"customerId":"c1","name":"N","region":"r"}'],
  ['orders', '/orders', '{"orderId":"o1","customerId":"c1","lines":[{"sku":"A","quantity":1}]}'],
  ['demand', '/products/A.1/demand', '{"sku":"A.1","from":"2026-01-01","units":[1],"orders":[1]}'],
])('%s that name themselves are sent byte for byte to %s: %s', (kind, path, text) => {
  expect(recordOf(kind, text)).toEqual({ verdict: 'send', path, body: Buffer.from(text) })
})

test.each<[ImportKind, string, string]>([
  ['orders', 'orderId', '"customerId":"c1","lines":[{"sku":"A","quantity":1}]}'],
  ['customers', 'customerId', '"name":"N","region":"r"}'],
])('%s without an id are given one by the file and the line', (kind, id, rest) => {
  const record = recordOf(kind, `{${rest}`)
  expect(record).toEqual({ verdict: 'send', path: `/${kind}`, body: `{"${id}":"a1b2c3d4e5f60718-12",${rest}` })
})

test.each<[ImportKind, string, string, string]>([
  ['products', '{"name":"N"}', '/sku', 'is missing'],
  ['demand', '{"from":"2026-01-01","units":[1],"orders":[1]}', '/sku', 'is missing'],
  ['customers', '{"name":"N","region":""}', '/region', 'must NOT have fewer than 1 characters'],
  ['orders', '{"orderId":null,"customerId":"c1","lines":[]}', '/orderId', 'must be string'],
  ['orders', '{"customerId":"c1","lines":[],"total":1}', '/total', 'is unknown'],
])('%s that the service would turn down are not sent: %s', (kind, text, pointer, message) => {
  expect(recordOf(kind, text)).toEqual({ verdict: 'invalid', faults: [{ pointer, message }] })
})

test.each([
  ['{"orderId":', 'not JSON'],
  ['{"orderId" "o1"}', 'not JSON at column 12'],
  ['[1]', 'the record is not a JSON object'],
  ['null', 'the record is not a JSON object'],
  [Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
])('%s is not sent', (bytes, message) => {
  expect(recordOf('orders', bytes)).toEqual({ verdict: 'invalid', faults: [{ pointer: '', message }] })
})

test('a line that is too long is not sent', () => {
  const record = recordOf('orders', '{"orderId":"o1"}', true)
  expect(record).toEqual({
    verdict: 'invalid',
    faults: [{ pointer: '', message: 'the record is longer than 65536 bytes' }],
  })
})
