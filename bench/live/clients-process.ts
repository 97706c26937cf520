/**
 * Clients of /live in a process of their own, so that a busy service cannot delay their clock. `ready` once all have what they
 * asked for; a report when the standard input ends. It places orders itself, where it is to tell how soon they were seen.
 */
import { once, setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import WebSocket from 'ws'
import { HttpClient } from '../../cli/client/http-client.ts'
import { LatencyHistogram } from '../../cli/load/latency-histogram.ts'
import { sendAll } from '../../cli/load/send-all.ts'
import type { ClientsReport, LiveClients } from './clients.ts'

const { url, clients, topics, placed } = JSON.parse(process.argv[2] ?? '') as LiveClients
const subscribe = JSON.stringify({
  ...{ type: 'subscribe', id: 1 },
  topics: Object.fromEntries(topics.map((topic) => [topic, { limit: 50 }])),
})
/** When each order was due, by its id. */
const due = new Map<string, number>()
const latency = new LatencyHistogram()
let [frames, bytes, summaries, again, closed] = [0, 0, 0, 0, 0]
let lastFrame = 0

const sockets = Array.from({ length: clients }, () => new WebSocket(`${url.replace('http', 'ws')}/live`))
await Promise.all(sockets.map(opened))
process.stdout.write('ready\n')
if (placed !== null) await place(placed)
else for await (const chunk of process.stdin) void chunk
const report: ClientsReport = {
  ...{ frames, bytes, summaries, again, closed, quietMs: performance.now() - lastFrame },
  ...{ p50: latency.percentile(50), p99: latency.percentile(99), seen: latency.count },
  due: Object.fromEntries([...due].map(([id, at]) => [id, performance.timeOrigin + at])),
}
process.stdout.write(`${JSON.stringify(report)}\n`)
for (const socket of sockets) socket.terminate()

/** Resolves when it has a snapshot of each topic. */
async function opened(socket: WebSocket): Promise<void> {
  let snapshots = 0
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => closed++)
    socket.on('open', () => socket.send(subscribe))
    socket.on('message', (data: Buffer) => {
      const now = performance.now()
      // The head says what it is; parsing it whole in each of a hundred clients would be most of what is measured.
      const head = data.toString('latin1', 0, 400)
      if (head.startsWith('{"type":"snapshot"')) {
        snapshots++
        if (/"reason":"(slow|summary|behind)"/.test(head)) again++
        if (snapshots === topics.length) resolve()
        return
      }
      if (!head.startsWith('{"type":"change"')) return
      frames++
      bytes += data.length
      lastFrame = now
      if (head.includes('"summary":true')) summaries++
      if (placed !== null) seen(data.toString('latin1'), now)
    })
  })
}

function seen(text: string, now: number): void {
  for (const [, orderId] of text.matchAll(/"orderId":"(live-\d+)"/g)) {
    const at = due.get(orderId ?? '')
    if (at !== undefined) latency.record(now - at)
  }
}

/** Resolves a second after the last answer: what was not seen by then is not counted, and is missing in `seen`. */
async function place({ lines, rate, seconds }: NonNullable<LiveClients['placed']>): Promise<void> {
  const texts = readFileSync(lines, 'utf8').split('\n')
  const { signal } = new AbortController()
  // Every place that waits for its moment listens.
  setMaxListeners(0, signal)
  const client = new HttpClient({ url, token: null, connections: 64, patience: 10_000, signal })
  const warmUp = rate * 2
  await sendAll({
    source: Array.from({ length: warmUp + rate * seconds }, (_, index) => index),
    concurrency: 64,
    signal,
    schedule: (index) => (index * 1_000) / rate,
    async send(index, dueAt) {
      const orderId = `live-${String(Date.now())}${String(index)}`
      if (index >= warmUp) due.set(orderId, dueAt)
      const body = JSON.stringify({ ...(JSON.parse(texts[index % texts.length] ?? '{}') as object), orderId })
      const { status } = await client.post('/orders', body)
      if (status !== 201) throw new Error(`an order was answered ${String(status)}`)
      return 'go-on'
    },
  })
  await once(AbortSignal.timeout(1_000), 'abort')
  await client.close()
}
