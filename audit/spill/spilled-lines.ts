/**
 * Things as JSON under the hashes of names, kept apart by hash: each part is read back alone, so what is made of the whole
 * never has to fit into memory. Those of one name come back in the order in which they were added.
 */
import { hashName } from './name-hash.ts'
import type { Spill, SpillFile } from './spill-file.ts'

export const LINE_PARTS = 128

/** In memory, or where it stands in the file. */
type Block = string | { readonly at: number; readonly bytes: number }

interface Part {
  readonly full: Block[]
  lines: string[]
  length: number
}

export class SpilledLines<Line> {
  readonly #spill: Spill
  readonly #parts: readonly Part[]
  #file: SpillFile | null = null

  constructor(spill: Spill) {
    this.#spill = spill
    this.#parts = Array.from({ length: LINE_PARTS }, () => ({ full: [], lines: [], length: 0 }))
  }

  /** Throws a SpillError. */
  add(name: string, line: Line): void {
    const part = this.#part(hashName(name).high % LINE_PARTS)
    const text = JSON.stringify(line)
    part.lines.push(text)
    part.length += text.length
    if (part.length < this.#spill.blockBytes) return
    const block = part.lines.join('\n')
    part.lines = []
    part.length = 0
    if (this.#spill.takes(2 * block.length)) {
      part.full.push(block)
      return
    }
    this.#file ??= this.#spill.file()
    const bytes = Buffer.from(block)
    part.full.push({ at: this.#file.write(bytes), bytes: bytes.length })
  }

  /** Those of a part, whose memory is given back: it has none from then on. Throws a SpillError. */
  *take(index: number): Generator<Line> {
    const { full, lines } = this.#part(index)
    for (const block of full.splice(0)) {
      if (typeof block === 'string') this.#spill.gives(2 * block.length)
      for (const text of this.#read(block).split('\n')) yield JSON.parse(text) as Line
    }
    for (const text of lines.splice(0)) yield JSON.parse(text) as Line
  }

  #read(block: Block): string {
    if (typeof block === 'string') return block
    const bytes = Buffer.alloc(block.bytes)
    this.#file?.read(bytes, block.at)
    return bytes.toString()
  }

  #part(index: number): Part {
    const part = this.#parts[index]
    if (part === undefined) throw new RangeError(`there is no part ${index}`)
    return part
  }
}
