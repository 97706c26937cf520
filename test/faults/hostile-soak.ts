/**
 * A reader who means harm, beside customers who order: the service goes on, orders take at most five times as long, and
 * the memory at most doubles. What it is held to is measured before the attack, in the same run.
 */
import { ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { memoryOf } from '../../bench/machine/memory.ts'
import { LatencyHistogram } from '../../cli/load/latency-histogram.ts'
import { makeDataDir, startService } from '../support/service.ts'
import { expectVerified, openShop, ordersFor, type ShopPlan } from './shop.ts'

export interface HostileSoakOptions {
  readonly minutes: number
  readonly seed: number
  /** Orders. */
  readonly perSecond: number
  readonly tell: (line: object) => void
}

const PLAN: ShopPlan = { products: 200, stock: 100_000_000 }
const HOSTILE = 'secret-of-the-hostile'
/** Several, so that none of them comes to the rate limit. */
const SHOPS = ['one', 'two', 'three', 'four'].map((name) => ({ name, secret: `secret-of-shop-${name}` }))
const CLIENT = fileURLToPath(new URL('hostile-client.ts', import.meta.url))
const WARM_UP_SECONDS = 8
const BEFORE_SECONDS = 20
const MOST = { slower: 5, larger: 2 }

export async function soakWithHostility({ minutes, seed, perSecond, tell }: HostileSoakOptions): Promise<object> {
  const data = makeDataDir()
  const service = await startService({
    dataDir: data.path,
    env: {
      API_TOKENS: [...SHOPS.map(({ name, secret }) => `${name}:admin:${secret}`), `hostile:read:${HOSTILE}`].join(','),
      // The default of a service that others can reach.
      RATE_LIMIT: '100',
      LOG_LEVEL: 'error',
    },
  })
  let exited = false
  void service.exited.then(() => (exited = true))
  try {
    await openShop(service.url, PLAN, SHOPS[0]?.secret)
    const orders = (seconds: number) => placeOrders({ url: service.url, perSecond, seconds })
    await orders(WARM_UP_SECONDS)
    const before = { ...(await orders(BEFORE_SECONDS)), peakMb: memoryOf(service.pid).peakMb }
    tell({ before: { ...shown(before.latency), ...memoryOf(service.pid), others: before.others } })

    const client = spawn(process.execPath, ['--import', 'tsx', CLIENT, service.url, HOSTILE, String(seed)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const told = text(client.stdout)
    const during = new LatencyHistogram()
    const others: Record<string, number> = {}
    for (let minute = 0; minute < minutes; minute++) {
      const { latency, others: more } = await orders(60 * Math.min(1, minutes - minute))
      during.add(latency)
      for (const [status, count] of Object.entries(more)) others[status] = (others[status] ?? 0) + count
      tell({ minute: minute + 1, ...shown(latency), ...memoryOf(service.pid), others })
    }
    const { peakMb } = memoryOf(service.pid)
    const lived = client.exitCode === null
    client.stdin.end()
    const attacks = JSON.parse(await told) as object
    ok(lived, 'the attackers ended before their time')

    ok(!exited, `the service ended:\n${service.output()}`)
    const ready = await fetch(new URL('/readyz', service.url))
    ok(ready.status === 200, `not ready: ${await ready.text()}`)
    const summary = {
      ...{ minutes, seed, perSecond },
      before: { ...shown(before.latency), peakMb: Math.round(before.peakMb) },
      during: { ...shown(during), peakMb: Math.round(peakMb) },
      slower: ratio(during.percentile(99), before.latency.percentile(99)),
      larger: ratio(peakMb, before.peakMb),
      others,
      attacks,
    }
    tell(summary)
    ok(Object.keys(others).length === 0, `orders were refused: ${JSON.stringify(others)}`)
    ok(summary.slower <= MOST.slower, `orders took ${String(summary.slower)} times as long at p99`)
    ok(summary.larger <= MOST.larger, `the memory grew to ${String(summary.larger)} times`)
    await service.stop()
    await expectVerified(data.path)
    return { verified: true, slower: summary.slower, larger: summary.larger }
  } finally {
    await service.kill()
    data.remove()
  }
}

interface Placing {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
}

let batches = 0

/** At a fixed rate, whatever becomes of those before; each is measured from when it was due. */
async function placeOrders({ url, perSecond, seconds }: Placing) {
  const pool = new Pool(url, { connections: 64, pipelining: 1 })
  const latency = new LatencyHistogram()
  const others: Record<string, number> = {}
  const under: Promise<void>[] = []
  const orders = ordersFor(`hostile-${String(++batches)}`, Math.round(perSecond * seconds), PLAN)
  const began = performance.now()
  for (const [index, { key, body }] of orders.entries()) {
    const due = began + (index * 1_000) / perSecond
    const early = due - performance.now()
    if (early > 0) await pause(early)
    const send = async (): Promise<void> => {
      const outcome = await pool
        .request({
          ...{ path: '/orders', method: 'POST', body: JSON.stringify(body) },
          headers: {
            'content-type': 'application/json',
            'idempotency-key': key,
            authorization: `Bearer ${SHOPS[index % SHOPS.length]?.secret ?? ''}`,
          },
        })
        .then(
          async ({ statusCode, body: answer }) => (await answer.dump(), String(statusCode)),
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        )
      latency.record(performance.now() - due)
      if (outcome !== '201') others[outcome] = (others[outcome] ?? 0) + 1
    }
    under.push(send())
  }
  await Promise.all(under)
  await pool.close()
  return { latency, others }
}

function shown(latency: LatencyHistogram): object {
  const millis = (value: number) => Math.round(value * 10) / 10
  return {
    orders: latency.count,
    p50: millis(latency.percentile(50)),
    p99: millis(latency.percentile(99)),
    max: millis(latency.max),
  }
}

function ratio(one: number, other: number): number {
  return Math.round((100 * one) / other) / 100
}
