/** What ties alerts together, and reasons, in the words of the page. */
import type { FraudAlert } from '../api-shapes.ts'
import { money } from '../parts/format.ts'
import { t, wordFor } from '../texts/text.ts'

export const KEYS = ['card', 'device', 'address', 'network', 'customer'] as const
export type Key = (typeof KEYS)[number]

/** In the language of the page where the rule is known, else as the service says it. */
export function reasonText(
  { rule, value, text, regions = null }: FraudAlert['reasons'][number],
  { amount }: FraudAlert,
): string {
  if (rule === 'amount') return t('fraud.reason.amount', { amount: money(amount) })
  // Alerts of before version 2 do not name them.
  if (regions !== null) return t('fraud.reason.cardRegion', { ...regions })
  return wordFor('rule', rule, { n: value }) ?? text
}

/** Those that an alert has, for links to its case. */
export function keysOf({ keys, customerId }: FraudAlert): readonly { readonly key: Key; readonly value: string }[] {
  return KEYS.flatMap((key) => {
    const value = key === 'customer' ? customerId : (keys[key] ?? null)
    return value === null ? [] : [{ key, value }]
  })
}
