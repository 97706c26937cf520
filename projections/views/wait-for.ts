/** Read your own write: waits until a view shows what a command has just written. */
import type { Position } from '../../store/commit/command.ts'
import type { Progress } from '../live/progress.ts'
import type { ViewReader } from './view-reader.ts'

const BOUND_MS = 5_000

/** A notice may be lost with its connection, so the checkpoint itself is looked at this often. */
const LOOK_MS = 500

export interface Wait {
  readonly projection: string
  readonly position: Position
  readonly reader: ViewReader
  readonly progress: Progress
  readonly signal: AbortSignal | undefined
}

/**
 * Resolves with true as soon as the projection's committed position is there, with false after 5 s or when `signal`
 * aborts. Rejects when the database cannot be asked.
 */
export async function waitFor({ projection, position, reader, progress, signal }: Wait): Promise<boolean> {
  const bound = AbortSignal.timeout(BOUND_MS)
  const end = signal === undefined ? bound : AbortSignal.any([bound, signal])
  const generation = await reader.generation()
  while (progress.position(projection, generation) < position && (await reader.position()) < position) {
    if (end.aborted) return false
    await progress.heard({ projection, generation, position }, LOOK_MS, end)
  }
  return true
}
