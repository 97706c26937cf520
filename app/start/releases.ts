/** What has been acquired, and how to give it back: in reverse order, each once, the rest even if one fails. */
export class Releases {
  readonly #releases: { readonly name: string; readonly release: () => Promise<unknown> | void }[] = []

  add(name: string, release: () => Promise<unknown> | void): void {
    this.#releases.push({ name, release })
  }

  /** Gives everything back. A failure goes to `onError` and does not keep the rest. */
  async release(onError: (name: string, error: unknown) => void): Promise<void> {
    for (let next = this.#releases.pop(); next !== undefined; next = this.#releases.pop()) {
      try {
        await next.release()
      } catch (error) {
        onError(next.name, error)
      }
    }
  }
}
