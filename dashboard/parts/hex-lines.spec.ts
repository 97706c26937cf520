import { expect, test } from 'vitest'
import { hexLines } from './hex-lines.ts'

test('bytes are shown sixteen a line, as hex and as characters', () => {
  const base64 = btoa('{"customer":"\u0000\u00c3\u00a9"}')
  expect(hexLines(base64, 100)).toBe(
    [
      '0000  7b 22 63 75 73 74 6f 6d 65 72 22 3a 22 00 c3 a9  {"customer":"...',
      '0010  22 7d                                            "}',
    ].join('\n'),
  )
})

test('no more bytes are shown than wanted, and none of nothing', () => {
  expect(hexLines(btoa('x'.repeat(100)), 17).split('\n')).toHaveLength(2)
  expect(hexLines('', 17)).toBe('')
})
