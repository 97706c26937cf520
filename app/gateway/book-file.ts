/**
 * A file of JSON lines that is only ever added to. What was synced is read back after any end of the process, also one in
 * the middle of a line: such a line was synced for nobody, so it is cut off.
 */
import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { StartFailure, systemCode, writeFailure } from '../start-failure.ts'

const NEWLINE = 0x0a

/** Hands each line to `read`, the oldest first. Throws a StartFailure: it is damaged, in use, or cannot be written. */
export async function openBookFile(path: string, read: (line: unknown) => void): Promise<BookFile> {
  const whole = resolve(path)
  const lock = await lockBook(whole)
  try {
    const end = await readLines(whole, read)
    const handle = await open(whole, 'a', 0o600)
    await handle.truncate(end)
    await handle.sync()
    await syncDirectory(dirname(whole))
    return new BookFile(handle, lock)
  } catch (error) {
    lock?.close()
    if (error instanceof StartFailure) throw error
    throw writeFailure(error, `to keep the book of payments in ${whole}`, dirname(whole))
  }
}

export class BookFile {
  readonly #handle: FileHandle
  readonly #lock: Server | null
  #lines: string[] = []
  /** Lines since it was opened: those that were handed over, and those that are on the disk. */
  #appended = 0
  #durable = 0
  #writing: Promise<void> | null = null
  #failure: Error | null = null

  /** Takes over an open file; `openBookFile` is the way to one. */
  constructor(handle: FileHandle, lock: Server | null) {
    this.#handle = handle
    this.#lock = lock
  }

  append(line: object): void {
    this.#lines.push(`${JSON.stringify(line)}\n`)
    this.#appended += 1
  }

  /** Resolves when everything appended so far is on the disk. Lines that wait for one sync go into the next together. */
  async synced(): Promise<void> {
    const wanted = this.#appended
    this.#throwFailure()
    while (this.#durable < wanted) {
      await (this.#writing ??= this.#write())
      this.#throwFailure()
    }
  }

  async close(): Promise<void> {
    try {
      await this.synced()
    } finally {
      await this.#handle.close()
      this.#lock?.close()
    }
  }

  /** Never rejects: a failure is kept, since after it no answer may go out. */
  async #write(): Promise<void> {
    const until = this.#appended
    try {
      await this.#handle.appendFile(this.#lines.splice(0).join(''))
      await this.#handle.datasync()
      this.#durable = until
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#writing = null
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure
  }
}

/** Returns how many bytes of the file are whole lines. */
async function readLines(path: string, read: (line: unknown) => void): Promise<number> {
  let rest: Buffer = Buffer.alloc(0)
  let end = 0
  let number = 0
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE)) {
        number += 1
        read(parseLine(text.subarray(0, at), { path, number }))
        end += at + 1
        text = text.subarray(at + 1)
      }
      rest = text
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
  }
  return end
}

function parseLine(line: Buffer, { path, number }: { readonly path: string; readonly number: number }): unknown {
  try {
    return JSON.parse(line.toString()) as unknown
  } catch (cause) {
    throw damagedBook(path, `line ${number} is not JSON`, cause)
  }
}

export function damagedBook(path: string, what: string, cause?: unknown): StartFailure {
  return new StartFailure(
    {
      code: 'gateway-book-damaged',
      exitCode: 1,
      what: `the book of payments is damaged: ${what}`,
      tried: `to read ${path}`,
      next: `put back a copy of it, or move it away to begin with an empty one: mv ${path} ${path}.damaged`,
    },
    { cause },
  )
}

// The kernel gives the name free with the process, however it ends; Linux alone has such names.
async function lockBook(path: string): Promise<Server | null> {
  if (process.platform !== 'linux') return null
  const name = `\0orderledger-book-${createHash('sha256').update(path).digest('hex').slice(0, 40)}`
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolved, reject) => {
    server.once('error', (cause) => {
      reject(
        new StartFailure(
          {
            code: 'gateway-book-in-use',
            exitCode: 1,
            what: 'another gateway keeps this book of payments',
            tried: `to open ${path}`,
            next: 'stop the other one, or name another file with --book',
          },
          { cause },
        ),
      )
    })
    server.listen(name, () => resolved(server.unref()))
  })
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
