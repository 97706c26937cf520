/** Waiting for something to change: until somebody says so, or for so long. */

export class Wakes {
  readonly #waiting = new Set<() => void>()
  #count = 0

  /** How often somebody said so: to be asked for before one looks, so that nothing said meanwhile is missed. */
  get count(): number {
    return this.#count
  }

  wake(): void {
    this.#count += 1
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves when woken since `count`, after so many milliseconds, or when `signal` aborts. */
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
