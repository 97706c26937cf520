/** Teaches kafkajs lz4, which it leaves to others; without it one such batch stops a consumer for good. */
import kafkajs from 'kafkajs'
import { compressFrame, decompressFrame } from 'lz4-napi'

/** Importing this file is enough; it is imported where clients are made. */
export const COMPRESSION = kafkajs.CompressionTypes.LZ4

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => compressFrame(buffer),
  decompress: (buffer: Buffer) => decompressFrame(buffer),
})
