import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { atLeast, atMost, figure, stated, type BenchContext } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { growShop } from '../service/grown-shop.ts'
import { placeOrders, startShop, warmUp } from '../service/loaded-shop.ts'
import { runMeasured } from '../service/measured-command.ts'
import { startService, type MeasuredService } from '../service/measured-service.ts'
import { memoryOf } from '../machine/memory.ts'
import { projections } from '../../projections/views/list.ts'
import { replay } from '../service/replayed-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

const SMALL = 600_000
/** 5,000,000 with the default of --orders. */
const EVENTS_PER_ORDER = 5
const READ = 10_000
const WARM_UPS = 3
const ALL = projections.map(({ name }) => name)

/** What is left of a rate, and how much more the rest takes. */
const KEPT = { must: 0.83 }
const GROWN = { must: 1.2 }

/** Whether anything grows with the log: each number over a long one ÷ that over a short one of the same shop. */
export const growth = figure({
  id: 'G1',
  title: 'one shop at 600,000 and at 5,000,000 events',
  numbers: {
    orders: atLeast('orders/s, 64 connections: at 5,000,000 ÷ at 600,000', 'x', KEPT),
    read: atMost('p50 of GET /orders/{id} at 1,000 a second, alike', 'x', GROWN),
    start: atMost('start until ready, alike', 'x', GROWN),
    memory: atMost('resident memory of the service after both loads, alike', 'x', GROWN),
    replay: atLeast('events/s of a replay of all projections, alike', 'x', KEPT),
    verify: atLeast('events/s of verify, alike', 'x', KEPT),
    eventBytes: atMost('bytes of an event with its indexes, alike', 'x', GROWN),
    orderBytes: atMost('bytes of an order in the read model with its indexes, alike', 'x', GROWN),
    keyBytes: atMost('bytes of a key with its index, alike', 'x', GROWN),
    smallVerify: atLeast('events verified at 600,000, the whole command', '/s', { must: 40_000 }),
    largeVerify: atLeast('events verified at 5,000,000', '/s', { must: 40_000 }),
    smallVerifyMemory: atMost('the most memory of verify at 600,000', 'MB', { must: 512 }),
    largeVerifyMemory: atMost('the most memory of verify at 5,000,000', 'MB', { must: 512 }),
    smallOrders: stated('orders at 600,000', '/s'),
    largeOrders: stated('orders at 5,000,000', '/s'),
    smallRead: stated('p50 of a read at 600,000', 'ms'),
    largeRead: stated('p50 of a read at 5,000,000', 'ms'),
    smallStart: stated('start at 600,000', 's'),
    largeStart: stated('start at 5,000,000', 's'),
    smallMemory: stated('the service at 600,000', 'MB'),
    largeMemory: stated('the service at 5,000,000', 'MB'),
    smallReplay: stated('events replayed at 600,000', '/s'),
    largeReplay: stated('events replayed at 5,000,000', '/s'),
    largeEventBytes: stated('an event at 5,000,000', 'B'),
    largeOrderBytes: stated('an order at 5,000,000', 'B'),
    largeKeyBytes: stated('a key at 5,000,000', 'B'),
  },
  async run(context) {
    const { scope, orders, note } = context
    const filling = await startShop(scope)
    await growShop(filling, SMALL, note)
    await filling.stop()
    const small = await rounds(context, filling.dataDir)
    const growing = await startService(scope, { dataDir: filling.dataDir })
    await growShop(growing, orders * EVENTS_PER_ORDER, note)
    await growing.stop()
    const large = await rounds(context, filling.dataDir)
    return small.map((before, round) => compared(before, large[round] ?? before))
  },
})

interface Size {
  readonly orders: number
  readonly read: number
  readonly start: number
  readonly memory: number
  readonly replay: number
  readonly verify: number
  readonly verifyMemory: number
  readonly eventBytes: number
  readonly orderBytes: number
  readonly keyBytes: number
}

