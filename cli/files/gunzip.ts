/**
 * Unpacks gzip (RFC 1952), member by member. The stream of Node ends without an error at the first zero after a member,
 * also where another member follows: writers to tapes and block devices fill up each member with zeros. Here zeros
 * between members are passed over, and any other byte that begins none is an error that names it.
 */
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib'
import type { ByteReader } from './byte-reader.ts'
import { DamagedContent } from './damaged-content.ts'

const DEFLATED = 8
const HAS_CRC = 0x02
const HAS_EXTRA = 0x04
const HAS_NAME = 0x08
const HAS_COMMENT = 0x10

export function beginsGzip(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes.readUInt16BE(0) === 0x1f8b
}

/** The unpacked bytes of all members. Throws DamagedContent. */
export async function* gunzipped(bytes: ByteReader): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    yield* member(bytes)
    await bytes.skip((byte) => byte === 0)
    const start = await bytes.peek(2)
    if (start.length === 0) return
    if (!beginsGzip(start)) throw new DamagedContent('no gzip data begins here, and more follows', bytes.position + 1)
  }
}

async function* member(bytes: ByteReader): AsyncGenerator<Buffer, void, undefined> {
  const from = bytes.position + 1
  await passHeader(bytes)
  let check = 0
  let length = 0
  for await (const chunk of inflated(bytes, from)) {
    check = crc32(chunk, check)
    length = (length + chunk.length) % 2 ** 32
    yield chunk
  }
  const trailer = await whole(bytes, 8)
  if (trailer.readUInt32LE(0) !== check || trailer.readUInt32LE(4) !== length) {
    throw new DamagedContent('the gzip data that begins here does not give its checksum', from)
  }
}

async function passHeader(bytes: ByteReader): Promise<void> {
  const from = bytes.position + 1
  const header = await whole(bytes, 10)
  if (header[2] !== DEFLATED) throw new DamagedContent('the gzip data that begins here is not deflated', from)
  const flags = header[3] ?? 0
  if ((flags & HAS_EXTRA) !== 0) await whole(bytes, (await whole(bytes, 2)).readUInt16LE(0))
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & flag) === 0) continue
    await bytes.skip((byte) => byte !== 0)
    await whole(bytes, 1)
  }
  if ((flags & HAS_CRC) !== 0) await whole(bytes, 2)
}

async function whole(bytes: ByteReader, count: number): Promise<Buffer> {
  const taken = await bytes.take(count)
  if (taken !== null) return taken
  await bytes.skip(() => true)
  throw endsTooSoon(bytes)
}

function endsTooSoon(bytes: ByteReader): DamagedContent {
  return new DamagedContent('the file ends within its gzip data: unexpected end of file', bytes.position)
}

async function* inflated(bytes: ByteReader, from: number): AsyncGenerator<Buffer, void, undefined> {
  const engine = createInflateRaw()
  const fed = feed(engine, bytes)
  // The engine may already have passed the failure to those who wait for it.
  fed.catch(() => undefined)
  try {
    for await (const chunk of engine) yield chunk as Buffer
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (!code.startsWith('Z_')) throw error
    if (code === 'Z_BUF_ERROR') throw endsTooSoon(bytes)
    throw new DamagedContent(`the gzip data that begins here is damaged: ${message}`, from)
  }
  await fed
}

/** Until the engine has the last byte of its data; what follows that is given back. */
async function feed(engine: InflateRaw, bytes: ByteReader): Promise<void> {
  let given = 0
  try {
    for (;;) {
      const chunk = await bytes.next()
      if (chunk === null) return void engine.end()
      given += chunk.length
      await new Promise<void>((resolve) => engine.write(chunk, () => resolve()))
      const left = given - engine.bytesWritten
      if (left === 0 && !engine.destroyed) continue
      if (!engine.errored) bytes.giveBack(chunk.subarray(chunk.length - left))
      return
    }
  } catch (error) {
    engine.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}
