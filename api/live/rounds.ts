/** Runs one round after another for as long as somebody asks for one, never two at once. */

export interface RoundsParts {
  readonly round: () => Promise<void>
  /** Milliseconds to rest after an error. */
  readonly failed: (error: unknown) => number
  readonly monotonic: () => number
}

export class Rounds {
  readonly #parts: RoundsParts
  #asked = false
  #running = false
  #stopped = false
  #restsUntil = -Infinity
  #timer: { readonly at: number; readonly timeout: NodeJS.Timeout } | null = null

  constructor(parts: RoundsParts) {
    this.#parts = parts
  }

  ask(): void {
    this.#asked = true
    if (!this.#running && !this.#stopped) void this.#run()
  }

  /** Asks after this many milliseconds; of several times the first counts, and anyone who runs then says the next. */
  later(millis: number): void {
    const at = this.#parts.monotonic() + millis
    if (this.#stopped || (this.#timer !== null && this.#timer.at <= at)) return
    if (this.#timer !== null) clearTimeout(this.#timer.timeout)
    const timeout = setTimeout(() => {
      this.#timer = null
      this.ask()
    }, millis)
    this.#timer = { at, timeout }
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer.timeout)
  }

  async #run(): Promise<void> {
    const { round, failed, monotonic } = this.#parts
    this.#running = true
    while (this.#asked && !this.#stopped) {
      const rest = this.#restsUntil - monotonic()
      if (rest > 0) {
        this.later(rest)
        break
      }
      this.#asked = false
      try {
        await round()
      } catch (error) {
        const millis = failed(error)
        this.#asked = true
        if (millis > 0) this.#restsUntil = monotonic() + millis
      }
    }
    this.#running = false
  }
}
