/** Takes bytes from chunks, as many as are wanted, and gives back what was too much. */
const NOTHING = Buffer.alloc(0)

export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #ahead: Buffer = NOTHING
  #taken = 0

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** How many bytes have been taken. */
  get position(): number {
    return this.#taken
  }

  /** The next bytes, however many there are at once; null at the end. */
  async next(): Promise<Buffer | null> {
    const chunk = this.#ahead.length > 0 ? this.#ahead : await this.#read()
    this.#ahead = NOTHING
    this.#taken += chunk?.length ?? 0
    return chunk
  }

  /** Gives back the end of what was taken last. */
  giveBack(bytes: Buffer): void {
    this.#ahead = this.#ahead.length > 0 ? Buffer.concat([bytes, this.#ahead]) : bytes
    this.#taken -= bytes.length
  }

  /** The next bytes without taking them: `count`, or fewer at the end. */
  async peek(count: number): Promise<Buffer> {
    while (this.#ahead.length < count) {
      const chunk = await this.#read()
      if (chunk === null) break
      this.#ahead = Buffer.concat([this.#ahead, chunk])
    }
    return this.#ahead.subarray(0, count)
  }

  /** Takes `count` bytes; null when fewer are left. */
  async take(count: number): Promise<Buffer | null> {
    const bytes = await this.peek(count)
    if (bytes.length < count) return null
    this.#ahead = this.#ahead.subarray(count)
    this.#taken += count
    return bytes
  }

  /** Takes all bytes up to the first that does not belong. */
  async skip(belongs: (byte: number) => boolean): Promise<void> {
    for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) {
      const other = chunk.findIndex((byte) => !belongs(byte))
      if (other < 0) continue
      this.giveBack(chunk.subarray(other))
      return
    }
  }

  /** Closes the source, at its end or before it. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #read(): Promise<Buffer | null> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done === true) return null
      if (value.length > 0) return value
    }
  }
}
