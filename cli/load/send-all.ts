/** Sends a stream of things with a bounded number under way, as fast as they are answered or at given moments. */
import { setTimeout as delay } from 'node:timers/promises'

/** Whether there is a point in sending more. */
export type Onward = 'go-on' | 'stop'

export interface Sending<T> {
  readonly source: AsyncIterable<T> | Iterable<T>
  /** How many may be under way at once. */
  readonly concurrency: number
  /** Sends one; `dueAt` is the moment from which it waits for its answer, on the clock of `now`. */
  readonly send: (item: T, dueAt: number) => Promise<Onward>
  /** Stops taking from the source; what is under way is finished. */
  readonly signal: AbortSignal
  /**
   * The moment (milliseconds from the start) at which to send the n-th thing, n from 0, ascending. Absent: as
   * soon as one before it is answered.
   */
  readonly schedule?: (index: number) => number
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number
}

/**
 * Resolves when the source is exhausted, or the signal has fired, or `send` said stop, and nothing is under way.
 * Rejects, after what is under way, when the source or `send` does: a thing that may fail is for `send` to count.
 *
 * With a schedule the load is open: a thing whose moment has come while all places were taken is sent late, and its
 * wait begins at its moment all the same, so a stall of the service is felt by everyone who came during it.
 */
export async function sendAll<T>({ source, concurrency, send, signal, schedule, now }: Sending<T>): Promise<void> {
  const clock = now ?? (() => performance.now())
  const items = iteratorOf(source)
  const start = clock()
  let index = 0
  let ended = false

  async function place(): Promise<void> {
    while (!signal.aborted && !ended) {
      const next = await items.next()
      if (next.done === true) return
      const dueAt = schedule === undefined ? clock() : start + schedule(index++)
      if (!(await reached(dueAt, clock, signal))) return
      if ((await send(next.value, dueAt)) === 'stop') ended = true
    }
  }

  const places = Array.from({ length: concurrency }, () =>
    place().catch((error: unknown) => {
      ended = true
      throw error
    }),
  )
  const ends = await Promise.allSettled(places)
  await items.return?.()
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

function iteratorOf<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
}

/** Waits for a moment; false when the signal fired first. Timers may fire a little early, hence the loop. */
async function reached(moment: number, clock: () => number, signal: AbortSignal): Promise<boolean> {
  for (let left = moment - clock(); left > 0; left = moment - clock()) {
    try {
      await delay(Math.ceil(left), undefined, { signal })
    } catch (error) {
      if (signal.aborted) return false
      throw error
    }
  }
  return !signal.aborted
}
