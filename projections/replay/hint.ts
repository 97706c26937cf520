/** Something to wait for that may be told at any time, also while nobody waits. */
import { clearTimeout, setTimeout } from 'node:timers'

export class Hint {
  #given = false
  #wake: () => void = () => undefined

  give(): void {
    this.#given = true
    this.#wake()
  }

  /** From now on a hint counts. */
  expect(): void {
    this.#given = false
  }

  /** Resolves with the next hint, at once if one was given since it was expected, or after so many milliseconds. */
  taken(millis: number): Promise<void> {
    if (this.#given) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
