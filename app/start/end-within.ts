/** The last resort of a stop: ends this process although it can do nothing any more, not even look at the time. */
import { Worker } from 'node:worker_threads'

/** Beyond the deadline of the stop, which ends the process by itself where it can. */
const BEYOND_MS = 2_000

/**
 * A thread of its own, since what holds up the process holds up its timers: a file system that does not answer, a terminal
 * that does not scroll.
 */
export function endWithin(millis: number): void {
  const program = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${String(millis + BEYOND_MS)})`
  new Worker(program, { eval: true, execArgv: [] }).unref()
}
