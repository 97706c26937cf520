/**
 * A table of rules and points from payments whose fraud is known: fitted to the first 70 % of them, and judged on the rest
 * beside the table that it might replace. 20 points double the odds; the threshold is where fraud is as likely as not.
 */
import type { PaymentLabel, PaymentLine } from '../fraud/payment-line.ts'
import { countQuality, qualityOf } from '../fraud/quality.ts'
import { scorePayments } from '../fraud/score-payments.ts'
import type { FraudTable } from '../fraud/table.ts'
import { areaUnderCurve } from './area.ts'
import { BIN_TABLE, FEATURE_COUNT, featuresOf, tableFrom } from './bins.ts'
import { fitLogistic, type Pattern } from './logistic.ts'

/** Orders that are fraud: with fewer, points are made of chance. */
export const LEAST_FRAUDS = 50

const FITTED_SHARE = 0.7
const POINTS = 20 / Math.LN2

/** By attempts. */
export interface Judgement {
  readonly table: string
  /** Null: the table raised no alert. */
  readonly precision: number | null
  /** Null: there was no fraud. */
  readonly recall: number | null
  /** Area under the curve; null: there was fraud alone, or none. */
  readonly auc: number | null
}

/** Attempts. */
export interface Part {
  readonly payments: number
  readonly fraud: number
}

export interface TrainedTable {
  readonly table: FraudTable
  readonly fitted: Part
  readonly judged: Part
  /** Of the payments that it was not fitted to. */
  readonly trained: Judgement
  readonly present: Judgement
}

export interface Training {
  /** In the order of their times. */
  readonly lines: readonly PaymentLine[]
  /** By order; one without a label is honest. */
  readonly labels: ReadonlyMap<string, PaymentLabel>
  /** Of the table that is made. */
  readonly version: string
  readonly present: FraudTable
}

/** The same payments and labels give the same table. `refused`: why no table is made. */
export function trainTable(training: Training): TrainedTable | { readonly refused: string } {
  const { lines, labels, version, present } = training
  const isFraud = ({ orderId }: { readonly orderId: string }) => labels.get(orderId)?.fraud === true
  const orders = new Set(lines.filter(isFraud).map(({ orderId }) => orderId)).size
  if (orders < LEAST_FRAUDS)
    return {
      refused: `only ${String(orders)} orders of these payments are labelled as fraud; a table needs ${String(LEAST_FRAUDS)}`,
    }
  const cut = Math.floor(lines.length * FITTED_SHARE)
  const partOf = (some: readonly PaymentLine[]) => ({ payments: some.length, fraud: some.filter(isFraud).length })
  const [fitted, judged] = [partOf(lines.slice(0, cut)), partOf(lines.slice(cut))]
  if (fitted.fraud === 0 || fitted.fraud === fitted.payments)
    return {
      refused: `the first ${String(fitted.payments)} payments are all ${fitted.fraud === 0 ? 'honest' : 'fraud'}`,
    }

  const rows = scorePayments(lines, BIN_TABLE).slice(0, cut)
  const { intercept, coefficients } = fitLogistic(patternsOf(rows, isFraud), FEATURE_COUNT)
  const points = coefficients.map((coefficient) => coefficient * POINTS)
  const table = tableFrom(points, { version, threshold: -intercept * POINTS })
  const judge = (of: FraudTable): Judgement => {
    const scored = scorePayments(lines, of).slice(cut)
    const { precision, recall } = qualityOf(countQuality(scored, labels))
    const ranked = scored.map((each) => ({ score: each.score, fraud: isFraud(each) }))
    return { table: of.version, precision, recall, auc: areaUnderCurve(ranked) }
  }
  return { table, fitted, judged, trained: judge(table), present: judge(present) }
}

function patternsOf(
  rows: ReturnType<typeof scorePayments>,
  isFraud: (row: { readonly orderId: string }) => boolean,
): readonly Pattern[] {
  const patterns = new Map<string, { readonly features: readonly number[]; fraud: number; honest: number }>()
  for (const row of rows) {
    const features = featuresOf(row.reasons)
    const name = features.join(' ')
    const pattern = patterns.get(name) ?? { features, fraud: 0, honest: 0 }
    pattern[isFraud(row) ? 'fraud' : 'honest'] += 1
    patterns.set(name, pattern)
  }
  return [...patterns.values()]
}
