/** A shop whose log is long and in which one order of five was cancelled; and replays of it over HTTP. */
import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { HttpClient } from '../../cli/client/http-client.ts'
import { sendAll } from '../../cli/load/send-all.ts'
import type { BenchContext } from '../figure.ts'
import { loadClosed } from '../load/closed-loop.ts'
import { startShop } from './loaded-shop.ts'
import type { MeasuredService } from './measured-service.ts'
import { everyProduct, writeOrders } from './shop.ts'

const SLICE_SECONDS = 10
/** A cancelled order is four events, another one two. */
const EVENTS_PER_ORDER = 2.4
const CANCELLED = 0.2

/** A service that runs, with at least this many events in its log, all of them shown. */
export async function startReplayedShop({ scope, note }: BenchContext, events: number): Promise<MeasuredService> {
  const service = await startShop(scope)
  const orders = writeOrders(scope, everyProduct)
  let placed = 0
  while (placed * EVENTS_PER_ORDER < events) {
    placed += (await loadClosed({ url: service.url, orders, connections: 256, seconds: SLICE_SECONDS })).answers
    note(`${placed} orders`)
  }
  await service.log.caughtUp()
  const ids = await service.log.orderIds(Math.ceil(placed * CANCELLED))
  await cancelAll(service.url, ids)
  await service.log.caughtUp()
  note(`${ids.length} of them cancelled, ${await service.log.head()} events`)
  return service
}

async function cancelAll(url: string, ids: readonly string[]): Promise<void> {
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const client = new HttpClient({ url, token: null, connections: 64, patience: 60_000, signal })
  try {
    await sendAll({
      source: ids[Symbol.iterator](),
      concurrency: 64,
      signal,
      async send(id) {
        const { status } = await client.post(`/orders/${id}/cancel`, '{}')
        if (status !== 200) throw new Error(`a cancel was answered ${status}`)
        return 'go-on'
      },
    })
  } finally {
    await client.close()
  }
}

export interface FinishedReplays {
  /** From the first that was asked for to the last that had switched. */
  readonly seconds: number
  readonly position: number
}

interface Shown {
  readonly replayId: string
  readonly state: string
  readonly position: number
  readonly startedAt: string
  readonly finishedAt: string | null
}

/** Throws unless all of them switch. */
export async function replay(url: string, names: readonly string[]): Promise<FinishedReplays> {
  const begun: Shown[] = []
  for (const name of names) begun.push(await json(`${url}/projections/${name}/replay`, { method: 'POST' }))
  for (;;) {
    const now = await Promise.all(begun.map(({ replayId }) => json<Shown>(`${url}/replays/${replayId}`)))
    const finished = now.filter(({ finishedAt }) => finishedAt !== null)
    const wrong = finished.find(({ state }) => state !== 'switched')
    if (wrong !== undefined) throw new Error(`a replay ended as ${wrong.state}`)
    if (finished.length < now.length) {
      await pause(20)
      continue
    }
    const started = Math.min(...now.map(({ startedAt }) => Date.parse(startedAt)))
    const ended = Math.max(...now.map(({ finishedAt }) => Date.parse(finishedAt ?? '')))
    return { seconds: (ended - started) / 1_000, position: Math.min(...now.map(({ position }) => position)) }
  }
}

async function json<Body>(url: string, init: RequestInit = {}): Promise<Body> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return (await response.json()) as Body
}
