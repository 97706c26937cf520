/**
 * What a fit looks at: the rules of a table, each cut into bins at more places than one would set by hand. They are read
 * by the scorer itself, from a table whose points number the bins, so that a rule counts in a fit as it does in force.
 *
 * A feature says that an attempt reached a step: who reached the third step has those of the first and second too. So a
 * step that is seldom reached differs from the one below it by little, instead of falling back to nothing.
 */
import type { Reason } from '../fraud/score.ts'
import { COUNTING_RULES, FLAG_RULES, type CountingRule, type FraudTable, type Rule, type Step } from '../fraud/table.ts'

/** Where counts are cut. */
const CUTS: Readonly<Record<CountingRule, readonly number[]>> = {
  accountsOnCard: [2, 3, 4],
  cardsOnDeviceOrAccount: [2, 3, 5],
  accountsOnDevice: [2, 3, 4],
  accountsAtAddress: [2, 3, 4, 6],
  attemptsOfCustomer: [2, 3, 5, 8],
  declinedOfCustomer: [1, 2, 3],
  attemptsOfNetwork: [4, 12, 24],
}
/** In minor units. */
const AMOUNTS = [5_000, 10_000, 20_000, 50_000]
const CURRENCY = 'EUR'
const MEAN = { currency: CURRENCY, times: 4, payments: 2 } as const
const MOST_POINTS = 1_000

interface Feature {
  readonly rule: Rule
  /** From 0, within the rule. */
  readonly step: number
}

const FEATURES: readonly Feature[] = [
  ...COUNTING_RULES.flatMap((rule) => CUTS[rule].map((_, step) => ({ rule, step }))),
  { rule: 'amountAgainstMean', step: 0 },
  ...FLAG_RULES.map((rule) => ({ rule, step: 0 })),
  ...AMOUNTS.map((_, step) => ({ rule: 'amount' as const, step })),
]

export const FEATURE_COUNT = FEATURES.length

/** Points number the steps of a rule from 1. */
export const BIN_TABLE: FraudTable = tableOf({ version: 'bins', threshold: 1, points: ({ step }) => step + 1 })

/** The numbers of the features, ascending, of an attempt that BIN_TABLE has scored. */
export function featuresOf(reasons: readonly Reason[]): readonly number[] {
  const reached = new Map(reasons.map(({ rule, points }) => [rule, points]))
  return FEATURES.flatMap(({ rule, step }, number) => (step < (reached.get(rule) ?? 0) ? [number] : []))
}

/** A table in which each feature adds this many points; steps that change nothing, and rules without points, are left out. */
export function tableFrom(
  added: readonly number[],
  { version, threshold }: Pick<FraudTable, 'version' | 'threshold'>,
): FraudTable {
  const points = ({ rule, step }: Feature): number => {
    const sum = FEATURES.reduce(
      (total, feature, number) =>
        feature.rule === rule && feature.step <= step ? total + (added[number] ?? 0) : total,
      0,
    )
    return bounded(Math.round(sum), -MOST_POINTS)
  }
  return tableOf({ version, threshold: bounded(Math.round(threshold), 1), points })
}

function bounded(points: number, from: number): number {
  // Without it, -0.
  return Math.min(MOST_POINTS, Math.max(from, points)) + 0
}

function tableOf({
  version,
  threshold,
  points,
}: Pick<FraudTable, 'version' | 'threshold'> & { readonly points: (feature: Feature) => number }): FraudTable {
  const steps = (rule: Rule, cuts: readonly number[]) =>
    changing(cuts.map((from, step) => ({ from, points: points({ rule, step }) })))
  const counting = COUNTING_RULES.flatMap((rule) => {
    const found = steps(rule, CUTS[rule])
    return found.length === 0 ? [] : [[rule, found] as const]
  })
  const flags = FLAG_RULES.flatMap((rule) => {
    const found = points({ rule, step: 0 })
    return found === 0 ? [] : [[rule, { points: found }] as const]
  })
  const ofMean = points({ rule: 'amountAgainstMean', step: 0 })
  const amounts = steps('amount', AMOUNTS)
  return {
    version,
    threshold,
    rules: {
      ...(Object.fromEntries(counting) as Partial<Record<CountingRule, readonly Step[]>>),
      ...(ofMean === 0 ? {} : { amountAgainstMean: { ...MEAN, points: ofMean } }),
      ...(Object.fromEntries(flags) as FraudTable['rules']),
      ...(amounts.length === 0 ? {} : { amount: { currency: CURRENCY, steps: amounts } }),
    },
  }
}

function changing(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ points }, index) => points !== (steps[index - 1]?.points ?? 0))
}
