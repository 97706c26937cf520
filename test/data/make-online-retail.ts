/** Makes `online-retail-*.gz` from the folder of the whole data set: node --import tsx test/data/make-online-retail.ts <folder>. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'

interface Basket {
  readonly at: number
  readonly lines: readonly (readonly [product: number, units: number])[]
}

const QUARTERS = ['2010q4', '2011q1', '2011q2', '2011q3', '2011q4']
const [from = ''] = process.argv.slice(2)

const baskets = QUARTERS.flatMap((quarter) => linesOf<Basket>(`baskets-${quarter}.jsonl.gz`))
const products = baskets.flatMap(({ lines }) => lines.map(([product]) => product))
// Column by column, low and high bytes apart: half the size of a JSON line for each basket.
write('online-retail-baskets.bin.gz', [
  bytesOf(Uint32Array.of(baskets.length)),
  bytesOf(Uint32Array.from(baskets, ({ at }) => at)),
  bytesOf(Uint32Array.from(baskets, ({ lines }) => lines.length)),
  Buffer.from(products.map((product) => product & 0xff)),
  Buffer.from(products.map((product) => product >> 8)),
])

const demand = linesOf<{ readonly sku: string; readonly from: string; readonly units: readonly number[] }>(
  'daily-demand.jsonl.gz',
)
write(
  'online-retail-demand.jsonl.gz',
  demand.map(({ sku, from: first, units }) => Buffer.from(`${JSON.stringify({ sku, from: first, units })}\n`)),
)

function linesOf<Line>(name: string): readonly Line[] {
  const text = gunzipSync(readFileSync(join(from, name))).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

function bytesOf({ buffer }: Uint32Array): Buffer {
  return Buffer.from(buffer)
}

function write(name: string, parts: readonly Buffer[]): void {
  const path = fileURLToPath(new URL(name, import.meta.url))
  writeFileSync(path, gzipSync(Buffer.concat(parts), { level: 9 }))
}
