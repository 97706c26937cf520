/** Reads a file of lines as a stream, packed with gzip or not, however large it is. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { StartFailure, systemCode } from '../../app/start-failure.ts'
import { ByteReader } from './byte-reader.ts'
import { DamagedContent } from './damaged-content.ts'
import { beginsGzip, gunzipped } from './gunzip.ts'

export interface Line {
  /** From 1, as editors count; empty lines count. */
  readonly number: number
  /** Without its end (LF or CRLF); cut off at `longestLine` bytes, which `tooLong` says. */
  readonly bytes: Buffer
  readonly tooLong: boolean
}

// The service takes 64 KiB a request; a file without line ends must not fill the memory.
export const longestLine = 64 * 1024
const LF = 0x0a
const CR = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
/** This many at the start of a line are passed over: those of empty files that were joined before it. */
const MOST_MARKS = 5
const UTF_16 = [0xfffe, 0xfeff]

/** The lines that hold more than white space. Rejects with the system's error, or with DamagedContent. */
export async function* readLines(path: string): AsyncGenerator<Line, void, undefined> {
  yield* linesOf(createReadStream(path))
}

/** As `readLines`, of what comes in. */
export async function* linesOf(stored: AsyncIterable<Buffer>): AsyncGenerator<Line, void, undefined> {
  yield* splitLines(contentOf(stored))
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
  for await (const { number } of splitLines(hashed(contentOf(createReadStream(path)), hash)))
    if (number >= fromLine) lines += 1
  return { lines, hash: hash.digest('hex') }
}

/** As `surveyLines`, of a file that somebody named: throws a StartFailure when it cannot be read to its end. */
export async function surveyed(file: string, fromLine = 1): Promise<LineSurvey> {
  try {
    return await surveyLines(file, fromLine)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** What is wrong with a file, for the person who named it: its path (exit code 2) or its content (1). */
export function unreadable(file: string, cause: unknown): unknown {
  if (systemCode(cause) === '') return cause
  const what = cause instanceof Error ? cause.message : String(cause)
  const damaged = cause instanceof DamagedContent
  const next = damaged ? 'make the file again, or cut it off before that byte' : 'the path of a whole file'
  const told = { what, tried: `to read ${file} to its end`, next }
  return new StartFailure({ code: 'unreadable-file', exitCode: damaged ? 1 : 2, ...told }, { cause })
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

/** Content is gzip when it begins like that, whatever its name says. Throws DamagedContent. */
export async function* contentOf(stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const bytes = new ByteReader(stored)
  try {
    const start = await bytes.peek(2)
    if (beginsGzip(start)) return yield* gunzipped(bytes)
    if (start.length === 2 && UTF_16.includes(start.readUInt16BE(0))) {
      throw new DamagedContent('the file is in UTF-16; save it as UTF-8', 1)
    }
    for (let chunk = await bytes.next(); chunk !== null; chunk = await bytes.next()) yield chunk
  } finally {
    await bytes.close()
  }
}

/** Cuts chunks into lines; a last one without an end is a line too. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line, void, undefined> {
  let pieces: Buffer[] = []
  let length = 0
  let number = 1

  function keep(piece: Buffer): void {
    // A few bytes past the limit tell a line that is too long from one that just fits, whatever is cut off its ends.
    if (length <= longestLine + (MOST_MARKS + 1) * byteOrderMark.length) pieces.push(piece)
    length += piece.length
  }

  function finished(): Line {
    const [only] = pieces
    const bytes = only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces)
    const whole = trimmed(bytes)
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

/** Without its end, and without the byte order mark of a file that begins here. */
function trimmed(bytes: Buffer): Buffer {
  let start = 0
  for (let mark = 0; mark < MOST_MARKS && bytes.subarray(start, start + 3).equals(byteOrderMark); mark++) start += 3
  const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length
  return bytes.subarray(start, end)
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09)
}
