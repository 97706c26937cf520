/**
 * Raises an alert for each attempt to pay that comes to the threshold of the table in force, once. What it counts of five
 * minutes, and what customers have paid before, is folded in the order of the log and written with its checkpoint, so that
 * a restart changes no score. In a log that it is new to, one made from a dump too, it begins at the first event: what lies
 * there is counted, and raised where a table was in force and the alert is not there.
 */
import { raiseAlert, setTable, type RaiseAlert, type SetTable } from '../../domain/payments/fraud.ts'
import type { FraudReason } from '../../schemas/events.ts'
import { SCORED_TYPES } from '../../insights/fraud/log-scorer.ts'
import { isObject } from '../../schemas/is-object.ts'
import { reactor, SETTLED, type DueCause, type Reactor } from '../reactor.ts'
import { openFraudFolding } from './fraud-folding.ts'
import type { ScoringProgress } from './scoring-progress.ts'

export interface FraudParts {
  /** To be in force from now on. */
  readonly table: SetTable
  /** Who charges waits for it; null: nobody does. */
  readonly scoring: ScoringProgress | null
}

export function fraud({ table, scoring }: FraudParts): Reactor {
  return reactor({
    name: 'fraud',
    handles: SCORED_TYPES,
    meaning: () => null,
    folds: (pool, checkpoint) => openFraudFolding(pool, checkpoint, scoring),
    async begins({ ask }) {
      await ask((read) => setTable(table, read))
    },
    async act({ detail, position }, { ask }) {
      try {
        const alert = alertOf(detail)
        await ask((read) => raiseAlert(alert, read))
        return SETTLED
      } finally {
        scoring?.raised(position)
      }
    },
    pace: { perSecond: 1_000, repeatsPerSecond: 1_000, atOnce: 50 },
    holdsBack: 'cause',
    gathers: false,
    actsOutside: false,
  })
}

/** As the folding wrote it. What it is instead goes into no message: it may name a customer. */
function alertOf(detail: DueCause['detail']): RaiseAlert {
  if (!isAlert(detail)) throw new Error('a cause of fraud is no alert: its row in log.due says what it is')
  return detail
}

function isAlert(detail: unknown): detail is RaiseAlert {
  const isText = (value: unknown) => typeof value === 'string'
  return (
    isObject(detail) &&
    [detail['alertId'], detail['orderId'], detail['customerId'], detail['table']].every(isText) &&
    [detail['attempt'], detail['score']].every(Number.isSafeInteger) &&
    Array.isArray(detail['reasons']) &&
    detail['reasons'].every(isReason) &&
    isObject(detail['amount']) &&
    isObject(detail['keys'])
  )
}

function isReason(reason: unknown): reason is FraudReason {
  return (
    isObject(reason) &&
    typeof reason['rule'] === 'string' &&
    typeof reason['text'] === 'string' &&
    [reason['points'], reason['value']].every(Number.isSafeInteger) &&
    (reason['regions'] === null || isObject(reason['regions']))
  )
}
