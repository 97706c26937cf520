/** How long the disk takes to make 8 kB durable: what an unbatched commit costs at least. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { median } from '../verdict.ts'

const BLOCK = Buffer.alloc(8_192, 1)
const WRITES = 1_000
/** As Postgres does with its log: the file has its length already, so that only data travels. */
const BLOCKS = 128

/** Milliseconds, the median of 1,000 writes with fdatasync in `folder`. */
export function measureFdatasync(folder: string): number {
  const file = openSync(join(folder, 'fdatasync'), 'w')
  try {
    for (let block = 0; block < BLOCKS; block++) writeSync(file, BLOCK, 0, BLOCK.length, block * BLOCK.length)
    fdatasyncSync(file)
    const durations = Array.from({ length: WRITES }, (_, index) => {
      const start = performance.now()
      writeSync(file, BLOCK, 0, BLOCK.length, (index % BLOCKS) * BLOCK.length)
      fdatasyncSync(file)
      return performance.now() - start
    })
    return median(durations)
  } finally {
    closeSync(file)
  }
}
