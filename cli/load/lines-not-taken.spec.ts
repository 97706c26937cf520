import { expect, test } from 'vitest'
import { LinesNotTaken } from './lines-not-taken.ts'

test('only lines that were not taken are kept, by line, with pointers and reasons', () => {
  const lines = new LinesNotTaken()
  lines.note(1, { outcome: 'accepted' })
  lines.note(9, { outcome: 'refused', reason: 'out-of-stock' })
  lines.note(2, { outcome: 'already-there' })
  lines.note(7, { outcome: 'invalid', faults: [{ pointer: '/lines/0/quantity', message: 'must be >= 1' }] })
  lines.note(8, { outcome: 'failed', reason: 'no-answer', gone: false })
  expect(lines.kept().map(({ line }) => line)).toEqual([7, 8, 9])
  expect(lines.shown()).toEqual([
    'line 7 invalid at /lines/0/quantity: must be >= 1',
    'line 8 failed: no-answer',
    'line 9 refused: out-of-stock',
  ])
})

test('the lowest line without an answer is where to go on', () => {
  const lines = new LinesNotTaken()
  expect(lines.firstFailed).toBe(Infinity)
  lines.note(8, { outcome: 'failed', reason: 'no-answer', gone: false })
  lines.note(5, { outcome: 'failed', reason: 'no-answer', gone: false })
  lines.note(2, { outcome: 'refused', reason: 'out-of-stock' })
  expect(lines.firstFailed).toBe(5)
})

test('a file that is wrong throughout is kept and shown in part, and the rest is counted', () => {
  const lines = new LinesNotTaken()
  for (let line = 1; line <= 2_500; line++) lines.note(line, { outcome: 'refused', reason: 'out-of-stock' })
  expect(lines.kept()).toHaveLength(1_000)
  expect(lines.shown()).toHaveLength(21)
  expect(lines.shown().at(-1)).toBe('and 2,480 more (--json lists the first 1,000)')
})
