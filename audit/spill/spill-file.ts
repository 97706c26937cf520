/** Files for what does not fit into memory. They have no name once they are open, so nothing that ends us leaves one. */
import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const BLOCK_BYTES = 32 * 1024
const NAME = /^spill-\d+-\d+\.tmp$/

/** The folder cannot hold what has to be spilled. */
export class SpillError extends Error {
  override readonly name = 'SpillError'
  readonly folder: string

  constructor(folder: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.folder = folder
  }
}

export interface SpillFile {
  /** Where the bytes stand. Throws a SpillError. */
  write(bytes: Uint8Array): number
  /** Fills `bytes` with what stands there. Throws a SpillError. */
  read(bytes: Uint8Array, at: number): void
}

let opened = 0

/**
 * How much is kept in memory by all that shares it, and where the rest goes. Writing and reading are synchronous: what
 * they wait for is the page cache, and the events in between are worth more than the loop.
 */
export class Spill {
  /** Of these is what is kept in memory, or written. */
  readonly blockBytes: number
  readonly #folder: string
  readonly #open: number[] = []
  #left: number
  #spilled = 0

  /** `memory`: bytes. The folder is made when something is spilled. */
  constructor(folder: string, memory: number, blockBytes = BLOCK_BYTES) {
    this.blockBytes = blockBytes
    this.#folder = folder
    this.#left = memory
  }

  /** Bytes written to files. */
  get spilled(): number {
    return this.#spilled
  }

  /** Whether this many bytes more may stay in memory, which then are taken. */
  takes(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  /** Bytes in memory that are no longer needed. */
  gives(bytes: number): void {
    this.#left += bytes
  }

  /** A new file, gone with the process or `close`. Throws a SpillError. */
  file(): SpillFile {
    const folder = this.#folder
    const tried = <Result>(work: () => Result): Result => {
      try {
        return work()
      } catch (error) {
        throw new SpillError(folder, error)
      }
    }
    const fd = tried(() => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      // A process killed between opening and unlinking left an empty one; that of a living one no longer needs its name.
      for (const name of readdirSync(folder)) if (NAME.test(name)) rmSync(join(folder, name), { force: true })
      const path = join(folder, `spill-${process.pid}-${opened++}.tmp`)
      const descriptor = openSync(path, 'wx+', 0o600)
      rmSync(path, { force: true })
      return descriptor
    })
    this.#open.push(fd)
    let end = 0
    return {
      write: (bytes) =>
        tried(() => {
          const at = end
          for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
          end += bytes.length
          this.#spilled += bytes.length
          return at
        }),
      read: (bytes, at) =>
        tried(() => {
          for (let done = 0; done < bytes.length;) {
            const read = readSync(fd, bytes, done, bytes.length - done, at + done)
            if (read === 0) throw new Error('a spilled file ends early')
            done += read
          }
        }),
    }
  }

  close(): void {
    for (const fd of this.#open.splice(0)) closeSync(fd)
  }
}
