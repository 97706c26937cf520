/** Waiting for what passes by itself: the store that is away, a broker that is restarted. */
import { verdictOf } from '../../store/postgres/sqlstate.ts'
import { backOff, pause } from '../../store/waiting/pause.ts'

/** What was begun has to be left to another process: the partition is no longer ours, or this process stops. */
export class HandedOver extends Error {
  readonly code = 'handed-over'
  readonly retriable = true

  constructor() {
    super('the partition was handed over while its records were being handled')
    this.name = 'HandedOver'
  }
}

export interface Patience {
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** Whether an error passes by itself; any other one is thrown. */
  readonly passes: (error: unknown) => boolean
  readonly onWait: (error: unknown, attempt: number) => void
}

const BACK_OFF_MS = { first: 100, most: 2_000 }

/** Tries until it works. Throws HandedOver when the signal comes first. */
export async function insist<Result>(work: () => Promise<Result>, patience: Patience): Promise<Result> {
  const { signal, passes, onWait } = patience
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) throw new HandedOver()
    try {
      return await work()
    } catch (error) {
      if (!passes(error)) throw error
      onWait(error, attempt)
    }
    await pause(backOff(attempt - 1, BACK_OFF_MS), signal)
  }
}

/** Of our own statements, which no record can make wrong: only a fault of the program is none. */
export function isOutage(error: unknown): boolean {
  return verdictOf(error, 'reading') !== 'refused'
}
