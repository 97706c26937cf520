/** Sends made-up user events in batches, as they would happen now, and counts what became of them. */
import { randomUUID } from 'node:crypto'
import { generateVisits, type GeneratedEvent } from '../../simulation/visits/generate-visits.ts'
import { RequestGivenUp, type HttpClient } from '../client/http-client.ts'
import { field } from './delivery.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { sendAll } from './send-all.ts'

export interface FloodingBehaviour {
  readonly client: HttpClient
  /** Events. */
  readonly count: number
  readonly seed: number
  /** Products, bestsellers first. */
  readonly skus: readonly string[]
  /** Requests under way. */
  readonly concurrency: number
  /** Events a second; absent: as fast as they are answered. */
  readonly rate?: number
  readonly signal: AbortSignal
  readonly advance: (events: number) => void
}

export interface BehaviourReport {
  readonly sent: number
  readonly accepted: number
  readonly duplicates: number
  readonly late: number
  readonly parked: number
  /** In requests that were refused or got no answer. */
  readonly failed: number
  readonly seconds: number
  readonly ratePerSecond: number
  /** Of one request. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

const OF_A_REQUEST = 100
/** At this many a day, visits stand so close together that each request holds many. */
const PER_DAY = 20_000_000
const VERDICTS = ['accepted', 'duplicates', 'late', 'parked'] as const

/** What they do, and who, hangs on the seed alone; ids and times are of now. */
export async function floodBehaviour(flooding: FloodingBehaviour): Promise<BehaviourReport> {
  const { client, count, seed, skus, rate, advance, ...bounds } = flooding
  const latency = new LatencyHistogram()
  const sums = { sent: 0, accepted: 0, duplicates: 0, late: 0, parked: 0, failed: 0 }
  const start = performance.now()
  await sendAll({
    source: batches(generateVisits({ seed, count, perDay: PER_DAY, from: 0, skus })),
    ...bounds,
    ...(rate === undefined ? {} : { schedule: (index: number) => (index * OF_A_REQUEST * 1_000) / rate }),
    async send(batch, dueAt) {
      const at = new Date().toISOString()
      const body = JSON.stringify(batch.map((event) => ({ ...event, eventId: randomUUID(), at })))
      sums.sent += batch.length
      advance(batch.length)
      try {
        const reply = await client.post('/user-events', body)
        latency.record(performance.now() - dueAt)
        if (reply.status === 202)
          for (const verdict of VERDICTS) sums[verdict] += Number(field(reply.body, verdict) ?? 0)
        else sums.failed += batch.length
        return 'go-on'
      } catch (error) {
        if (!(error instanceof RequestGivenUp)) throw error
        sums.failed += batch.length
        return error.code === 'no-answer' ? 'stop' : 'go-on'
      }
    },
  })
  const seconds = (performance.now() - start) / 1_000
  return {
    ...sums,
    seconds: rounded(seconds),
    ratePerSecond: Math.round(sums.sent / seconds),
    latencyMs: {
      p50: rounded(latency.percentile(50)),
      p99: rounded(latency.percentile(99)),
      max: rounded(latency.max),
    },
  }
}

function* batches(visits: Iterable<{ readonly event: GeneratedEvent }>): Generator<readonly GeneratedEvent[]> {
  let batch: GeneratedEvent[] = []
  for (const { event } of visits) {
    batch.push(event)
    if (batch.length < OF_A_REQUEST) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
