/** Waiting for something to change: until somebody says so, or for so long. */

export class Wakes {
  readonly #waiting = new Set<() => void>()

  wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves when woken, after so many milliseconds, or when `signal` aborts. */
  wait(millis: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
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
