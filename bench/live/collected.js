// Preloaded into a service: collects its garbage when asked to, and says what is left. Most other signals end it.
import { writeFileSync } from 'node:fs'

process.on('SIGWINCH', () => {
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  writeFileSync(`${process.env.DATA_DIR}/memory.json`, JSON.stringify({ usedMb: (heapUsed + external) / 1_048_576 }))
})
