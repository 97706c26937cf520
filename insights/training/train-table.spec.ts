import { describe, expect, test } from 'vitest'
import { generatePayments } from '../../simulation/payments/generate-payments.ts'
import type { PaymentLabel, PaymentLine } from '../fraud/payment-line.ts'
import { parseTable } from '../fraud/table.ts'
import { tableOne } from '../fraud/test-kit.ts'
import { LEAST_FRAUDS, trainTable, type TrainedTable } from './train-table.ts'

/** Made up, with who did it. */
function shop(count: number, fraud = 0.03) {
  const lines: PaymentLine[] = []
  const labels = new Map<string, PaymentLabel>()
  const plan = { seed: 11, count, perDay: 3_000, fraud, from: Date.UTC(2026, 0, 5) }
  for (const { fraud: by, at, settledAt, ...payment } of generatePayments(plan)) {
    lines.push({ ...payment, at: new Date(at).toISOString(), settledAt: new Date(settledAt).toISOString() })
    labels.set(payment.orderId, { orderId: payment.orderId, fraud: by !== null, ...by })
  }
  return { lines, labels, version: '2', present: tableOne() }
}

function trained(training: Parameters<typeof trainTable>[0]): TrainedTable {
  const made = trainTable(training)
  if ('refused' in made) throw new Error(made.refused)
  return made
}

const made = shop(12_000)

describe('a table that is trained', () => {
  test('is a table, and ranks what it was not fitted to far better than chance', () => {
    const { table, trained: judgement, present, fitted, judged } = trained(made)
    expect(parseTable(JSON.stringify(table))).toEqual({ table })
    expect(table).toMatchObject({ version: '2', rules: { accountsOnCard: expect.any(Array) as unknown } })
    expect(fitted.payments + judged.payments).toBe(made.lines.length)
    expect(fitted.payments).toBe(8_400)
    expect(judged.fraud).toBeGreaterThan(100)
    expect(judgement.auc).toBeGreaterThan(0.9)
    expect(judgement.precision).toBeGreaterThan(0.9)
    expect(judgement.recall).toBeGreaterThan(0.6)
    expect(present).toMatchObject({ table: '1' })
    expect(present.auc).toBeGreaterThan(0.9)
  })

  test('is the same for the same payments, in whatever order their labels come', () => {
    expect(trained({ ...made, labels: new Map([...made.labels].reverse()) })).toEqual(trained(made))
  })

  test('knows nothing of the payments that it is judged on', () => {
    const later = new Set(made.lines.slice(8_400).map(({ orderId }) => orderId))
    for (const { orderId } of made.lines.slice(0, 8_400)) later.delete(orderId)
    const other = new Map(
      [...made.labels].map(([id, label]) => [id, later.has(id) ? { orderId: id, fraud: false } : label]),
    )
    expect(trained({ ...made, labels: other }).table).toEqual(trained(made).table)
  })

  test('takes a payment without a label as honest', () => {
    const known = new Map([...made.labels].filter(([, { fraud }]) => fraud))
    expect(trained({ ...made, labels: known })).toEqual(trained(made))
  })

  test('follows its labels: with what is honest called fraud it gives other points', () => {
    const other = new Map([...made.labels].map(([id, label]) => [id, { ...label, fraud: id.endsWith('7') }]))
    const { trained: judgement } = trained({ ...made, labels: other })
    expect(judgement.auc).toBeLessThan(0.7)
  })
})

describe('no table is made', () => {
  test(`of fewer than ${String(LEAST_FRAUDS)} orders of fraud`, () => {
    const { lines, labels } = made
    const frauds = [...labels.values()].filter(({ fraud }) => fraud)
    const some = (count: number) => new Map(frauds.slice(0, count).map((label) => [label.orderId, label]))
    expect(trainTable({ ...made, lines, labels: some(49) })).toEqual({
      refused: 'only 49 orders of these payments are labelled as fraud; a table needs 50',
    })
    expect(trainTable({ ...made, lines, labels: some(50) })).toHaveProperty('table')
  })

  test('where the first part has no fraud to be fitted to', () => {
    const late = new Set(made.lines.slice(8_400).map(({ orderId }) => orderId))
    for (const { orderId } of made.lines.slice(0, 8_400)) late.delete(orderId)
    const labels = new Map([...late].map((orderId) => [orderId, { orderId, fraud: true }]))
    expect(trainTable({ ...made, labels })).toEqual({ refused: 'the first 8400 payments are all honest' })
  })
})
