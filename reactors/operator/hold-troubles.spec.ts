import { expect, test } from 'vitest'
import { MOST_HELD } from '../payments/held-payments.ts'
import { holdTroubles } from './hold-troubles.ts'

const kinds = (onHold: number, oldestHoldSeconds: number, minutes = 60) =>
  holdTroubles({ onHold, oldestHoldSeconds }, minutes).map(({ kind }) => kind)

test('what is on hold within its time needs nobody, nor does what is just being released', () => {
  expect(kinds(0, 0)).toEqual([])
  expect(kinds(MOST_HELD - 1, 3_600)).toEqual([])
  expect(kinds(1, 3_720)).toEqual([])
})

test('what nobody releases, and as many as may be on hold, are told, the worst first', () => {
  expect(kinds(1, 3_721)).toEqual(['late'])
  expect(kinds(MOST_HELD, 1)).toEqual(['full'])
  expect(kinds(MOST_HELD, 181, 1)).toEqual(['late', 'full'])
})
