/**
 * Checks of the alerts about fraud (law 11), over a log in its order, whatever wrote it: the attempts to pay are scored
 * again, by the tables that the log names, with the code of the reactor. Each alert must be one that this gives, once and with
 * the same points (the words for them may change with a release, and an alert of before version 2 names no regions); each that it gives must be there, up to where the reactor has read and but for those that it still has to
 * raise. A review is of an alert, once.
 *
 * Histories are kept in memory, a few hundred bytes a customer.
 */
import type { RaiseAlert } from '../../domain/payments/fraud.ts'
import { isScored, LogScorer } from '../../insights/fraud/log-scorer.ts'
import type { History } from '../../insights/fraud/history.ts'
import type { DomainEvent, FraudAlertRaised, FraudReviewed } from '../../schemas/events.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { canonicalJson } from '../canonical-json.ts'
import { tally, type Check } from '../tally.ts'

export interface FraudReading {
  /** Of the reactor; 0: it has read nothing. */
  readonly checkpoint: number
  /** Ids of alerts that it has read of and still has to raise. */
  readonly waiting: ReadonlySet<string>
}

export interface SeenEvent {
  readonly position: number
  readonly stream: string
  readonly id: string
  readonly recordedAt: number
}

export interface FraudAudit {
  /** The next event. Those that cannot be decoded are left out, and are then missed where they belong. */
  see(seen: SeenEvent, event: DomainEvent): void
  /** After the last event: `fraud-alerts`. */
  finish(): Check
}

interface Expected {
  readonly position: number
  readonly content: string
  readonly regions: readonly string[]
  raised: boolean
}

/** Read before the head that is verified: what the reactor had to raise by then lies at or before it. */
export function auditFraud({ checkpoint, waiting }: FraudReading): FraudAudit {
  const alerts = tally(11, 'fraud-alerts')
  const scorer = new LogScorer(new Map<string, History>())
  const expected = new Map<string, Expected>()
  const verdicts = new Map<string, string>()
  /** Why nothing can be scored from here on; null: all can. */
  let blind: string | null = null

  function score({ position, id, recordedAt }: SeenEvent, event: DomainEvent): void {
    if (!isScored(event) || blind !== null) return
    try {
      const alert = scorer.see(event, { id, recordedAt })
      if (alert !== null)
        expected.set(id, { position, content: contentOf(alert), regions: regionsOf(alert), raised: false })
    } catch (error) {
      blind = error instanceof Error ? error.message : String(error)
      alerts.breach(`position ${String(position)}: ${blind}`, position)
    }
  }

  function raised({ position, stream }: SeenEvent, { type: _, ...alert }: FraudAlertRaised): void {
    alerts.count()
    const fault = alertFault(alert, stream)
    if (fault !== null) alerts.breach(`position ${String(position)}, ${stream}: ${fault}`, position)
  }

  function alertFault(alert: RaiseAlert, stream: string): string | null {
    const known = expected.get(alert.alertId)
    if (known === undefined) return blind === null ? `nothing raises the alert ${alert.alertId}` : null
    if (known.raised) return `the alert ${alert.alertId} is raised a second time`
    known.raised = true
    if (stream !== `fraud-${alert.orderId}`) return `its alert is about order ${alert.orderId}`
    const regions = regionsOf(alert)
    const isSame = known.content === contentOf(alert) && known.regions.every((one, at) => saysRegions(regions[at], one))
    return isSame ? null : `the alert ${alert.alertId} says other than is worked out`
  }

  function reviewed({ position, stream }: SeenEvent, { alertId, verdict }: FraudReviewed): void {
    alerts.count()
    const fault = verdicts.has(alertId)
      ? `the alert ${alertId} is reviewed a second time`
      : expected.get(alertId)?.raised !== true && blind === null
        ? `no alert ${alertId} was raised before its review`
        : null
    verdicts.set(alertId, verdict)
    if (fault !== null) alerts.breach(`position ${String(position)}, ${stream}: ${fault}`, position)
  }

  return {
    see(seen, event) {
      if (event.type === 'FraudAlertRaised') raised(seen, event)
      else if (event.type === 'FraudReviewed') reviewed(seen, event)
      else score(seen, event)
    },
    finish() {
      for (const [alertId, { position, raised: isThere }] of expected) {
        if (isThere || position > checkpoint || waiting.has(alertId)) continue
        alerts.breach(`position ${String(position)}: the alert ${alertId} that it causes was never raised`, position)
      }
      return alerts.check()
    },
  }
}

function contentOf({ reasons, ...alert }: RaiseAlert): string {
  return canonicalJson({ ...alert, reasons: reasons.map(({ text: _, regions: __, ...points }) => points) })
}

/** Of each reason. */
function regionsOf({ reasons }: RaiseAlert): readonly string[] {
  return reasons.map(({ regions }) => canonicalJson(regions))
}

/** Alerts of version 1 name none. */
function saysRegions(said: string | undefined, worked: string): boolean {
  return said === worked || said === canonicalJson(null)
}

/** What the reactor has read and has still to raise, in one snapshot. */
export async function readFraudReading(pool: Pool): Promise<FraudReading> {
  const { rows } = await pool.query<{ checkpoint: string; waiting: readonly string[] }>(
    `select coalesce((select position from log.checkpoints where reader = 'reactor fraud'), 0) as checkpoint,
      array(select cause::text from log.due where reactor = 'fraud') as waiting`,
  )
  const { checkpoint = '0', waiting = [] } = rows[0] ?? {}
  return { checkpoint: Number(checkpoint), waiting: new Set(waiting) }
}
