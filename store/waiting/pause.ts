/** Every way to wait: for a while, longer each time, for a condition, until told. */
import { setTimeout as after } from 'node:timers/promises'

/** Waits for this many milliseconds; false when `signal` ended the wait. */
export function pause(millis: number, signal: AbortSignal): Promise<boolean> {
  return after(millis, true, { signal }).catch(() => false)
}

export interface BackOff {
  readonly first: number
  readonly most: number
}

/** How long to wait after this many failures in a row before this one: twice as long each time. */
export function backOff(failures: number, { first, most }: BackOff): number {
  return Math.min(first * 2 ** failures, most)
}

/** Asks every `everyMs` until the condition holds (true) or `withinMs` have passed (false). Asks at least once. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { everyMs, withinMs }: { readonly everyMs: number; readonly withinMs: number },
): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() >= deadline) return false
    await after(everyMs)
  }
  return true
}

/** Resolves when `work` has ended or the time is over; rejects as `work` does. After the time it goes on unheard. */
export async function atMost(millis: number, work: Promise<unknown>): Promise<void> {
  const settled = new AbortController()
  await Promise.race([work, pause(millis, settled.signal)]).finally(() => settled.abort())
}

/** Resolves or rejects as `work` does; rejects at once when `signal` aborts: `work` goes on unheard. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Something changed: anyone who looks, then waits, misses nothing that was signalled in between. */
export class LatchedSignal {
  readonly #waiting = new Set<() => void>()
  #count = 0

  /** How often it was signalled: to be asked for before one looks. */
  get count(): number {
    return this.#count
  }

  wake(): void {
    this.#count += 1
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves when it was signalled since `count`, after this many milliseconds, or when `signal` aborts. */
  wait(millis: number, { count, signal }: { readonly count: number; readonly signal: AbortSignal }): Promise<void> {
    if (signal.aborted || count !== this.#count) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, millis)
      signal.addEventListener('abort', wake)
      this.#waiting.add(wake)
    })
  }
}
