/** Reads a file of lines as a stream, packed with gzip or not, however large it is. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { StartFailure, systemCode } from '../../app/start-failure.ts'

export interface Line {
  /** From 1, as editors count; empty lines count. */
  readonly number: number
  /** Without its end (LF or CRLF); cut off at `longestLine` bytes, which `tooLong` says. */
  readonly bytes: Buffer
  readonly tooLong: boolean
}

// The service takes 64 KiB a request; whoever has no line ends in a file must not fill the memory with it.
export const longestLine = 64 * 1024
const LF = 0x0a
const CR = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** The lines that hold more than white space. Rejects with the system's error when the file cannot be read. */
export async function* readLines(path: string): AsyncGenerator<Line, void, undefined> {
  yield* splitLines(await openContent(path))
}

export interface LineSurvey {
  /** Lines that hold more than white space, from the given one on. */
  readonly lines: number
  /** SHA-256, in hex, of the content once unpacked: packing it otherwise does not change it. */
  readonly hash: string
}

/** Reads all of a file once: how much there is to do, that it can be read to its end, and which file it is. */
export async function surveyLines(path: string, fromLine = 1): Promise<LineSurvey> {
  const hash = createHash('sha256')
  let lines = 0
  for await (const { number } of splitLines(hashed(await openContent(path), hash))) if (number >= fromLine) lines += 1
  return { lines, hash: hash.digest('hex') }
}

/** As `surveyLines`, of a file that somebody named: throws a StartFailure when it cannot be read to its end. */
export async function surveyed(file: string, fromLine = 1): Promise<LineSurvey> {
  try {
    return await surveyLines(file, fromLine)
  } catch (cause) {
    if (systemCode(cause) === '') throw cause
    const what = cause instanceof Error ? cause.message : String(cause)
    const told = { what, tried: `to read ${file} to its end`, next: 'the path of a whole file' }
    throw new StartFailure({ code: 'unreadable-file', exitCode: 2, ...told }, { cause })
  }
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

/** A file is gzip when it begins like one, whatever its name says. */
async function openContent(path: string): Promise<AsyncIterable<Buffer>> {
  const packed = await isGzip(path)
  const file = createReadStream(path)
  if (!packed) return file
  // An error of either stream ends the iteration of the last one, which throws it; nothing is left for the callback.
  return pipeline(file, createGunzip(), () => undefined)
}

async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b
}

/** Cuts chunks into lines; a last one without an end is a line too. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line, void, undefined> {
  let pieces: Buffer[] = []
  let length = 0
  let number = 1

  function keep(piece: Buffer): void {
    // One byte past the limit tells a line that is too long from one that just fits.
    if (length <= longestLine) pieces.push(piece)
    length += piece.length
  }

  function finished(): Line {
    const [only] = pieces
    const bytes = only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces)
    const whole = trimmed(bytes, number === 1)
    const line = { number, bytes: whole.subarray(0, longestLine), tooLong: whole.length > longestLine }
    pieces = []
    length = 0
    number += 1
    return line
  }

  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, end))
      const line = finished()
      if (!isBlank(line.bytes)) yield line
      start = end + 1
    }
    keep(chunk.subarray(start))
  }
  const last = finished()
  if (!isBlank(last.bytes)) yield last
}

function trimmed(bytes: Buffer, first: boolean): Buffer {
  const start = first && bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
  const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length
  return bytes.subarray(start, end)
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09)
}
