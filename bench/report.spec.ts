import { expect, test } from 'vitest'
import { atLeast, atMost, figure, stated } from './figure.ts'
import { FULL_ORDERS } from './options.ts'
import { lineOf, markdownOf, type Report, type Row, rowsOf, succeeded } from './report.ts'

const ratio = figure({
  id: 'P1',
  title: 'a ratio',
  numbers: { ratio: atLeast('orders ÷ echoes', 'x', { must: 0.25, goal: 0.5 }), rate: stated('orders', '/s') },
  run: () => Promise.resolve([]),
})

const memory = figure({
  id: 'F3',
  title: 'memory',
  numbers: { resident: atMost('resident', 'MB', { must: 600 }) },
  run: () => Promise.resolve([]),
})

const full = { orders: FULL_ORDERS }

function report(rows: readonly Row[], failures: Report['failures'] = []): Report {
  const machine = {
    cpu: 'a processor',
    cores: 2,
    memoryGb: 24,
    system: 'Linux',
    node: 'v20',
    postgres: '18.4',
    revision: 'abc',
    fdatasyncMs: 0.145,
    loader: 'wrk',
    warnings: [],
  }
  return { measuredAt: '2025-11-28T10:00:00.000Z', machine, rounds: 3, seconds: 5, ...full, rows, failures }
}

test('a line names the number, its spread, its bounds and the verdict', () => {
  const [row] = rowsOf(
    ratio,
    [0.3, 0.2, 0.6].map((ratio) => ({ ratio, rate: 1 })),
    full,
  )
  expect(row && lineOf(row).replace(/ {2,}/g, ' ')).toBe(
    'P1 orders ÷ echoes 0.30x (0.20 to 0.60) must ≥ 0.25x goal ≥ 0.5x ✔',
  )
})

test('a missed number and a goal reached are told apart', () => {
  const lines = [0.1, 0.7].map((value) => rowsOf(ratio, [{ ratio: value, rate: 1 }], full)[0])
  expect(lines.map((row) => row && lineOf(row).split(' ').slice(-2))).toEqual([
    [expect.anything(), '✖'],
    ['✔', 'goal'],
  ])
})

test('a run fails when a number is missed or a figure could not be measured, not for what is only stated', () => {
  const reached = rowsOf(ratio, [{ ratio: 0.3, rate: 0 }], full)
  const missed = rowsOf(ratio, [{ ratio: 0.2, rate: 0 }], full)
  expect(succeeded(report(reached))).toBe(true)
  expect(succeeded(report(missed))).toBe(false)
  expect(succeeded(report(reached, [{ id: 'P2', reason: 'no database' }]))).toBe(false)
})

test('a younger shop than promised is not judged', () => {
  expect(rowsOf(memory, [{ resident: 700 }], full)[0]?.verdict).toBe('missed')
  expect(rowsOf(memory, [{ resident: 100 }], { orders: 1_000 })[0]?.verdict).toBe('stated')
})

test('a number without samples is an error, not an empty cell', () => {
  expect(() => rowsOf(ratio, [{ ratio: 1 }], full)).toThrow('no usable samples')
})

test('the table has a row a number, a row a failure, and says on what it was measured', () => {
  const rows = rowsOf(ratio, [{ ratio: 0.3, rate: 12_345 }], full)
  const markdown = markdownOf(report(rows, [{ id: 'P2', reason: 'no database\n at main' }]))
  expect(markdown).toContain('0.145 ms')
  expect(markdown).toContain('| P1 | orders ÷ echoes | 0.30x | ≥ 0.25x | ≥ 0.5x | ✔ |')
  expect(markdown).toContain('| P1 | orders | 12,345/s |  |  |  |')
  expect(markdown).toContain('| P2 | not measured: no database | | | | ✖ |')
})
