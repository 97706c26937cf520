/**
 * Reads the elements of the arrays of one large JSON object, each as it comes: `{"charges": [{...}, ...], "refunds": [...]}`.
 * What is kept is one element at a time, however many there are. Values that are no arrays are passed over.
 */
import { DamagedContent } from './damaged-content.ts'

export interface JsonElement {
  /** The name of the array that it stands in. */
  readonly name: string
  /** The byte at which it begins, from 1. */
  readonly at: number
  readonly value: unknown
}

/** Bytes of an element, or of anything else between two commas. */
const MOST_BYTES = 64 * 1024

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const OPENING = new Set([0x7b, 0x5b])
const CLOSING = new Set([0x7d, 0x5d])
const LIST = 0x5b
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d])

/** `onList` hears the name of each array, also of an empty one. Throws DamagedContent where the bytes are no such object. */
export async function* jsonElements(
  chunks: AsyncIterable<Buffer>,
  onList: (name: string) => void = () => undefined,
): AsyncGenerator<JsonElement, void, undefined> {
  const scan = new Scan(onList)
  for await (const chunk of chunks) yield* scan.read(chunk)
  scan.end()
}

/** Where it is: outside (0), in the object (1), in one of its values (2), in an element of an array (3 and more). */
class Scan {
  readonly #onList: (name: string) => void
  #depth = 0
  #inText = false
  #escaped = false
  #name = ''
  #isList = false
  #isOver = false
  /** Of what has begun and is not over: a name, a value or an element. */
  #pieces: Buffer[] = []
  #length = 0
  #from = 0
  #passed = 0

  constructor(onList: (name: string) => void) {
    this.#onList = onList
  }

  *read(chunk: Buffer): Generator<JsonElement, void, undefined> {
    let start = 0
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false
        else if (byte === BACKSLASH) this.#escaped = true
        else if (byte === QUOTE) this.#inText = false
        continue
      }
      if (byte === QUOTE) {
        if (this.#depth === 0) throw this.#damaged('no JSON object begins here', index)
        this.#inText = true
      } else if (OPENING.has(byte)) {
        if (this.#isOver || (this.#depth === 0 && byte === LIST)) {
          throw this.#damaged('a JSON object was expected here', index)
        }
        this.#depth += 1
        if (this.#depth === 1) start = this.#begin(index + 1)
        if (this.#depth === 2) {
          this.#isList = byte === LIST
          if (this.#isList) {
            this.#onList(this.#name)
            start = this.#begin(index + 1)
          }
        }
      } else if (CLOSING.has(byte)) {
        const element = this.#depth === 2 && this.#isList ? this.#cut(chunk, start, index) : null
        this.#depth -= 1
        if (this.#depth < 0) throw this.#damaged('more is closed here than was opened', index)
        if (element !== null) yield element
        if (this.#depth > 1) continue
        this.#isList = false
        this.#isOver = this.#depth === 0
        start = this.#begin(index + 1)
      } else if (byte === COLON && this.#depth === 1) {
        this.#name = this.#text(chunk, start, index)
        start = this.#begin(index + 1)
      } else if (byte === COMMA && this.#depth === 1) {
        start = this.#begin(index + 1)
      } else if (byte === COMMA && this.#depth === 2 && this.#isList) {
        const element = this.#cut(chunk, start, index)
        if (element === null) throw this.#damaged('an element was expected before this comma', index)
        yield element
        start = this.#begin(index + 1)
      } else if (this.#depth === 0 && !BLANKS.has(byte)) {
        throw this.#damaged(this.#isOver ? 'the JSON object is over here' : 'no JSON object begins here', index)
      }
    }
    this.#keep(chunk.subarray(start))
    this.#passed += chunk.length
  }

  end(): void {
    if (!this.#isOver || this.#inText) throw this.#damaged('the JSON object ends before it is whole', 0)
  }

  #begin(index: number): number {
    this.#pieces = []
    this.#length = 0
    this.#from = this.#passed + index + 1
    return index
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length
    // What is passed over is not kept: at the top level it is a name or a plain value, and those are short.
    if (this.#length > MOST_BYTES && (this.#isList || this.#depth === 1)) {
      throw new DamagedContent(`a part of more than ${String(MOST_BYTES / 1024)} KiB begins here`, this.#from)
    }
    if (this.#length <= MOST_BYTES) this.#pieces.push(piece)
  }

  #text(chunk: Buffer, start: number, end: number): string {
    this.#keep(chunk.subarray(start, end))
    const name = this.#parsed()
    if (typeof name !== 'string') throw new DamagedContent('a name was expected here', this.#from)
    return name
  }

  /** Null: between the brackets is nothing. */
  #cut(chunk: Buffer, start: number, end: number): JsonElement | null {
    this.#keep(chunk.subarray(start, end))
    const bytes = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
    if (bytes === undefined || bytes.every((byte) => BLANKS.has(byte))) return null
    return { name: this.#name, at: this.#from, value: this.#parsed() }
  }

  #parsed(): unknown {
    try {
      return JSON.parse(Buffer.concat(this.#pieces).toString('utf8'))
    } catch {
      throw new DamagedContent('what begins here is not JSON', this.#from)
    }
  }

  #damaged(what: string, index: number): DamagedContent {
    return new DamagedContent(what, this.#passed + index + 1)
  }
}
