/**
 * Where log lines go: gathered in memory and written together, so that nobody waits for the disk, or for who reads our
 * output. That reader may be gone, or alive and no longer reading: its lines are lost then, and nothing else is.
 *
 *   gathering --enough, or a quarter of a second--> writing --written--> gathering
 *                                                   writing --the pipe is full--> writing, a moment later
 *                                                   writing --the reader is gone--> lines are dropped
 */
import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'
import { systemCode } from './start-failure.ts'

// Writing each line synchronously to stdout halves the throughput of the service (20.7k against 36.9k requests/s,
// two lines a request), so lines are gathered.
const ENOUGH = 8_192
const FLUSH_EVERY_MS = 250
/** Characters that wait for a reader who is slow; lines beyond are dropped. */
const MOST_GATHERED = 16 * 1024 * 1024
const AGAIN_MS = 20

export class LogFile implements DestinationStream {
  readonly #fd: number
  /** Written to at once, as it never waits; a disk may, and is left to another thread. */
  readonly #isPipe: boolean
  #gathered = ''
  #writing: Buffer | null = null
  /** Until a pipe that was full is tried again. */
  #again: NodeJS.Timeout | null = null
  #isGone = false

  constructor(fd: number) {
    const pipe = openPipe(fd)
    this.#fd = pipe ?? fd
    this.#isPipe = pipe !== null
    setInterval(() => this.#begin(), FLUSH_EVERY_MS).unref()
  }

  write(line: string): void {
    if (this.#isGone || this.#gathered.length > MOST_GATHERED) return
    this.#gathered += line
    if (this.#gathered.length >= ENOUGH) this.#begin()
  }

  /** Writes what is left, synchronously, for so long at most: for the last moments of a process. */
  flush(withinMs: number): void {
    const deadline = performance.now() + withinMs
    let left = Buffer.from(this.#gathered)
    this.#gathered = ''
    if (this.#again !== null && this.#writing !== null) {
      clearTimeout(this.#again)
      this.#again = null
      left = Buffer.concat([this.#writing, left])
      this.#writing = null
    }
    while (left.length > 0 && !this.#isGone) {
      try {
        left = left.subarray(writeSync(this.#fd, left))
      } catch (error) {
        if (systemCode(error) !== 'EAGAIN' || performance.now() > deadline) return
        sleep(AGAIN_MS)
      }
    }
  }

  #begin(): void {
    if (this.#writing !== null || this.#gathered === '') return
    this.#writing = Buffer.from(this.#gathered)
    this.#gathered = ''
    this.#writeOn(this.#writing)
  }

  #writeOn(bytes: Buffer): void {
    this.#writing = bytes
    if (!this.#isPipe) return write(this.#fd, bytes, (error, written) => this.#wrote(bytes, error, written))
    try {
      this.#wrote(bytes, null, writeSync(this.#fd, bytes))
    } catch (error) {
      this.#wrote(bytes, error, 0)
    }
  }

  #wrote(bytes: Buffer, error: unknown, written: number): void {
    if (error === null) {
      const left = bytes.subarray(written)
      if (left.length > 0) return this.#writeOn(left)
    } else if (systemCode(error) === 'EAGAIN') {
      this.#again = setTimeout(() => {
        this.#again = null
        this.#writeOn(bytes)
      }, AGAIN_MS).unref()
      return
    } else if (systemCode(error) === 'EPIPE') {
      this.#isGone = true
      this.#gathered = ''
    }
    this.#writing = null
    if (this.#gathered.length >= ENOUGH) this.#begin()
  }
}

/**
 * A pipe that was handed to us holds up who writes while it is full, and the process at its exit. Opened once more it does
 * not, and the processes that share it see no difference. Null: it is none, or somebody else's, or nobody reads it.
 */
function openPipe(fd: number): number | null {
  try {
    if (!fstatSync(fd).isFIFO()) return null
    return openSync(`/proc/self/fd/${String(fd)}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return null
  }
}

function sleep(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis)
}
