/**
 * A table of rules and their points. It is data that stands in the log, so that what raised an alert can be worked out
 * again; one that was in force never changes (its spec holds the fingerprint of table 1), a change is the next table.
 */
import { isObject } from '../../schemas/is-object.ts'

/** The rules that count what happened in the last five minutes. */
export const COUNTING_RULES = [
  ...['accountsOnCard', 'cardsOnDeviceOrAccount', 'accountsOnDevice', 'accountsAtAddress'],
  ...['attemptsOfCustomer', 'declinedOfCustomer', 'attemptsOfNetwork'],
] as const

export type CountingRule = (typeof COUNTING_RULES)[number]

/** The rules that look at the customer's captured payments, or at the attempt alone. */
export const FLAG_RULES = ['firstPayment', 'newDevice', 'newAddress', 'cardRegion'] as const

export type FlagRule = (typeof FLAG_RULES)[number]

export const RULES = [...COUNTING_RULES, 'amountAgainstMean', ...FLAG_RULES, 'amount'] as const

export type Rule = (typeof RULES)[number]

/** Points from a value on. The steps of a rule do not add up: the highest that is reached counts. */
export interface Step {
  readonly from: number
  readonly points: number
}

export interface FraudTable {
  /** Such as `1`. */
  readonly version: string
  /** An attempt with this many points, or more, raises an alert. */
  readonly threshold: number
  /** A rule that is absent gives no points. */
  readonly rules: {
    readonly [Name in CountingRule]?: readonly Step[]
  } & { readonly [Name in FlagRule]?: { readonly points: number } } & {
    /** From `times` the mean of the customer's captured payments on, of which there are this many. */
    readonly amountAgainstMean?: {
      readonly currency: string
      readonly times: number
      readonly payments: number
      readonly points: number
    }
    readonly amount?: { readonly currency: string; readonly steps: readonly Step[] }
  }
}

/** What a rule counts is bounded by its highest step, and that by this. */
const MOST_COUNTED = 64
const MOST_POINTS = 1_000
const MOST_BYTES = 16_384

export type ParsedTable = { readonly table: FraudTable } | { readonly wrong: string }

/** The table that a text is, or what is wrong with it. */
export function parseTable(text: string): ParsedTable {
  if (text.length > MOST_BYTES) return { wrong: `it has more than ${MOST_BYTES} characters` }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { wrong: 'it is not JSON' }
  }
  const wrong = faultOf(value)
  return wrong === null ? { table: value as FraudTable } : { wrong }
}

/** The highest step of each rule that counts: this many members of an entity are distinguished. */
export function countsOf({ rules }: FraudTable): Readonly<Record<CountingRule, number>> {
  const highest = COUNTING_RULES.map((rule) => [rule, Math.max(0, ...(rules[rule] ?? []).map(({ from }) => from))])
  return Object.fromEntries(highest) as Record<CountingRule, number>
}

function faultOf(value: unknown): string | null {
  if (!hasExactly(value, ['version', 'threshold', 'rules']))
    return 'it does not have exactly version, threshold and rules'
  const { version, threshold, rules } = value
  if (typeof version !== 'string' || !/^[A-Za-z0-9._-]{1,40}$/.test(version)) return 'its version is not a short name'
  if (!isWhole(threshold, 1, MOST_POINTS)) return 'its threshold is not a whole number from 1 to 1000'
  if (!isObject(rules)) return 'its rules are not an object'
  for (const [name, rule] of Object.entries(rules)) {
    const wrong = ruleFault(name, rule)
    if (wrong !== null) return `rule ${name}: ${wrong}`
  }
  return null
}

function ruleFault(name: string, rule: unknown): string | null {
  if (COUNTING_RULES.some((each) => each === name)) return stepsFault(rule, MOST_COUNTED)
  if (FLAG_RULES.some((each) => each === name))
    return hasExactly(rule, ['points']) && isPoints(rule['points'])
      ? null
      : 'it does not have points (-1000 to 1000) and nothing else'
  if (name === 'amount') {
    if (!hasExactly(rule, ['currency', 'steps'])) return 'it does not have currency and steps and nothing else'
    return isCurrency(rule['currency'])
      ? stepsFault(rule['steps'], Number.MAX_SAFE_INTEGER)
      : 'it does not name a currency'
  }
  if (name !== 'amountAgainstMean') return 'this rule does not exist'
  if (!hasExactly(rule, ['currency', 'times', 'payments', 'points']))
    return 'it does not have currency, times, payments and points and nothing else'
  const { currency, times, payments, points } = rule
  if (!isCurrency(currency)) return 'it does not name a currency'
  const bounded = isWhole(times, 1, 1_000_000) && isWhole(payments, 1, 1_000_000) && isPoints(points)
  return bounded ? null : 'times and payments are whole numbers from 1 on, points from -1000 to 1000'
}

function stepsFault(steps: unknown, most: number): string | null {
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > 20)
    return 'it does not have a list of 1 to 20 steps'
  let last = 0
  for (const step of steps as readonly unknown[]) {
    if (!hasExactly(step, ['from', 'points']) || !isPoints(step['points']))
      return 'a step does not have from and points and nothing else'
    const { from } = step
    if (!isWhole(from, last + 1, most))
      return `the from of a step is not a whole number above that of the step before, at most ${most}`
    last = from
  }
  return null
}

function isCurrency(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Z]{3}$/.test(value)
}

function isPoints(value: unknown): boolean {
  return isWhole(value, -MOST_POINTS, MOST_POINTS)
}

function isWhole(value: unknown, from: number, to: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to
}

function hasExactly<const Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Readonly<Record<Name, unknown>> {
  return (
    isObject(value) && Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name))
  )
}
