/**
 * Bad records mixed one to one with good orders, on one broker: each bad one is parked once, under its class, and none
 * keeps a good order waiting.
 */
import pg from 'pg'
import { deepStrictEqual } from 'node:assert/strict'
import type { Message } from 'kafkajs'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { startKafka } from '../../cluster/kafka/kafka.ts'
import { poisonCorpus, type PoisonCase } from '../../kafka/inbound/poison-corpus.ts'
import { PLACE_ORDER_SUBJECT } from '../../contract/registry/command-schema.ts'
import { eventually } from '../support/eventually.ts'
import { inboundOrder, INBOUND_CUSTOMERS } from './inbound-orders.ts'
import { startRecords } from './record-load.ts'
import { expectVerified, registerCustomers, skuOf } from './shop.ts'
import { openShopOnKafka } from './shop-on-kafka.ts'

export interface PoisonSoakOptions {
  /** Bad records; as many good ones come between them. */
  readonly poison: number
  /** Records a second, both kinds together. */
  readonly perSecond: number
  readonly tell: (line: object) => void
}

const RUN = 'poison'
/** Larger ones would measure the network. */
const MOST_BYTES = 2_048

export async function soakWithPoison({ poison, perSecond, tell }: PoisonSoakOptions): Promise<object> {
  const { env } = process
  const postgres = await startThrowawayPostgres({ durable: true })
  const releases = [() => postgres.stop()]
  try {
    const cluster = await startKafka({ cacheDir: cacheDirectory(env), javaHome: env['JAVA_HOME'], brokers: 1 })
    releases.push(() => cluster.stop())
    const { bootstrap, tls, sasl } = cluster
    const shop = await openShopOnKafka({
      databaseUrl: postgres.url,
      settings: { brokers: bootstrap, prefix: 'soak.', tls, sasl },
      plan: { products: 5, stock: 100_000_000 },
      roles: ['api', 'relay,projector'],
    })
    releases.push(() => shop.stop())
    const [api] = shop.having('api')
    await registerCustomers(api?.supervisor.url ?? '', INBOUND_CUSTOMERS)
    const pool = new pg.Pool({ connectionString: postgres.url, max: 2 })
    releases.push(() => pool.end())

    const cases = poisonCorpus({ run: RUN, sku: skuOf(0), schemaId: await placeOrderId(api?.supervisor.url ?? '') })
    const small = cases.filter(({ before, record }) => before === null && sizeOf(record) < MOST_BYTES)
    // The first one waits for the group to be dealt out.
    const first = (number: number) => (number === 0 ? inboundOrder(0, 'first') : null)
    await startRecords({ settings: shop.settings, perSecond: 100, record: first }).done
    await eventually(async () => (await shop.ordersOf('first-')) === 1, { timeout: 100_000 })
    const madeAt: number[] = []
    const began = performance.now()
    const records = startRecords({
      settings: shop.settings,
      perSecond,
      record: (number) => {
        if (number >= 2 * poison) return null
        if (number % 2 === 0) madeAt.push(Date.now())
        return recordOf(number, small)
      },
    })
    const parked = async () => {
      const { rows } = await pool.query<{ class: string; count: number }>(
        'select class, count(*)::int as count from log.dead_letters group by class',
      )
      return new Map(rows.map((row) => [row.class, row.count]))
    }
    const total = (classes: ReadonlyMap<string, number>) => [...classes.values()].reduce((sum, count) => sum + count, 0)
    const telling = setInterval(
      () =>
        void parked().then(
          (seen) => tell({ sent: records.sent(), parked: total(seen) }),
          () => undefined,
        ),
      10_000,
    )
    await records.done.finally(() => clearInterval(telling))
    const sentIn = (performance.now() - began) / 1_000
    await eventually(async () => (await shop.ordersOf('in-')) >= poison && total(await parked()) >= poison, {
      timeout: 600_000,
    })
    await shop.caughtUp(600_000)

    deepStrictEqual(records.repeated(), 0, 'records were sent twice: the counts say nothing')
    deepStrictEqual(await shop.ordersOf('in-'), poison)
    deepStrictEqual(Object.fromEntries([...(await parked())].toSorted()), expected(poison, small))
    const { topics } = await expectVerified(shop.dataDir)
    return {
      poison,
      good: poison,
      perSecond: Math.round((2 * poison) / sentIn),
      classes: expected(poison, small),
      goodLagMillis: await lagOfGood(pool, madeAt),
      topics,
      verified: true,
    }
  } finally {
    for (const release of releases.toReversed()) await release()
  }
}

/** Even ones are good. */
function recordOf(number: number, cases: readonly PoisonCase[]): Message {
  const half = Math.floor(number / 2)
  if (number % 2 === 0) return inboundOrder(half)
  const { key, value, headers } = cases[half % cases.length]?.record ?? { key: null, value: null, headers: {} }
  const own = Object.entries(headers).map(([name, text]) => [name, typeof text === 'string' ? text : [...text]])
  // Keys of their own, so that they lie between the good ones on each partition.
  return { key: `${key ?? ''}-${String(half)}`, value, headers: Object.fromEntries(own) as Message['headers'] & object }
}

/** From the making of a record to the commit of its order, by the clock that both have on one machine. */
async function lagOfGood(pool: pg.Pool, madeAt: readonly number[]): Promise<object> {
  const { rows } = await pool.query<{ number: number; at: string }>(
    `select substr(stream, length('order-in-') + 1)::int as number, extract(epoch from recorded_at) * 1000 as at
    from log.events where type = 'OrderPlaced' and starts_with(stream, 'order-in-')`,
  )
  const lags = rows.map(({ number, at }) => Number(at) - (madeAt[number] ?? 0)).toSorted((a, b) => a - b)
  const percentile = (share: number) => Math.round(lags[Math.floor(share * (lags.length - 1))] ?? 0)
  return { p50: percentile(0.5), p99: percentile(0.99), most: percentile(1) }
}

async function placeOrderId(url: string): Promise<number> {
  const response = await fetch(`${url}/registry/subjects/${PLACE_ORDER_SUBJECT}/versions/latest`)
  return ((await response.json()) as { readonly id: number }).id
}

function sizeOf({ key, value, headers }: PoisonCase['record']): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + JSON.stringify(headers).length
}

function expected(poison: number, cases: readonly PoisonCase[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (let number = 0; number < poison; number++) {
    const name = cases[number % cases.length]?.class ?? ''
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].toSorted())
}
