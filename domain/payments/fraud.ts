/**
 * What looks like fraud among the attempts to pay an order, and what somebody said of it. The stream `fraud-_table`, which
 * no order can have, holds the tables that attempts are scored by: the last one is in force.
 *
 * alert:  raised -> reviewed (fraud | honest)
 */
import type { FraudAlertRaised, FraudEvent } from '../../schemas/events.ts'
import { accept, refuse, to, type Aggregate, type Decision, type Read } from '../decision.ts'
import { cancelFor } from '../end-order.ts'
import type { OrderId, Timestamp } from '../values.ts'
import { isOnHold, openAttempt, payment, released } from './payment.ts'

export const VERDICTS = ['fraud', 'honest'] as const

export type Verdict = (typeof VERDICTS)[number]

/** The id of the stream of tables. */
export const TABLES = '_table'

export interface Fraud {
  /** In force, in the stream of tables. */
  readonly table: SetTable | null
  /** In the order in which they were raised. */
  readonly alerts: readonly Alert[]
}

export interface Alert {
  readonly alertId: string
  readonly attempt: number
  readonly score: number
  /** Null: nobody has reviewed it. The recorded set is open. */
  readonly verdict: string | null
  readonly note: string | null
}

export const fraud: Aggregate<Fraud, FraudEvent> = {
  kind: 'fraud',
  fold: 1,
  initial: { table: null, alerts: [] },
  evolve(state, event) {
    switch (event.type) {
      case 'FraudTableSet':
        return { ...state, table: { table: event.table, content: event.content } }
      case 'FraudAlertRaised': {
        const { alertId, attempt, score } = event
        return { ...state, alerts: [...state.alerts, { alertId, attempt, score, verdict: null, note: null }] }
      }
      case 'FraudReviewed': {
        const { alertId, verdict, note } = event
        const alerts = state.alerts.map((each) => (each.alertId === alertId ? { ...each, verdict, note } : each))
        return { ...state, alerts }
      }
    }
  },
}

export interface SetTable {
  /** Its version. */
  readonly table: string
  /** As JSON. */
  readonly content: string
}

/** Puts a table in force. The one that is, again, changes nothing. */
export function setTable({ table, content }: SetTable, read: Read): Decision<never> {
  const { table: now } = read(fraud, TABLES)
  if (now?.table === table && now.content === content) return accept()
  return accept(to(fraud, TABLES, { type: 'FraudTableSet', table, content }))
}

export type RaiseAlert = Omit<FraudAlertRaised, 'type'>

/** Raises the alert of an attempt, once: whatever is raised for it later changes nothing. */
export function raiseAlert(alert: RaiseAlert, read: Read): Decision<never> {
  const { orderId } = alert
  if (read(fraud, orderId).alerts.some(({ attempt }) => attempt === alert.attempt)) return accept()
  return accept(to(fraud, orderId, { type: 'FraudAlertRaised', ...alert }))
}

export interface ReviewAlert {
  readonly alertId: string
  readonly orderId: OrderId
  readonly verdict: Verdict
  readonly note: string | null
  readonly at: Timestamp
}

export interface UnknownAlert {
  readonly reason: 'unknown-alert'
  readonly alertId: string
}

export interface AlreadyReviewed {
  readonly reason: 'already-reviewed'
  readonly alertId: string
  /** The recorded set is open. */
  readonly verdict: string
}

/**
 * Records what somebody found. A verdict of fraud cancels the order in the same append, if it still can be cancelled; the
 * reason of that says nothing, for customers read it. An attempt on hold ends with its order; with the verdict honest it is
 * released, if this is the alert that it is on hold for. The same verdict again changes nothing.
 */
export function reviewAlert(command: ReviewAlert, read: Read): Decision<UnknownAlert | AlreadyReviewed> {
  const { alertId, orderId, verdict, note, at } = command
  const alert = read(fraud, orderId).alerts.find((each) => each.alertId === alertId)
  if (alert === undefined) return refuse({ reason: 'unknown-alert', alertId })
  if (alert.verdict === verdict) return accept()
  if (alert.verdict !== null) return refuse({ reason: 'already-reviewed', alertId, verdict: alert.verdict })
  const reviewed = to(fraud, orderId, { type: 'FraudReviewed', alertId, orderId, verdict, note })
  if (verdict === 'honest') {
    const open = openAttempt(read(payment, orderId))
    const isHeldForIt = open !== null && isOnHold(open) && open.hold?.alertId === alertId
    return accept(reviewed, ...(isHeldForIt ? [released(orderId, open, { by: 'review', at })] : []))
  }
  const cancelling = cancelFor('fraud', { orderId, reason: null, sellable: true }, read)
  return accept(reviewed, ...(cancelling.outcome === 'accepted' ? cancelling.events : []))
}
