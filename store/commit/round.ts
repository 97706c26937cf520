/** Commands that are committed together, and what becomes of each. */
import { fail, settle, type Job } from './command-queue.ts'
import type { Execution, Position } from './command.ts'
import type { DecidedBatch, DecidedCommand } from './decide-batch.ts'

/** A batch that is decided: `jobs[i]` belongs to `decided[i]`. */
export interface Batch extends DecidedBatch {
  readonly jobs: readonly Job[]
  /** By the monotonic clock. */
  readonly decidedAt: number
}

/** Commands that are still to be committed together. */
export interface Round {
  readonly jobs: readonly Job[]
  /** Sent, the connection lost: perhaps appended. At most one of them was, since all expected the same head. */
  readonly doubts: readonly Batch[]
  readonly attempt: number
}

/** `base`: the position behind which the batch was appended. */
export function answer(batch: Batch, base: Position): void {
  batch.jobs.forEach((job, index) => {
    const decided = batch.decided[index]
    if (decided === undefined || decided.outcome === 'failed') fail(job, decided?.error)
    else settle(job, executionOf(decided, base + decided.offset))
  })
}

function executionOf({ decision, answer, streams }: DecidedCommand, position: Position): Execution {
  const events = decision.events.length
  return decision.outcome === 'accepted'
    ? { outcome: 'accepted', answer, position, streams, events }
    : { outcome: 'refused', refusal: decision.refusal, answer, position, streams, events }
}

/** In two halves, the last one first. One command alone is tried again with everything looked up, and then fails. */
export function divided({ jobs, doubts, attempt }: Round, error: unknown): readonly Round[] {
  const [only] = jobs
  if (jobs.length === 1 && only !== undefined) {
    if (only.lookUpCreated) fail(only, error)
    only.lookUpCreated = true
    return [{ jobs, doubts, attempt: attempt + 1 }]
  }
  const middle = Math.ceil(jobs.length / 2)
  return [jobs.slice(middle), jobs.slice(0, middle)].map((half) => ({ jobs: half, doubts, attempt: 0 }))
}

export function unsettled(jobs: readonly Job[]): readonly Job[] {
  return jobs.filter((job) => !job.settled)
}

export function writesNothing({ events, keyed }: Batch): boolean {
  return events.length + keyed.length === 0
}

export function isInDoubt(job: Job, { doubts }: Round): boolean {
  return doubts.some((doubt) => doubt.jobs.includes(job))
}
