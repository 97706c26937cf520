/** Things to be done at moments of which each may add others: handed out in the order of their moments, as these come. */
import { setTimeout as delay } from 'node:timers/promises'

interface Entry<T> {
  readonly at: number
  readonly item: T
}

export interface AgendaOptions<T> {
  /** What to do in any case, in the order of its moments (milliseconds of the clock). Read as it comes up. */
  readonly first: Iterator<Entry<T>>
  /** Ends all waiting. */
  readonly signal: AbortSignal
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

export class Agenda<T> {
  readonly #first: AgendaOptions<T>['first']
  readonly #signal: AbortSignal
  readonly #now: () => number
  /** The earliest stands last. */
  readonly #added: Entry<T>[] = []
  #next: Entry<T> | null
  #underWay = 0
  #changed = new AbortController()

  constructor({ first, signal, now }: AgendaOptions<T>) {
    this.#first = first
    this.#signal = signal
    this.#now = now
    this.#next = this.#pull()
  }

  add(at: number, item: T): void {
    let [low, high] = [0, this.#added.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#added[middle]?.at ?? 0) > at) low = middle + 1
      else high = middle
    }
    this.#added.splice(low, 0, { at, item })
    this.#changed.abort()
  }

  /** What was handed out is done, and adds nothing any more. */
  done(): void {
    this.#underWay -= 1
    this.#changed.abort()
  }

  /** Ends when nothing is left and everything is done, or with the signal. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Entry<T>, void, undefined> {
    while (!this.#signal.aborted) {
      this.#changed = new AbortController()
      const earliest = this.#earliest()
      if (earliest === null && this.#underWay === 0) return
      const wait = earliest === null ? null : earliest.at - this.#now()
      if (earliest !== null && wait !== null && wait <= 0) {
        this.#take(earliest)
        this.#underWay += 1
        yield earliest
      } else await this.#wait(wait)
    }
  }

  #earliest(): Entry<T> | null {
    const added = this.#added.at(-1) ?? null
    if (added === null || this.#next === null) return added ?? this.#next
    return added.at <= this.#next.at ? added : this.#next
  }

  #take(entry: Entry<T>): void {
    if (entry === this.#next) this.#next = this.#pull()
    else this.#added.pop()
  }

  #pull(): Entry<T> | null {
    const { done = false, value } = this.#first.next()
    return done ? null : (value as Entry<T>)
  }

  /** Null: until something changes. */
  async #wait(millis: number | null): Promise<void> {
    const signal = AbortSignal.any([this.#signal, this.#changed.signal])
    const longest = 2 ** 31 - 1
    await delay(Math.min(Math.ceil(millis ?? longest), longest), undefined, { signal }).catch(() => undefined)
  }
}
