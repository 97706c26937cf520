/** The loader that stands in for wrk where it is not installed: the same bodies, the same report. */
import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import { LatencyHistogram } from '../../cli/load/latency-histogram.ts'
import type { ClosedLoop } from './closed-loop.ts'

const { url, orders, connections, seconds } = JSON.parse(process.argv[2] ?? '') as ClosedLoop
const bodies = readFileSync(orders, 'utf8').split('\n')
const headers = { 'content-type': 'application/json' }
const pool = new Pool(url, { connections, pipelining: 1 })
const latency = new LatencyHistogram()
let sent = 0
let refused = 0
let broken = 0

const start = performance.now()
const end = start + seconds * 1_000
await Promise.all(Array.from({ length: connections }, sendUntilTheEnd))
const report = {
  answers: latency.count,
  refused,
  broken,
  seconds: (performance.now() - start) / 1_000,
  p50: latency.percentile(50),
  p99: latency.percentile(99),
  max: latency.max,
}
process.stdout.write(`${JSON.stringify(report)}\n`)
await pool.destroy()

async function sendUntilTheEnd(): Promise<void> {
  for (let sentAt = start; sentAt < end;) {
    sentAt = performance.now()
    const body = bodies[sent++ % bodies.length] ?? ''
    try {
      const answer = await pool.request({ method: 'POST', path: '/orders', headers, body })
      await answer.body.dump()
      if (answer.statusCode >= 400) refused += 1
      latency.record(performance.now() - sentAt)
    } catch {
      broken += 1
    }
  }
}
