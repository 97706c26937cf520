import { describe, expect, test } from 'vitest'
import { parsePaymentLine, type PaymentLine } from './payment-line.ts'
import { countQuality, qualityOf } from './quality.ts'
import { scorePayments } from './score-payments.ts'
import { tableOne } from './test-kit.ts'

const NOON = Date.UTC(2026, 0, 5, 12)

function line(orderId: string, second: number, more: Partial<PaymentLine> = {}): PaymentLine {
  return {
    ...{ at: new Date(NOON + second * 1_000).toISOString(), orderId, attempt: 1, customerId: orderId, method: 'card' },
    ...{ amount: { amount: 1_000, currency: 'EUR' }, outcome: 'captured', ...more },
  }
}

describe('a file of payments', () => {
  test('is scored attempt by attempt, and outcomes count from their times on', () => {
    const same = { customerId: 'c', device: 'd' }
    const lines = [
      line('o1', 0, same),
      // Not settled yet when the next one comes: the customer has paid nothing before.
      line('o2', 1, { ...same, settledAt: new Date(NOON + 10_000).toISOString() }),
      line('o3', 2, { ...same, device: 'e' }),
    ]
    const rules = scorePayments(lines, tableOne()).map(({ reasons }) => reasons.map(({ rule }) => rule))
    expect(rules).toEqual([['firstPayment'], [], ['newDevice']])
  })

  test('has the highest score of an attempt, which a decline may bring', () => {
    const declined = { customerId: 'c', device: 'd', outcome: 'declined', reason: 'wrong-code' } as const
    const lines = [1, 2, 3].map((attempt) =>
      line('o1', attempt * 10, { ...declined, attempt, card: `k${String(attempt)}` }),
    )
    expect(scorePayments(lines, tableOne()).map(({ score, alerts }) => [score, alerts])).toEqual([
      [8, false],
      [8, false],
      [78, true],
    ])
  })

  test('may have attempts without an outcome: they count, and nothing is paid with them', () => {
    const same = { customerId: 'c', device: 'd' }
    const lines = [line('o1', 0, { ...same, outcome: 'open' }), line('o2', 60, same), line('o3', 120, same)]
    expect(lines.map(parsePaymentLine)).toEqual(lines)
    const rules = scorePayments(lines, tableOne()).map(({ reasons }) => reasons.map(({ rule }) => rule))
    expect(rules).toEqual([['firstPayment'], ['firstPayment'], []])
  })

  test.each([
    ['null', null],
    ['without an order', { ...line('o1', 0), orderId: '' }],
    ['at no time', { ...line('o1', 0), at: 'noon' }],
    ['without an outcome', { ...line('o1', 0), outcome: 'pending' }],
    ['with half a cent', { ...line('o1', 0), amount: { amount: 0.5, currency: 'EUR' } }],
    ['with a number for a card', { ...line('o1', 0), card: 4 }],
  ])('is refused where a line is %s', (_, value) => expect(parsePaymentLine(value)).toBeTypeOf('string'))

  test('is taken as it stands', () => expect(parsePaymentLine(line('o1', 0))).toEqual(line('o1', 0)))
})

test('a case that nobody knows is none', () => {
  const labels = new Map([['o1', { orderId: 'o1', fraud: true, case: null, kind: null }]])
  expect(countQuality([{ orderId: 'o1', alerts: true }], labels)).toMatchObject({ fraud: 1, found: 1, cases: 0 })
})

test('quality is counted by attempts, and by cases that are found early', () => {
  const labels = new Map(
    [
      ...['a1', 'a2'].map((orderId) => ({ orderId, fraud: true, case: 'a' })),
      ...Array.from({ length: 6 }, (_, index) => ({ orderId: `b${String(index)}`, fraud: true, case: 'b' })),
      { orderId: 'h1', fraud: false },
    ].map((label) => [label.orderId, label] as const),
  )
  const alerting = new Set(['a2', 'b5', 'h2'])
  const scored = [...labels.keys(), 'h2'].map((orderId) => ({ orderId, alerts: alerting.has(orderId) }))
  const counts = countQuality(scored, labels)
  expect(counts).toEqual({ honest: 2, fraud: 8, falseAlarms: 1, found: 2, cases: 2, casesFound: 1 })
  expect(qualityOf(counts)).toEqual({ precision: 2 / 3, recall: 0.25, falseAlarms: 5_000, cases: 0.5 })
  expect(qualityOf(countQuality([], new Map()))).toEqual({
    precision: null,
    recall: null,
    falseAlarms: null,
    cases: null,
  })
})
