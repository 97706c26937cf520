/** Events that find no room in memory, in a file, kept apart by stream or otherwise: each part is read back alone. */
import type { RecordedEvent } from '../../store/log/feed.ts'
import { hashName } from './name-hash.ts'
import type { Spill, SpillFile } from './spill-file.ts'

/** More than of records: a state takes more than a few numbers. */
const PARTS = 256

/** Bytes before the texts: length, position, version, recordedAt, schemaVersion, length of the stream, and of the type. */
const HEADER = 4 + 8 + 4 + 8 + 2 + 2 + 2

interface Block {
  readonly at: number
  readonly length: number
}

interface Part {
  readonly blocks: Block[]
  readonly buffer: Buffer
  length: number
}

export class SpilledEvents {
  readonly #spill: Spill
  readonly #partOf: (event: RecordedEvent) => number
  readonly #parts: (Part | undefined)[] = Array.from({ length: PARTS })
  #file: SpillFile | null = null
  #count = 0

  /** `partOf`: below 256; by stream where it is not given. */
  constructor(spill: Spill, partOf: (event: RecordedEvent) => number = ({ stream }) => hashName(stream).high % PARTS) {
    this.#spill = spill
    this.#partOf = partOf
  }

  get count(): number {
    return this.#count
  }

  /** Throws a SpillError. */
  add(event: RecordedEvent): void {
    const part = (this.#parts[this.#partOf(event)] ??= this.#newPart())
    const size = HEADER + Buffer.byteLength(event.stream) + Buffer.byteLength(event.type) + event.data.length
    this.#count++
    if (part.length + size > part.buffer.length) this.#flush(part)
    if (size > part.buffer.length) this.#write(part, written(event, Buffer.alloc(size), 0, size))
    else {
      written(event, part.buffer, part.length, size)
      part.length += size
    }
  }

  /** Each part once: its events in the order in which they were added, in pieces. Throws a SpillError. */
  *parts(): Generator<Generator<RecordedEvent>> {
    for (const part of this.#parts) if (part !== undefined) yield this.#events(part)
  }

  *#events({ blocks, buffer, length }: Part): Generator<RecordedEvent> {
    for (const { at, length: bytes } of blocks) {
      const block = Buffer.alloc(bytes)
      this.#file?.read(block, at)
      yield* readBack(block)
    }
    yield* readBack(buffer.subarray(0, length))
  }

  #flush(part: Part): void {
    if (part.length > 0) this.#write(part, part.buffer.subarray(0, part.length))
    part.length = 0
  }

  #write({ blocks }: Part, bytes: Buffer): void {
    this.#file ??= this.#spill.file()
    blocks.push({ at: this.#file.write(bytes), length: bytes.length })
  }

  #newPart(): Part {
    return { blocks: [], buffer: Buffer.alloc(this.#spill.blockBytes), length: 0 }
  }
}

function written(event: RecordedEvent, buffer: Buffer, at: number, size: number): Buffer {
  const { position, stream, version, type, schemaVersion, data, recordedAt } = event
  let offset = buffer.writeUInt32LE(size, at)
  offset = buffer.writeDoubleLE(position, offset)
  offset = buffer.writeUInt32LE(version, offset)
  offset = buffer.writeDoubleLE(recordedAt, offset)
  offset = buffer.writeUInt16LE(schemaVersion, offset)
  offset = buffer.writeUInt16LE(Buffer.byteLength(stream), offset)
  offset = buffer.writeUInt16LE(Buffer.byteLength(type), offset)
  offset += buffer.write(stream, offset)
  offset += buffer.write(type, offset)
  data.copy(buffer, offset)
  return buffer
}

function* readBack(block: Buffer): Generator<RecordedEvent> {
  for (let at = 0; at < block.length; at += block.readUInt32LE(at)) {
    const stream = at + HEADER
    const type = stream + block.readUInt16LE(at + 26)
    const data = type + block.readUInt16LE(at + 28)
    yield {
      position: block.readDoubleLE(at + 4),
      stream: block.toString('utf8', stream, type),
      version: block.readUInt32LE(at + 12),
      type: block.toString('utf8', type, data),
      schemaVersion: block.readUInt16LE(at + 24),
      data: block.subarray(data, at + block.readUInt32LE(at)),
      recordedAt: block.readDoubleLE(at + 16),
    }
  }
}
