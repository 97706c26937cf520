/** Ctrl-C on a long work: the first one asks it to end well, the second one ends it. */
import { setMaxListeners } from 'node:events'

export interface Interruption {
  readonly signal: AbortSignal
  /** Gives the signals back to those who handled them before. */
  release(): void
}

// What a shell reports for a process ended by Ctrl-C.
const INTERRUPTED = 130

/** Watches SIGINT and SIGTERM; `announce` is called at the first one. */
export function watchInterruption(announce: () => void): Interruption {
  const controller = new AbortController()
  // Each request that waits for its moment listens; hundreds of them are no leak.
  setMaxListeners(0, controller.signal)
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    controller.abort()
    announce()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
    },
  }
}
