/** Numbers for names: a product that many sessions have looked at is one text. */
export class Names {
  readonly #texts: string[] = []
  readonly #numbers = new Map<string, number>()

  /** The same number for the same name; names are of the catalogue, so there are as many as products. */
  number(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#texts.push(text)
    this.#numbers.set(text, this.#texts.length - 1)
    return this.#texts.length - 1
  }

  /** Of a number that `number` has given. */
  text(number: number): string {
    return this.#texts[number] ?? ''
  }

  /** All, by their numbers. */
  all(): readonly string[] {
    return this.#texts
  }
}
