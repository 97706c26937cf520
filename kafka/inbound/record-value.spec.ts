import { expect, test } from 'vitest'
import { readValue } from './record-value.ts'

const read = (value: string | Buffer) => readValue(Buffer.from(value as string), () => 'Avro')

test('a value is JSON, also behind a byte order mark, or framed Avro', () => {
  expect(read('{"a":"\ufeff"}')).toEqual({ value: { a: '\ufeff' } })
  expect(read('\ufeff{"a":1}')).toEqual({ value: { a: 1 } })
  expect(read(Buffer.from('0000000001', 'hex'))).toEqual({ value: 'Avro' })
})

test.each([
  ['{"a":', 'not JSON'],
  [Buffer.from('\ufeff{"a":1}', 'utf16le'), 'not UTF-8'],
])('a value that is neither says so: %s', (value, message) => {
  expect(read(value)).toEqual({
    fault: { class: 'invalid-json', message: expect.stringContaining(message) as string },
  })
})

test('a topic that takes no Avro says nothing of it', () => {
  for (const value of [Buffer.from('0000000001', 'hex'), Buffer.from('dispatch o1')]) {
    expect(readValue(value, null)).toEqual({ fault: { class: 'invalid-json', message: 'the value is not JSON' } })
  }
})
