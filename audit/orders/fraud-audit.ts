/**
 * Checks of the alerts about fraud (law 11), over a log in its order, whatever wrote it: the attempts to pay are scored
 * again, by the tables that the log names, with the code of the reactor. Each alert must be one that this gives, once and with
 * the same points (the words for them may change with a release, and an alert of before version 2 names no regions); each that
 * it gives must be there, up to where the reactor has read and except those that it still has to raise. A review is of an
 * alert, once.
 *
 * However many customers there are, the memory is that of one part of them. What five minutes count is worked out as the
 * events come; each is then spilled with its counts by customer, to be judged at the end by what that customer has paid
 * before; and what comes of that is spilled by alert, beside what the log says of it.
 */
import type { RaiseAlert } from '../../domain/payments/fraud.ts'
import type { Counts } from '../../insights/fraud/features.ts'
import type { History } from '../../insights/fraud/history.ts'
import { alertOf, isScored, tableOf } from '../../insights/fraud/log-scorer.ts'
import { factOf, type FactEvent } from '../../insights/fraud/payment-facts.ts'
import { Counter, Judge } from '../../insights/fraud/scorer.ts'
import type { FraudTable } from '../../insights/fraud/table.ts'
import type { DomainEvent, FraudAlertRaised, FraudReviewed } from '../../schemas/events.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { canonicalJson } from '../canonical-json.ts'
import type { Spill } from '../spill/spill-file.ts'
import { LINE_PARTS, SpilledLines } from '../spill/spilled-lines.ts'
import { tally, type Check, type Tally } from '../tally.ts'

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
  /** The next event. Those that cannot be decoded are left out, and are then missed where they belong. Throws a SpillError. */
  see(seen: SeenEvent, event: DomainEvent): void
  /** After the last event: `fraud-alerts`. Throws a SpillError. */
  finish(): Check
}

/** An event of an attempt to pay, with what was counted as it came. */
interface CountedLine extends Omit<SeenEvent, 'stream'> {
  readonly event: FactEvent
  /** Null: it is not scored. */
  readonly counts: Counts | null
  /** Which of the tables was in force; -1: none. */
  readonly table: number
}

/** What is said of an alert: by working it out, or by the log. */
type AlertLine =
  | { readonly position: number; readonly worked: RaiseAlert }
  | { readonly position: number; readonly stream: string; readonly told: FraudAlertRaised | FraudReviewed }

/** `reading` is read before the head that is verified: what the reactor had to raise by then lies at or before it. */
export function auditFraud(reading: FraudReading, spill: Spill): FraudAudit {
  const alerts = tally(11, 'fraud-alerts')
  const counter = new Counter()
  const tables: FraudTable[] = []
  const counted = new SpilledLines<CountedLine>(spill)
  const said = new SpilledLines<AlertLine>(spill)
  /** Nothing can be scored from here on. */
  let blindFrom = Infinity

  function count({ position, id, recordedAt }: SeenEvent, event: FactEvent): void {
    const counts = counter.see(factOf(event, recordedAt))
    counted.add(event.customerId, { position, id, recordedAt, event, counts, table: tables.length - 1 })
  }

  function setTable({ position }: SeenEvent, event: Parameters<typeof tableOf>[0]): void {
    try {
      const table = tableOf(event)
      tables.push(table)
      counter.setTable(table)
    } catch (error) {
      blindFrom = position
      const why = error instanceof Error ? error.message : String(error)
      alerts.breach(`position ${String(position)}: ${why}`, position)
    }
  }

  /** Works out the alerts of the customers of a part. */
  function judge(part: number): void {
    const judging = new Judge(new Map<string, History>())
    for (const { position, id, recordedAt, event, counts, table: index } of counted.take(part)) {
      const table = tables[index] ?? null
      const by = counts === null || table === null ? null : { counts, table }
      const scored = judging.see(factOf(event, recordedAt), by)
      const worked = alertOf(event, { id, scored, table })
      if (worked !== null) said.add(worked.alertId, { position, worked })
    }
  }

  return {
    see(seen, event) {
      const { position, stream } = seen
      if (event.type === 'FraudAlertRaised' || event.type === 'FraudReviewed') {
        alerts.count()
        said.add(event.alertId, { position, stream, told: event })
      } else if (isScored(event) && blindFrom === Infinity) {
        if (event.type === 'FraudTableSet') setTable(seen, event)
        else count(seen, event)
      }
    },
    finish() {
      for (let part = 0; part < LINE_PARTS; part++) judge(part)
      for (let part = 0; part < LINE_PARTS; part++) compare([...said.take(part)], { alerts, reading, blindFrom })
      return alerts.check()
    },
  }
}

interface Comparing {
  readonly alerts: Tally
  readonly reading: FraudReading
  readonly blindFrom: number
}

/** Holds what the log says of some alerts to what was worked out for them. */
function compare(lines: readonly AlertLine[], { alerts, reading, blindFrom }: Comparing): void {
  const worked = new Map(lines.flatMap((line) => ('worked' in line ? [[line.worked.alertId, line]] : [])))
  const raised = new Set<string>()
  const reviewed = new Set<string>()

  function alertFault(position: number, stream: string, { type: _, ...alert }: FraudAlertRaised): string | null {
    const known = worked.get(alert.alertId)
    if (known === undefined || known.position > position)
      return position < blindFrom ? `nothing raises the alert ${alert.alertId}` : null
    if (raised.has(alert.alertId)) return `the alert ${alert.alertId} is raised a second time`
    raised.add(alert.alertId)
    if (stream !== `fraud-${alert.orderId}`) return `its alert is about order ${alert.orderId}`
    return saysTheSame(alert, known.worked) ? null : `the alert ${alert.alertId} says other than is worked out`
  }

  function reviewFault(position: number, { alertId }: FraudReviewed): string | null {
    const isSecond = reviewed.has(alertId)
    reviewed.add(alertId)
    if (isSecond) return `the alert ${alertId} is reviewed a second time`
    return raised.has(alertId) || position > blindFrom ? null : `no alert ${alertId} was raised before its review`
  }

  for (const line of lines) {
    if ('worked' in line) continue
    const { position, stream, told } = line
    const fault = told.type === 'FraudReviewed' ? reviewFault(position, told) : alertFault(position, stream, told)
    if (fault !== null) alerts.breach(`position ${String(position)}, ${stream}: ${fault}`, position)
  }
  for (const [alertId, { position }] of worked) {
    if (raised.has(alertId) || position > reading.checkpoint || reading.waiting.has(alertId)) continue
    alerts.breach(`position ${String(position)}: the alert ${alertId} that it causes was never raised`, position)
  }
}

function saysTheSame(alert: RaiseAlert, worked: RaiseAlert): boolean {
  const isSaid = worked.reasons.every(({ regions }, index) => {
    const said = alert.reasons[index]?.regions ?? null
    return said === null || canonicalJson(said) === canonicalJson(regions)
  })
  return isSaid && contentOf(alert) === contentOf(worked)
}

function contentOf({ reasons, ...alert }: RaiseAlert): string {
  return canonicalJson({ ...alert, reasons: reasons.map(({ text: _, regions: __, ...points }) => points) })
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
