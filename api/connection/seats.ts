/** Places for requests that wait: a bounded number, and of it no more than a quarter for one of several who ask. */
import { ProblemError } from '../http/problem-document.ts'

/** Of one principal among others. */
const SHARE = 4

export class Seats {
  readonly #most: number
  readonly #taken = new Map<string | null, number>()
  #all = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Gives the place back when it is called. `principal`: null where nobody has a name. Throws `overloaded` when all are taken. */
  take(principal: string | null): () => void {
    const own = this.#taken.get(principal) ?? 0
    if (this.#all >= this.#most || (principal !== null && own >= this.#most / SHARE)) {
      throw new ProblemError({ code: 'overloaded', detail: 'too many requests are waiting already' })
    }
    this.#all += 1
    this.#taken.set(principal, own + 1)
    let given = false
    return () => {
      if (given) return
      given = true
      this.#all -= 1
      const left = (this.#taken.get(principal) ?? 1) - 1
      if (left === 0) this.#taken.delete(principal)
      else this.#taken.set(principal, left)
    }
  }
}
