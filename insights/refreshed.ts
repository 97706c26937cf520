/** A value that takes long to work out, kept and worked out again when it is asked for and old. */

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
 * While nothing was read yet, and where it is too old, whoever asks waits. Reading is under way once, however many ask.
 */
export class Refreshed<Value> {
  readonly #parts: RefreshedParts<Value>
  #known: { readonly value: Value; readonly at: number } | null = null
  #reading: Promise<Value> | null = null

  constructor(parts: RefreshedParts<Value>) {
    this.#parts = parts
  }

  /** Rejects as reading does, where it has to be waited for. */
  async value(): Promise<Value> {
    const { monotonic, freshMs, oldestMs = Infinity } = this.#parts
    const known = this.#known
    const age = known === null ? Infinity : monotonic() - known.at
    if (known !== null && age < freshMs) return known.value
    const reading = (this.#reading ??= this.#read().finally(() => (this.#reading = null)))
    if (known === null || age >= oldestMs) return reading
    reading.catch(() => undefined) // it is tried again with the next question
    return known.value
  }

  async #read(): Promise<Value> {
    // What is read is at least as new as its beginning.
    const at = this.#parts.monotonic()
    const value = await this.#parts.read(this.#known?.value ?? null)
    this.#known = { value, at }
    return value
  }
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
