import fc from 'fast-check'
import { compressFrame } from 'lz4-napi'
import { describe, expect, test } from 'vitest'
import { leastUnpacked } from './codecs.ts'
import { kafkajs } from './kafkajs.ts'

const MIB = 1024 * 1024
const lz4 = (
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] as () => { decompress(of: Buffer): Promise<Buffer> }
)()

describe('lz4', () => {
  test('unpacks what was packed, of any size', async () => {
    for (const size of [0, 1, 65_535, 65_536, 65_537, 5 * MIB]) {
      const bytes = Buffer.alloc(size, 'a few words that come again ')
      const packed = await compressFrame(bytes)
      expect(leastUnpacked(packed)).toBeLessThanOrEqual(size)
      expect((await lz4.decompress(packed)).equals(bytes)).toBe(true)
    }
  })

  test('is not unpacked to more than a batch may have', async () => {
    const packed = await compressFrame(Buffer.alloc(80 * MIB))
    expect(packed.length).toBeLessThan(MIB)
    await expect(lz4.decompress(packed)).rejects.toThrow('more than 64 MiB')
  })

  test('says nothing of what is no frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(leastUnpacked(Buffer.from(bytes))).toBe(0)
      }),
    )
  })
})
