/** A value that takes long to work out, kept and worked out again when it is asked for and old. */
import { pause } from '../store/waiting/pause.ts'

export interface RefreshedParts<Value> {
  readonly read: (before: Value | null) => Promise<Value>
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  /** Older, it is read again beside the answers. */
  readonly freshMs: number
  /** Older, it is waited for; absent: never. */
  readonly oldestMs?: number
}

/**
 * empty --asked--> reading --> fresh --time--> old --asked--> answered at once, and read again beside it
 *
 * While nothing was read yet, and where it is too old, every caller waits. Reading is under way once, however many ask.
 */
export class Refreshed<Value> {
  readonly #parts: RefreshedParts<Value>
  #known: { readonly value: Value; readonly at: number } | null = null
  #reading: Promise<Value> | null = null

  constructor(parts: RefreshedParts<Value>) {
    this.#parts = parts
  }

  /**
   * `serves`: whether a value that is known may be answered with, whatever its age; if not, the next reading is waited for,
   * and given as it is. Rejects as reading does, where it has to be waited for.
   */
  async value(serves: (value: Value) => boolean = () => true): Promise<Value> {
    const { monotonic, freshMs, oldestMs = Infinity } = this.#parts
    const known = this.#known
    const age = known === null || !serves(known.value) ? Infinity : monotonic() - known.at
    if (known !== null && age < freshMs) return known.value
    const joined = this.#reading !== null
    const reading = this.#once()
    if (known === null || age === Infinity || age >= oldestMs) {
      const value = await reading
      // One that was under way may have begun too early.
      return joined && !serves(value) ? this.#once() : value
    }
    reading.catch(() => undefined) // it is tried again with the next question
    return known.value
  }

  #once(): Promise<Value> {
    return (this.#reading ??= this.#read().finally(() => (this.#reading = null)))
  }

  async #read(): Promise<Value> {
    // What is read is at least as new as its beginning.
    const at = this.#parts.monotonic()
    const value = await this.#parts.read(this.#known?.value ?? null)
    this.#known = { value, at }
    return value
  }
}

/** What nobody waits long for: `otherwise` where it takes over this many milliseconds, or rejects. */
export async function within<Value>(millis: number, value: Promise<Value>, otherwise: Value): Promise<Value> {
  const waiting = new AbortController()
  const late = pause(millis, waiting.signal).then(() => otherwise)
  return Promise.race([value.catch(() => otherwise), late]).finally(() => waiting.abort())
}

/** Working on something long for at most this many milliseconds; then requests that wait in this process get their turn. */
const SLICE_MS = 10

/** Gives others a turn where a slice of time is over. */
export function inSlices(monotonic: () => number, turn: () => Promise<unknown>): () => Promise<void> {
  let from = monotonic()
  return async () => {
    if (monotonic() - from < SLICE_MS) return
    await turn()
    from = monotonic()
  }
}
