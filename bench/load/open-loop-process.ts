/** The open-loop loader, in a process of its own so that a busy service cannot delay its clock. */
import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { HttpClient } from '../../cli/client/http-client.ts'
import { LatencyHistogram } from '../../cli/load/latency-histogram.ts'
import { sendAll } from '../../cli/load/send-all.ts'
import type { OpenLoop, OpenLoopReport } from './open-loop.ts'

/** Sent at the same rate before anything counts: connections open, and both programs are compiled. */
const WARM_UP_SECONDS = 2

const { url, method, lines, connections, rate, seconds } = JSON.parse(process.argv[2] ?? '') as OpenLoop
const texts = readFileSync(lines, 'utf8').split('\n')
const warmUp = Math.round(rate * WARM_UP_SECONDS)
const counted = Math.round(rate * seconds)
const { signal } = new AbortController()
// Every place that waits for its moment listens.
setMaxListeners(0, signal)
const client = new HttpClient({ url, token: null, connections, patience: 10_000, signal })
const latency = new LatencyHistogram()
const others: Record<string, number> = {}
let firstDue = Number.POSITIVE_INFINITY
let lastAnswer = 0

await sendAll({
  source: requests(),
  concurrency: connections,
  signal,
  schedule: (index) => (index * 1_000) / rate,
  async send({ text, counts }, dueAt) {
    const outcome = await send(text)
    if (outcome !== 'success') others[outcome] = (others[outcome] ?? 0) + 1
    if (counts) {
      lastAnswer = performance.now()
      firstDue = Math.min(firstDue, dueAt)
      latency.record(lastAnswer - dueAt)
    }
    return 'go-on'
  },
})
const report: OpenLoopReport = {
  answers: latency.count,
  // The last request is due one interval before the end of the load.
  perSecond: (latency.count * 1_000) / Math.max(lastAnswer - firstDue, (counted * 1_000) / rate),
  p50: latency.percentile(50),
  p99: latency.percentile(99),
  max: latency.max,
  others,
}
process.stdout.write(`${JSON.stringify(report)}\n`)
await client.close()

function* requests(): Generator<{ readonly text: string; readonly counts: boolean }, void, undefined> {
  for (let index = 0; index < warmUp + counted; index++) {
    yield { text: texts[index % texts.length] ?? '', counts: index >= warmUp }
  }
}

/** 'success', or the status, or why there was no answer. */
async function send(text: string): Promise<string> {
  try {
    const { status } = await (method === 'POST' ? client.post('/orders', text) : client.get(text))
    return status < 300 ? 'success' : String(status)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
