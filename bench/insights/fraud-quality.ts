import { readFileSync } from 'node:fs'
import type { PaymentLine } from '../../insights/fraud/payment-line.ts'
import { countQuality, qualityOf, sumOfCounts, type QualityCounts } from '../../insights/fraud/quality.ts'
import { scorePayments } from '../../insights/fraud/score-payments.ts'
import { parseTable } from '../../insights/fraud/table.ts'
import { generatePayments } from '../../simulation/payments/generate-payments.ts'
import type { PaymentPlan } from '../../simulation/payments/payment.ts'
import { atLeast, atMost, figure, stated } from '../figure.ts'

const SEEDS = [1, 2, 3, 4, 5]
const PLAN = { count: 40_000, perDay: 3_000, from: Date.UTC(2026, 0, 5) } as const

/** Simulated payments: what table 1 finds of fraud that a program makes up, and how often it is wrong about the others. */
export const fraudQuality = figure({
  id: 'I7',
  title: `table 1 on ${SEEDS.length} seeds of ${PLAN.count} simulated payments, pooled, by attempts`,
  numbers: {
    falseAlarms: atMost('false alarms in 10,000 honest attempts', '', { must: 12 }),
    falseAlarmsOneNetwork: atMost('the same with half of all payments on one network', '', { must: 12 }),
    recall: atLeast('attempts of fraud that raise an alert, in percent', '', { must: 70 }),
    cases: atLeast('cases of which one of the first 5 attempts does, in percent', '', { must: 85 }),
    precision1: atLeast('alerts that are right, in percent, 1 % fraud', '', { must: 85 }),
    precision3: atLeast('the same, 3 % fraud', '', { must: 94 }),
    fraud: stated('attempts of fraud, with 3 %', ''),
  },
  run({ note }) {
    const table = tableOne()
    const measured = (more: Pick<PaymentPlan, 'fraud' | 'oneNetwork'>): QualityCounts => {
      note(JSON.stringify(more))
      return sumOfCounts(SEEDS.map((seed) => counted({ ...PLAN, ...more, seed }, table)))
    }
    const [some, few, together] = [{ fraud: 0.03 }, { fraud: 0.01 }, { fraud: 0.03, oneNetwork: 0.5 }].map(measured)
    if (some === undefined || few === undefined || together === undefined) throw new Error('a plan was not measured')
    const { falseAlarms, recall, cases, precision } = qualityOf(some)
    return Promise.resolve([
      {
        falseAlarms: falseAlarms ?? NaN,
        falseAlarmsOneNetwork: qualityOf(together).falseAlarms ?? NaN,
        recall: percent(recall),
        cases: percent(cases),
        precision1: percent(qualityOf(few).precision),
        precision3: percent(precision),
        fraud: some.fraud,
      },
    ])
  },
})

/** NaN where there is nothing to judge by: the figure is not measured then. */
function percent(share: number | null): number {
  return share === null ? NaN : 100 * share
}

function counted(plan: PaymentPlan, table: ReturnType<typeof tableOne>): QualityCounts {
  const payments = [...generatePayments(plan)]
  const labels = new Map(
    payments.map(({ orderId, fraud }) => [orderId, { orderId, fraud: fraud !== null, ...(fraud ?? {}) }] as const),
  )
  const lines = payments.map(({ fraud: _, at, settledAt, ...payment }): PaymentLine => ({
    ...payment,
    at: new Date(at).toISOString(),
    settledAt: new Date(settledAt).toISOString(),
  }))
  return countQuality(scorePayments(lines, table), labels)
}

function tableOne() {
  const parsed = parseTable(readFileSync(new URL('../../insights/fraud/table-1.json', import.meta.url), 'utf8'))
  if ('wrong' in parsed) throw new Error(parsed.wrong)
  return parsed.table
}
