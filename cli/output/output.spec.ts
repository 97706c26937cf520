import { PassThrough } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { createOutput, table } from './output.ts'
import { progressLine, startProgress } from './progress.ts'

describe('a table', () => {
  test('aligns text to the left and numbers to the right', () => {
    expect(
      table(
        ['projection', 'position'],
        [
          ['orders', 1_234_567],
          ['activity', 9],
        ],
      ),
    ).toBe(['projection   position', 'orders      1,234,567', 'activity            9'].join('\n'))
  })

  test('without rows shows its headings', () => {
    expect(table(['a', 'b'], [])).toBe('a  b')
  })
})

test('a result goes to stdout alone, a note to stderr alone', () => {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const output = createOutput(streams, () => true)
  output.result({ sent: 3 }, () => 'three sent')
  output.note('done')
  expect(JSON.parse(String(streams.stdout.read()))).toEqual({ sent: 3 })
  expect(String(streams.stderr.read())).toBe('done\n')
})

describe('progress', () => {
  test('says how many, how fast and how long still', () => {
    expect(progressLine('import', 1_200, 5_000, 3_000)).toBe('import: 1,200 of 5,000 (24 %), 400/s, 10 s left')
    expect(progressLine('import', 10, 100_000, 1_000)).toBe('import: 10 of 100,000 (0 %), 10/s, 2 h 46 min left')
    expect(progressLine('import', 0, 10, 0)).toBe('import: 0 of 10 (0 %), 0/s, no estimate yet')
    expect(progressLine('import', 10, 10, 1_000)).toBe('import: 10 of 10 (100 %), 10/s')
    expect(progressLine('import', 0, 0, 1_000)).toBe('import: 0 of 0 (100 %), 0/s')
    expect(progressLine('import', 10, null, 1_000)).toBe('import: 10, 10/s')
  })

  test('is a line every five seconds, and one at the end, where stderr is no terminal', () => {
    vi.useFakeTimers()
    try {
      const stream = new PassThrough()
      const progress = startProgress({ label: 'flood', total: 100, stream, now: () => Date.now() })
      progress.advance(20)
      vi.advanceTimersByTime(4_999)
      expect(stream.read()).toBeNull()
      vi.advanceTimersByTime(1)
      expect(String(stream.read())).toBe('flood: 20 of 100 (20 %), 4/s, 20 s left\n')
      progress.advance(80)
      progress.stop()
      progress.stop()
      expect(String(stream.read())).toBe('flood: 100 of 100 (100 %), 20/s\n')
      vi.advanceTimersByTime(60_000)
      expect(stream.read()).toBeNull()
    } finally {
      vi.useRealTimers()
    }
  })
})
