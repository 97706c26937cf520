import { expect, test } from 'vitest'
import { saveAfter } from './reader.ts'

test('what is known is saved once a second, and less often where more sessions go on or saving takes longer', () => {
  expect(saveAfter({ open: 0, tookMs: 0 })).toBe(1_000)
  expect(saveAfter({ open: 1_000, tookMs: 50 })).toBe(1_000)
  expect(saveAfter({ open: 4_000, tookMs: 50 })).toBe(4_000)
  expect(saveAfter({ open: 4_000, tookMs: 400 })).toBe(8_000)
})

test('many sessions alone put off no save for more than 10 s; a twentieth of the time is all that saving takes', () => {
  expect(saveAfter({ open: 500_000, tookMs: 100 })).toBe(10_000)
  expect(saveAfter({ open: 500_000, tookMs: 2_000 })).toBe(40_000)
})
