/** How well alerts fit labels: by attempts, and by cases of fraud that belong together. */
import type { PaymentLabel } from './payment-line.ts'

/** Attempts of a case in which it should be found. */
const FIRST_OF_CASE = 5

export interface Quality {
  /** Alerts that were right; null: there were none. */
  readonly precision: number | null
  /** Attempts of fraud that raised an alert; null: there was no fraud. */
  readonly recall: number | null
  /** Alerts in 10,000 honest attempts; null: there were none. */
  readonly falseAlarms: number | null
  /** Cases of fraud of which one of the first five attempts raised an alert; null: no case has a name. */
  readonly cases: number | null
}

/** What is counted, so that several files can be taken together. */
export interface QualityCounts {
  readonly honest: number
  readonly fraud: number
  readonly falseAlarms: number
  readonly found: number
  readonly cases: number
  readonly casesFound: number
}

/** `alerts`: in the order of their times. A payment without a label is honest. */
export function countQuality(
  scored: readonly { readonly orderId: string; readonly alerts: boolean }[],
  labels: ReadonlyMap<string, PaymentLabel>,
): QualityCounts {
  const counts = { honest: 0, fraud: 0, falseAlarms: 0, found: 0 }
  const cases = new Map<string, { seen: number; found: boolean }>()
  for (const { orderId, alerts } of scored) {
    const label = labels.get(orderId)
    if (label?.fraud !== true) {
      counts.honest += 1
      if (alerts) counts.falseAlarms += 1
      continue
    }
    counts.fraud += 1
    if (alerts) counts.found += 1
    if (typeof label.case !== 'string') continue
    const one = cases.get(label.case) ?? { seen: 0, found: false }
    one.seen += 1
    one.found ||= alerts && one.seen <= FIRST_OF_CASE
    cases.set(label.case, one)
  }
  return { ...counts, cases: cases.size, casesFound: [...cases.values()].filter(({ found }) => found).length }
}

export function sumOfCounts(all: readonly QualityCounts[]): QualityCounts {
  const sum = (name: keyof QualityCounts) => all.reduce((total, counts) => total + counts[name], 0)
  return {
    ...{ honest: sum('honest'), fraud: sum('fraud'), falseAlarms: sum('falseAlarms'), found: sum('found') },
    ...{ cases: sum('cases'), casesFound: sum('casesFound') },
  }
}

export function qualityOf({ honest, fraud, falseAlarms, found, cases, casesFound }: QualityCounts): Quality {
  const share = (part: number, all: number) => (all === 0 ? null : part / all)
  return {
    precision: share(found, found + falseAlarms),
    recall: share(found, fraud),
    falseAlarms: honest === 0 ? null : (falseAlarms / honest) * 10_000,
    cases: share(casesFound, cases),
  }
}