/** The peak memory of verify is not a ratio: it may take as much over a short log. */
function compared({ verifyMemory, ...small }: Size, { verifyMemory: largeMemory, ...large }: Size) {
  const names = Object.keys(small) as (keyof typeof small)[]
  const ratios = Object.fromEntries(names.map((name) => [name, large[name] / small[name]])) as Record<
    keyof typeof small,
    number
  >
  return {
    ...ratios,
    smallVerify: small.verify,
    largeVerify: large.verify,
    smallVerifyMemory: verifyMemory,
    largeVerifyMemory: largeMemory,
    smallOrders: small.orders,
    largeOrders: large.orders,
    smallRead: small.read,
    largeRead: large.read,
    smallStart: small.start,
    largeStart: large.start,
    smallMemory: small.memory,
    largeMemory: large.memory,
    smallReplay: small.replay,
    largeReplay: large.replay,
    largeEventBytes: large.eventBytes,
    largeOrderBytes: large.orderBytes,
    largeKeyBytes: large.keyBytes,
  }
}

async function rounds(context: BenchContext, dataDir: string): Promise<readonly Size[]> {
  const found: Size[] = []
  for (let round = 1; round <= context.rounds; round++) {
    context.note(`round ${round} of ${context.rounds}`)
    found.push(await measure(context, dataDir))
  }
  return found
}

/** With a service of its own, stopped while `verify` runs. */
async function measure({ scope, seconds }: BenchContext, dataDir: string): Promise<Size> {
  const begin = performance.now()
  const service = await startService(scope, { dataDir })
  const start = (performance.now() - begin) / 1_000
  const lines = writeOrders(scope, everyProduct)
  // What a start reads from disk for the first time grows with the log; a shop that runs has it in memory.
  for (let load = 0; load < WARM_UPS; load++) await warmUp(service, lines)
  const { perSecond } = await placeOrders(service, { orders: lines, connections: 64, seconds })
  const { p50 } = await readOrders(service, join(scope.folder(), 'paths'), seconds)
  const memory = memoryOf(service.pid).residentMb
  const bytes = await bytesOf(service.databaseUrl)
  const replayed = await replay(service.url, ALL)
  await service.stop()
  const { events, peakMb, seconds: verifying } = await verify(dataDir)
  return {
    ...{ orders: perSecond, read: p50, start, memory, ...bytes },
    replay: replayed.position / replayed.seconds,
    verify: events / verifying,
    verifyMemory: peakMb,
  }
}

async function readOrders({ url, log }: MeasuredService, lines: string, seconds: number) {
  const ids = await log.orderIds(READ)
  writeFileSync(lines, ids.map((id) => `/orders/${id}`).join('\n'))
  return loadOpen({ url, method: 'GET', lines, connections: 64, rate: 1_000, seconds })
}

async function bytesOf(databaseUrl: string): Promise<Pick<Size, 'eventBytes' | 'orderBytes' | 'keyBytes'>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const orders = await liveTable(client, 'orders')
    return {
      eventBytes: await bytesByRow(client, 'log.events'),
      orderBytes: await bytesByRow(client, orders),
      keyBytes: await bytesByRow(client, 'log.commands'),
    }
  } finally {
    await client.end()
  }
}

async function liveTable(client: pg.Client, name: string): Promise<string> {
  const { rows } = await client.query<{ generation: number }>(
    'select live_generation as generation from views.projections where name = $1',
    [name],
  )
  return `views.${name}_g${rows[0]?.generation ?? 1}`
}

async function bytesByRow(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string; rows: string }>(
    `select pg_total_relation_size('${table}') as bytes, count(*) as rows from ${table}`,
  )
  return Number(rows[0]?.bytes) / Number(rows[0]?.rows)
}

/** The whole command, with the start of the embedded Postgres. Throws unless it finds nothing wrong. */
async function verify(dataDir: string) {
  const { stdout, seconds, peakMb } = await runMeasured(dataDir, ['verify', '--json'])
  const { ok, position } = JSON.parse(stdout) as { readonly ok: boolean; readonly position: number }
  if (!ok) throw new Error(`verify found a breach:\n${stdout}`)
  return { events: position, peakMb, seconds }
}
