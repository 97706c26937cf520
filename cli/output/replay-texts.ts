/** Replays and projections as a terminal shows them. */
import type { ResumedProjection } from '../client/replay-client.ts'
import type { Projection, Replay } from '../../dashboard/api-shapes.ts'
import { table } from './output.ts'

export function replaysText(replays: readonly Replay[]): string {
  if (replays.length === 0)
    return 'no replays yet; orderledger replay sales --check compares one projection with the log'
  const rows = replays.map((replay) => [
    replay.replayId,
    replay.projection,
    replay.check ? `${replay.state} (check)` : replay.state,
    replay.position,
    replay.target,
    replay.eventsPerSecond,
    replay.etaSeconds === null ? '' : `${String(replay.etaSeconds)} s`,
    replay.rows,
    replay.differences === null ? '' : String(replay.differences.count),
  ])
  return table(['replay', 'projection', 'state', 'position', 'target', 'events/s', 'left', 'rows', 'differences'], rows)
}

/** The table, and beneath it what a person needs to judge: samples, failures, what to type next. */
export function outcomeText(replays: readonly Replay[]): string {
  return [replaysText(replays), ...replays.flatMap(remarks)].join('\n')
}

function remarks({ projection, state, differences, failure }: Replay): readonly string[] {
  const lines: string[] = []
  if (failure !== null)
    lines.push(`${projection}: ${failure.code} at position ${String(failure.position)}: ${failure.message}`)
  for (const { table: name, key, kind, columns } of differences?.samples ?? []) {
    const changes = columns.map(({ column, live, rebuilt }) => `${column} ${String(live)} -> ${String(rebuilt)}`)
    lines.push(`${name} ${key}: ${kind}${kind === 'different' ? `: ${changes.join(', ')}` : ''}`)
  }
  if (state === 'refused') {
    lines.push(`${projection} is unchanged. Next: orderledger replay ${projection} --accept-differences`)
  }
  if (state === 'checked' && differences !== null && differences.count > 0) {
    lines.push(`${projection} differs from the log. Next: orderledger replay ${projection} --accept-differences`)
  }
  return lines
}

export function projectionsText(projections: readonly Projection[]): string {
  const rows = projections.map((projection) => [
    projection.name,
    projection.state,
    projection.position,
    projection.lagEvents,
    `${projection.lagSeconds.toFixed(1)} s`,
    projection.eventsPerSecond,
    projection.rows,
    projection.lastCheck === null
      ? 'never'
      : `${projection.lastCheck.checkedAt.slice(0, 19)}Z, ${String(projection.lastCheck.differences)} differ`,
    projection.lastError === null ? '' : `${projection.lastError.code} at ${String(projection.lastError.position)}`,
  ])
  return table(
    ['projection', 'state', 'position', 'behind', 'behind for', 'events/s', 'rows', 'compared', 'error'],
    rows,
  )
}

/** The table, and what became of each. */
export function resumedText(projections: readonly ResumedProjection[]): string {
  const lines = projections.map(({ name, outcome, position, lagEvents, lastError }) => {
    if (outcome === 'failed')
      return `${name} failed again at position ${String(lastError?.position)}: ${lastError?.message ?? ''}`
    if (outcome === 'waiting') return `${name} has shown nothing yet: does a process with the role projector run?`
    return lagEvents === 0 ? `${name} shows everything` : `${name} goes on, at position ${String(position)}`
  })
  return [projectionsText(projections), ...lines].join('\n')
}
