/** The alerts that a page of fraud shows: the newest as they are followed, or those of a question, kept current by these. */
import type { FraudAlert, FraudAlertList } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { nextOf } from '../lists/newest.ts'
import { overlaid } from '../lists/overlaid.ts'
import { useLive, type Live } from '../polling.ts'
import type { Key } from './words.ts'

export interface AlertWish {
  /** `open`, `fraud` or `honest`; null: all. */
  readonly verdict: string | null
  /** What ties alerts together: pseudonyms, and the customer. */
  readonly keys: Readonly<Record<Key, string | null>>
  readonly cursor: string | null
}

export interface ShownAlerts {
  /** Newest first; null: nothing has come yet. */
  readonly items: readonly FraudAlert[] | null
  readonly known: readonly FraudAlert[]
  readonly next: string | null
  /** Where the service is asked; of the newest of all it is not. */
  readonly asked: Live<FraudAlertList>
  /** Names the list among those of this page. */
  readonly subject: string
}

/** As many as a list has. */
const PAGE = 50

export function useAlerts({ verdict, keys, cursor }: AlertWish): ShownAlerts {
  const followed = useTopic('fraud', PAGE).value
  const wish = Object.entries({ verdict, ...keys, cursor }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value]],
  )
  const subject = `/fraud-alerts?${new URLSearchParams([...wish, ['limit', String(PAGE)]] as [string, string][]).toString()}`
  const isAsked = wish.length > 0
  const asked = useLive<FraudAlertList>(isAsked ? subject : null)
  const about = { asked, subject }
  if (!isAsked) {
    const known = followed?.items ?? []
    const items = followed === null ? null : known.slice(0, PAGE)
    return { ...about, items, known, next: nextOf(known, followed?.hasOlder ?? false) }
  }
  const shown = asked.shown.value
  if (shown === null) return { ...about, items: null, known: [], next: null }
  const { items: base, next } = shown.body
  const isBehind = followed === null || followed.to < (shown.position ?? shown.body.position)
  if (cursor !== null || isBehind) return { ...about, items: base, known: base, next }
  const known = overlaid(base, followed.items, {
    keyOf: ({ alertId }) => alertId,
    isWanted: (alert) => isWanted(alert, { verdict, keys }),
  })
  return { ...about, items: known.slice(0, PAGE), known, next: nextOf(known, next !== null) }
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
