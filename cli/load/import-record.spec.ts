import { expect, test } from 'vitest'
import { importRecord, type ImportKind } from './import-record.ts'

const hash = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

function recordOf(kind: ImportKind, bytes: string | Buffer, tooLong = false) {
  return importRecord(kind, { number: 12, bytes: Buffer.from(bytes), tooLong }, hash)
}

test.each<[ImportKind, string]>([
  ['products', '{ "sku": "A", "name": "Ü" }'],
  ['customers', '{"customerId":"c1","name":"N"}'],
  ['orders', '{"orderId":"o1","customerId":"c1","lines":[]}'],
  ['orders', '{"orderId":null}'],
])('%s that name themselves are sent byte for byte: %s', (kind, text) => {
  expect(recordOf(kind, text)).toEqual({ verdict: 'send', body: Buffer.from(text) })
})

test.each<[ImportKind, string]>([
  ['orders', 'orderId'],
  ['customers', 'customerId'],
])('%s without an id are given one by the file and the line', (kind, id) => {
  const record = recordOf(kind, '{"lines":[]}')
  expect(record).toEqual({ verdict: 'send', body: `{"${id}":"a1b2c3d4e5f60718-12","lines":[]}` })
})

test('a product without a SKU is left to the service to refuse', () => {
  expect(recordOf('products', '{"name":"N"}')).toEqual({ verdict: 'send', body: Buffer.from('{"name":"N"}') })
})

test.each([
  ['{"orderId":', 'not JSON'],
  ['{"orderId" "o1"}', 'not JSON at column 12'],
  ['[1]', 'a record is a JSON object'],
  ['null', 'a record is a JSON object'],
  [Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
])('%s is not sent', (bytes, message) => {
  expect(recordOf('orders', bytes)).toEqual({ verdict: 'invalid', faults: [{ pointer: '', message }] })
})

test('a line that is too long is not sent', () => {
  const record = recordOf('orders', '{"orderId":"o1"}', true)
  expect(record).toEqual({
    verdict: 'invalid',
    faults: [{ pointer: '', message: 'a record has at most 65536 bytes' }],
  })
})
