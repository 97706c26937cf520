/** The points of an attempt, with a reason in words for each rule that gives some. */
import { majorUnits } from '../../domain/currencies.ts'
import type { FraudReason, FraudRegions } from '../../schemas/events.ts'
import type { Counts } from './features.ts'
import type { History } from './history.ts'
import type { PaymentFact } from './payment-facts.ts'
import {
  COUNTING_RULES,
  FLAG_RULES,
  type CountingRule,
  type FlagRule,
  type FraudTable,
  type Rule,
  type Step,
} from './table.ts'

export interface Reason extends FraudReason {
  readonly rule: Rule
}

/** In the order of the rules. */
export function reasonsFor(
  fact: PaymentFact,
  counts: Counts,
  { table, history }: { readonly table: FraudTable; readonly history: History | undefined },
): readonly Reason[] {
  const { rules } = table
  const reasons: Reason[] = []
  const give = (rule: Rule, points: number, said: Omit<Reason, 'rule' | 'points'>): void => {
    if (points !== 0) reasons.push({ rule, points, ...said })
  }
  for (const rule of COUNTING_RULES) {
    const value = counts[rule]
    give(rule, pointsAt(rules[rule] ?? [], value), { value, text: COUNT_TEXTS[rule](value), regions: null })
  }
  const mean = rules.amountAgainstMean
  const times = mean === undefined ? null : timesMean(fact, history, mean)
  if (mean !== undefined && times !== null) {
    const text = `${times} times what this customer has paid on average`
    give('amountAgainstMean', mean.points, { value: times, text, regions: null })
  }
  for (const rule of FLAG_RULES) {
    if (!FLAGS[rule](fact, history)) continue
    const regions = rule === 'cardRegion' ? otherRegions(fact) : null
    give(rule, rules[rule]?.points ?? 0, { value: 1, text: FLAG_TEXTS[rule](fact), regions })
  }
  const { amount, currency } = fact.amount
  const points = rules.amount?.currency === currency ? pointsAt(rules.amount.steps, amount) : 0
  give('amount', points, { value: amount, text: `${majorUnits(amount, currency)} ${currency}`, regions: null })
  return reasons
}

export function scoreOf(reasons: readonly Reason[]): number {
  return reasons.reduce((sum, { points }) => sum + points, 0)
}

function pointsAt(steps: readonly Step[], value: number): number {
  return steps.findLast(({ from }) => value >= from)?.points ?? 0
}

/** More than that no event holds. */
const MOST_TIMES = BigInt(Number.MAX_SAFE_INTEGER)

/** By whole numbers, however large: `amount / mean >= times` without a fraction. Null: not, or not known. */
function timesMean(
  { amount: { amount, currency } }: PaymentFact,
  history: History | undefined,
  rule: NonNullable<FraudTable['rules']['amountAgainstMean']>,
): number | null {
  if (currency !== rule.currency || history?.currency !== currency || history.count < rule.payments) return null
  // Nothing is no multiple of nothing: free samples, one after the other.
  if (amount === 0) return null
  const [scaled, { sum }] = [BigInt(amount) * BigInt(history.count), history]
  if (scaled < BigInt(rule.times) * sum) return null
  const times = sum === 0n ? BigInt(rule.times) : scaled / sum
  return Number(times > MOST_TIMES ? MOST_TIMES : times)
}

const FLAGS: Readonly<Record<FlagRule, (fact: PaymentFact, history: History | undefined) => boolean>> = {
  firstPayment: (_fact, history) => history === undefined,
  newDevice: ({ device }, history) => isNew(device, history?.devices),
  newAddress: ({ address }, history) => isNew(address, history?.addresses),
  cardRegion: (fact) => otherRegions(fact) !== null,
}

/** Of the card and of the customer, where they differ; null: they do not, or one is not known. */
function otherRegions({ cardRegion: card, region: customer }: PaymentFact): FraudRegions | null {
  if (card === null || customer === null || !/^[A-Za-z]{2}$/.test(customer)) return null
  return customer.toUpperCase() === card.toUpperCase() ? null : { card, customer }
}

/** Where nothing was known before, nothing is new. */
function isNew(one: string | null, known: readonly string[] = []): boolean {
  return one !== null && known.length > 0 && !known.includes(one)
}

const COUNT_TEXTS: Readonly<Record<CountingRule, (value: number) => string>> = {
  accountsOnCard: (value) => `${value} customers or more paid with this card within 5 minutes`,
  cardsOnDeviceOrAccount: (value) => `${value} cards or more on this device or of this customer within 5 minutes`,
  accountsOnDevice: (value) => `${value} customers or more on this device within 5 minutes`,
  accountsAtAddress: (value) => `${value} customers or more with this address within 5 minutes`,
  attemptsOfCustomer: (value) => `${value} attempts or more of this customer within 5 minutes`,
  declinedOfCustomer: (value) => `${value} attempts or more of this customer declined within 5 minutes`,
  attemptsOfNetwork: (value) => `${value} attempts or more from this network within 5 minutes`,
}

const FLAG_TEXTS: Readonly<Record<FlagRule, (fact: PaymentFact) => string>> = {
  firstPayment: () => 'the first payment of this customer',
  newDevice: () => 'a device that this customer has not paid from',
  newAddress: () => 'an address that this customer has not paid for',
  cardRegion: ({ cardRegion, region }) => `a card of ${cardRegion ?? ''}, a customer of ${region ?? ''}`,
}
