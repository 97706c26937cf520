/** Teaches kafkajs lz4, which it leaves to others, and a bound on what gzip may unpack to. */
import { promisify } from 'node:util'
import { gzip, unzip, type ZlibOptions } from 'node:zlib'
import { kafkajs } from './kafkajs.ts'
import { compressFrame, decompressFrame } from 'lz4-napi'

/** Importing this file is enough; it is imported where clients are made. */
export const COMPRESSION = kafkajs.CompressionTypes.LZ4

/** A megabyte of gzip can unpack to a gigabyte; lz4 reaches a quarter of that. No batch of ours comes near. */
const MOST_UNPACKED = 64 * 1024 * 1024

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => promisify(gzip)(buffer),
  decompress: (buffer: Buffer) =>
    promisify<Buffer, ZlibOptions, Buffer>(unzip)(buffer, { maxOutputLength: MOST_UNPACKED }),
})

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => compressFrame(buffer),
  decompress: (buffer: Buffer) => decompressFrame(buffer),
})
