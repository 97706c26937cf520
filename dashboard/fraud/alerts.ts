/** The alerts that a page of fraud shows: the newest as they are followed, or those of a question, kept current by these. */
import type { FraudAlert } from '../api-shapes.ts'
import { useAnswer, type Newest } from '../lists/newest.ts'
import type { Key } from './words.ts'

export interface AlertWish {
  /** `open`, `fraud` or `honest`; null: all. */
  readonly verdict: string | null
  /** What ties alerts together: pseudonyms, and the customer. */
  readonly keys: Readonly<Record<Key, string | null>>
  readonly cursor: string | null
}

export type ShownAlerts = Newest<FraudAlert>

export function useAlerts({ verdict, keys, cursor }: AlertWish): ShownAlerts {
  return useAnswer({
    ...{ topic: 'fraud', path: '/fraud-alerts', filters: { verdict, ...keys }, cursor },
    keyOf: ({ alertId }) => alertId,
    isWanted: (alert) => isWanted(alert, { verdict, keys }),
  })
}

function isWanted(alert: FraudAlert, { verdict, keys }: Pick<AlertWish, 'verdict' | 'keys'>): boolean {
  const { customer, ...others } = keys
  return (
    (verdict === null || (alert.verdict ?? 'open') === verdict) &&
    (customer === null || alert.customerId === customer) &&
    (Object.keys(others) as (keyof typeof others)[]).every(
      (key) => others[key] === null || (alert.keys[key] ?? null) === others[key],
    )
  )
}
