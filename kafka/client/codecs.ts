/** Teaches kafkajs lz4, which it leaves to others, and a bound on what gzip may unpack to. */
import { promisify } from 'node:util'
import { gzip, unzip, type ZlibOptions } from 'node:zlib'
import { kafkajs } from './kafkajs.ts'
import { compressFrame, decompressFrame } from 'lz4-napi'

/** Importing this file is enough; it is imported where clients are made. */
export const COMPRESSION = kafkajs.CompressionTypes.LZ4

/** A megabyte of gzip can unpack to a gigabyte, one of lz4 to a quarter of that. No batch of ours comes near. */
const MOST_UNPACKED = 64 * 1024 * 1024

const LZ4 = {
  ...{ magic: 0x184d2204, head: 7, size: 0x7fffffff },
  ...{ blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01 },
}

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => promisify(gzip)(buffer),
  decompress: (buffer: Buffer) =>
    promisify<Buffer, ZlibOptions, Buffer>(unzip)(buffer, { maxOutputLength: MOST_UNPACKED }),
})

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => compressFrame(buffer),
  async decompress(buffer: Buffer) {
    if (leastUnpacked(buffer) > MOST_UNPACKED) throw new Error('it unpacks to more than 64 MiB')
    return decompressFrame(buffer)
  },
})

/**
 * A frame of lz4 unpacks to this many bytes, and up to a block more: each of its blocks is full but the last
 * (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md); 0 for what is no frame, which unpacking refuses.
 */
export function leastUnpacked(frame: Buffer): number {
  if (frame.length < LZ4.head || frame.readUInt32LE(0) !== LZ4.magic) return 0
  const flags = frame.readUInt8(4)
  const block = 4 ** ((frame.readUInt8(5) >> 4) & 7) * 256
  const checksum = (flags & LZ4.blockChecksum) > 0 ? 4 : 0
  let blocks = 0
  let at = LZ4.head + ((flags & LZ4.contentSize) > 0 ? 8 : 0) + ((flags & LZ4.dictionary) > 0 ? 4 : 0)
  for (; at + 4 <= frame.length; blocks++) {
    const size = frame.readUInt32LE(at) & LZ4.size
    if (size === 0) break
    at += 4 + size + checksum
  }
  return Math.max(0, blocks - 1) * block
}
