/** Reactors as a terminal shows them. */
import type { Reactor } from '../../dashboard/api-shapes.ts'
import { table } from './output.ts'

/** The table, and beneath it what stands in the way. */
export function reactorsText(reactors: readonly Reactor[]): string {
  const rows = reactors.map(({ name, state, position, lagEvents, lagSeconds, due, overdue, parked, lastError }) => [
    name,
    state,
    position,
    lagEvents,
    `${lagSeconds.toFixed(1)} s`,
    due,
    overdue,
    parked,
    lastError === null ? '' : `${lastError.code} at ${String(lastError.position)}`,
  ])
  const headings = ['reactor', 'state', 'position', 'behind', 'behind for', 'due', 'overdue', 'parked', 'error']
  return [table(headings, rows), ...reactors.flatMap(remarks)].join('\n')
}

function remarks({ name, state, overdue, parked, parkedCauses, lastError }: Reactor): readonly string[] {
  const lines = parkedCauses.map(
    ({ stream, position, message }) => `${name}: ${stream} (position ${String(position)}) is parked: ${message}`,
  )
  const more = parked - parkedCauses.length
  if (more > 0) lines.push(`${name}: ${String(more)} more are parked`)
  if (state === 'failed' && lastError !== null) {
    lines.push(`${name} stopped at position ${String(lastError.position)}: ${lastError.message}`)
  }
  if (state === 'failed' || parked > 0) lines.push(`Next: orderledger reactors retry ${name}`)
  if (state === 'unserved' && overdue > 0) {
    lines.push(`${name}: no process runs it. Next: start one with ROLES=reactor, or with all roles`)
  }
  return lines
}
