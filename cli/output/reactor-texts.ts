/** Reactors as a terminal shows them. */
import type { Reactor } from '../../dashboard/api-shapes.ts'
import { table } from './output.ts'

/** The table, and beneath it what stands in the way. */
export function reactorsText(reactors: readonly Reactor[]): string {
  const rows = reactors.map(
    ({ name, state, position, lagEvents, lagSeconds, due, overdue, parkedCount, lastError }) => [
      name,
      state,
      position,
      lagEvents,
      `${lagSeconds.toFixed(1)} s`,
      due,
      overdue,
      parkedCount,
      lastError === null ? '' : `${lastError.code} at ${String(lastError.position)}`,
    ],
  )
  const headings = ['reactor', 'state', 'position', 'behind', 'behind for', 'due', 'overdue', 'parked', 'error']
  return [table(headings, rows), ...reactors.flatMap(remarks)].join('\n')
}

function remarks({ name, state, overdue, paused, outage, parked, parkedCount, lastError }: Reactor): readonly string[] {
  const lines = parked.map(
    ({ stream, position, reason }) => `${name}: ${stream} (position ${String(position)}) is parked: ${reason}`,
  )
  const more = parkedCount - parked.length
  if (more > 0) lines.push(`${name}: ${String(more)} more are parked`)
  if (state === 'failed' && lastError !== null) {
    lines.push(`${name} stopped at position ${String(lastError.position)}: ${lastError.message}`)
  }
  if (outage !== null) lines.push(`${name} has waited since ${outage.since}: ${outage.reason}`)
  if (paused !== null) {
    lines.push(
      `${name} has been paused since ${paused.since}: ${paused.reason}. Next: orderledger reactors resume ${name}`,
    )
  }
  if (state === 'failed' || parkedCount > 0) lines.push(`Next: orderledger reactors retry ${name}`)
  if (state === 'unserved' && overdue > 0) {
    lines.push(`${name}: no process runs it. Next: start one with ROLES=reactor, or with all roles`)
  }
  return lines
}
