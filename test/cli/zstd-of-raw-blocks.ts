/** Zstandard (RFC 8878) without compressing anything: enough for a batch that a broker accepts and we cannot decode. */

const MAGIC = Buffer.from('28b52ffd', 'hex')
/** One segment, and its length in four bytes. */
const DESCRIPTOR = 0xa0
const MOST_IN_BLOCK = 64 * 1024
const LAST = 1

export async function zstdOfRawBlocks({ buffer }: { readonly buffer: Buffer }): Promise<Buffer> {
  const head = Buffer.alloc(5)
  head.writeUInt8(DESCRIPTOR)
  head.writeUInt32LE(buffer.length, 1)
  const parts: Buffer[] = [MAGIC, head]
  for (let at = 0; at < buffer.length; at += MOST_IN_BLOCK) {
    const block = buffer.subarray(at, at + MOST_IN_BLOCK)
    const blockHead = Buffer.alloc(3)
    blockHead.writeUIntLE((block.length << 3) | (at + block.length === buffer.length ? LAST : 0), 0, 3)
    parts.push(blockHead, block)
  }
  return Buffer.concat(parts)
}
