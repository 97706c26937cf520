/**
 * Requests take turns for what only few can use at once: the connections of a pool, the brokers. Those who wait are bounded,
 * each principal has a queue of its own, and the queues are served in turn; a principal alone may have all turns.
 */
import { ProblemError } from '../http/problem-document.ts'
import { Seats } from './seats.ts'

type Begin = () => void

export class Turns {
  readonly #seats: Seats
  #free: number
  /** The queue that was served last is the last one. Null: of those who have no name. */
  readonly #queues = new Map<string | null, Set<Begin>>()

  constructor({ atOnce, mostWaiting }: { readonly atOnce: number; readonly mostWaiting: number }) {
    this.#free = atOnce
    this.#seats = new Seats(mostWaiting)
  }

  /** Resolves with what ends the turn. Rejects with `overloaded` when too many wait, and when the signal of `gone` aborts first. */
  async take(principal: string | null, gone: () => AbortSignal): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1
    else await this.#wait(principal, gone())
    return () => this.#passOn()
  }

  async #wait(principal: string | null, gone: AbortSignal): Promise<void> {
    const giveBack = this.#seats.take(principal)
    const queue = this.#queues.get(principal) ?? new Set()
    this.#queues.set(principal, queue)
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        queue.delete(begin)
        if (queue.size === 0) this.#queues.delete(principal)
        reject(new ProblemError({ code: 'overloaded', detail: 'the client is gone' }))
      }
      const begin = (): void => {
        gone.removeEventListener('abort', leave)
        resolve()
      }
      queue.add(begin)
      if (gone.aborted) leave()
      else gone.addEventListener('abort', leave)
    }).finally(giveBack)
  }

  #passOn(): void {
    const [next] = this.#queues
    if (next === undefined) {
      this.#free += 1
      return
    }
    const [principal, queue] = next
    const [begin] = queue
    this.#queues.delete(principal)
    if (begin !== undefined) queue.delete(begin)
    if (queue.size > 0) this.#queues.set(principal, queue)
    begin?.()
  }
}
