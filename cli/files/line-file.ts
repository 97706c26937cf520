/** A file that is written line by line. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { StartFailure } from '../../app/start-failure.ts'

const LINES_AT_ONCE = 1_000

export interface LineFile {
  /** Resolves when there is room for the next one. */
  write(line: string): Promise<void>
  /** Resolves when all of it is written. */
  end(): Promise<void>
}

/** What is there is written over. Both functions reject with a StartFailure where the file cannot be written. */
export function lineFile(file: string): LineFile {
  const stream = createWriteStream(file)
  const failed = new Promise<never>((_resolve, reject) =>
    stream.once('error', (error) => reject(notWritten(file, error))),
  )
  failed.catch(() => undefined)
  let block: string[] = []
  const flush = async (): Promise<void> => {
    if (block.length === 0) return
    const hasRoom = stream.write(`${block.join('\n')}\n`)
    block = []
    if (!hasRoom) await Promise.race([once(stream, 'drain'), failed])
  }
  return {
    async write(line) {
      block.push(line)
      if (block.length === LINES_AT_ONCE) await flush()
    },
    async end() {
      await flush()
      stream.end()
      await Promise.race([finished(stream).catch(() => failed), failed])
    },
  }
}

function notWritten(file: string, cause: Error): StartFailure {
  const told = { what: cause.message, tried: `to write ${file}`, next: 'name a file that can be written with -o' }
  return new StartFailure({ code: 'file-not-written', exitCode: 1, ...told }, { cause })
}
