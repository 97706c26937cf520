/** Content that cannot be read on from one of its bytes: what is before it is whole. */
export class DamagedContent extends Error {
  readonly code = 'damaged-content'
  readonly retriable = false

  /** `what` says what is wrong at `byte`, which counts from 1 in the content as it is stored. */
  constructor(what: string, byte: number) {
    super(`byte ${byte}: ${what}`)
    this.name = 'DamagedContent'
  }
}
