/**
 * The checkpoints of projections that stand at one position: locked together before a batch is written, and moved together
 * with it.
 */
import type { Position } from '../../store/commit/command.ts'
import { int4Array, textArray } from '../../store/postgres/binary-array.ts'
import type { Statement, TextRow } from '../../store/postgres/flight.ts'
import type { Checkpoint } from '../generations.ts'
import type { Projection } from '../projection.ts'
import { progressNotice } from './progress.ts'

/** Where a projection's checkpoint is to go. */
export interface BatchEnd {
  readonly position: Position
  /** Milliseconds since 1970, of the event at `position`. */
  readonly recordedAt: number
}

/** Somebody else moved the checkpoint: a worker that began from it no longer knows what stands in the rows. */
export class CheckpointMoved extends Error {
  readonly code = 'checkpoint-moved'
  readonly retriable = false

  constructor(projection: string, expected: Position, found: Position | null) {
    super(`the checkpoint of ${projection} is at ${String(found)}, not at ${String(expected)}`)
    this.name = 'CheckpointMoved'
  }
}

/** It was paused: nothing is written from then on. */
export class ProjectionPaused extends Error {
  readonly code = 'projection-paused'
  readonly retriable = true

  constructor(projection: string) {
    super(`${projection} is paused`)
    this.name = 'ProjectionPaused'
  }
}

/** These are paused or dual-written, so that each of them is written by itself: nothing was written. */
export class NotTogether extends Error {
  readonly code = 'not-together'
  readonly retriable = true
  readonly projections: readonly string[]

  constructor(projections: readonly string[]) {
    super(`${projections.join(', ')} cannot be written together with others`)
    this.name = 'NotTogether'
    this.projections = projections
  }
}

/** A projection whose rows stand at a checkpoint. */
export interface At {
  readonly projection: Projection
  readonly checkpoint: Checkpoint
}

export interface LockedCheckpoint {
  readonly position: Position
  readonly paused: boolean
  readonly second: number | null
}

/**
 * The comparison of the compare-and-set: the locks hold until the checkpoints are set. Anyone who pauses a projection waits
 * for a batch under way, and sees none behind it.
 */
export function lockStatement(at: readonly At[]): Statement {
  return {
    name: 'lock-checkpoints',
    text: `select c.projection, c.position, p.paused, p.riding_generation
      from unnest($1::text[], $2::int[], $3::int[]) as expected (projection, generation, version)
      join views.checkpoints c using (projection, generation, version)
      join views.projections p on p.name = c.projection and p.live_generation = c.generation
      order by c.projection
      for update of c for share of p`,
    values: [
      textArray(at.map(({ projection }) => projection.name)),
      int4Array(at.map(({ checkpoint }) => checkpoint.generation)),
      int4Array(at.map(({ checkpoint }) => checkpoint.version)),
    ],
  }
}

/** Its answer, by name, with those that are live in the generation expected. */
export function lockedCheckpoints(rows: readonly TextRow[]): ReadonlyMap<string, LockedCheckpoint> {
  return new Map(
    rows.map(([name = '', position = '', paused = '', second = null]) => [
      name ?? '',
      { position: Number(position), paused: paused === 't', second: second === null ? null : Number(second) },
    ]),
  )
}

/** Throws what stands against writing them together; else the generation to dual-write of each. */
export function secondGenerations(
  at: readonly At[],
  locked: ReadonlyMap<string, LockedCheckpoint>,
): readonly (number | null)[] {
  const found = at.map(({ projection, checkpoint }) => {
    const present = locked.get(projection.name)
    if (present?.position === checkpoint.position) return { name: projection.name, ...present }
    throw new CheckpointMoved(projection.name, checkpoint.position, present?.position ?? null)
  })
  const apart = found.filter(({ paused, second }) => paused || second !== null)
  const [first] = apart
  if (first !== undefined && at.length > 1) throw new NotTogether(apart.map(({ name }) => name))
  if (first?.paused === true) throw new ProjectionPaused(first.name)
  return found.map(({ second }) => second)
}

/** And notifies all who wait for rows, once for all of them. */
export function moveStatement(moved: readonly At[], { position, recordedAt }: BatchEnd): Statement {
  const names = moved.map(({ projection }) => projection.name)
  const generations = moved.map(({ checkpoint }) => checkpoint.generation)
  return {
    name: 'move-checkpoints',
    text: `with moved as (
        update views.checkpoints c
        set position = $1, recorded_at = to_timestamp($2::float8 / 1000), row_counts = w.row_counts::jsonb
        from unnest($3::text[], $4::int[], $5::text[]) as w (projection, generation, row_counts)
        where c.projection = w.projection and c.generation = w.generation)
      select pg_notify('views', $6)`,
    values: [
      ...[String(position), String(recordedAt), textArray(names), int4Array(generations)],
      textArray(moved.map(({ checkpoint }) => JSON.stringify(checkpoint.rowCounts))),
      progressNotice(position, names, generations),
    ],
  }
}
