import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { DomainEvent } from '../../schemas/events.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import { Cleanup } from '../cleanup.ts'
import { atLeast, figure, inRounds } from '../figure.ts'
import { ORDER } from '../order-event.ts'
import { fillLog } from '../service/filled-log.ts'
import { startService } from '../service/measured-service.ts'
import { SLOWEST_REACTOR } from '../service/served-reactors.ts'

const UNWANTED = 1_000_000
/** Orders that are confirmed, each with one customer to tell. */
const WANTED = 30_000
const LOOK_MS = 10

/** Whether the reactors can follow a log that is mostly not theirs, and act upon what is. */
export const reactorRate = figure({
  id: 'E2',
  title: 'the reader of all reactors on a log that was written before',
  numbers: {
    passed: atLeast('events passed over that no reactor wants', '/s', { must: 50_000 }),
    acted: atLeast('events acted upon, each with a command (a text message that goes nowhere)', '/s', { must: 3_000 }),
  },
  async run(context) {
    return inRounds(context, async () => ({
      passed: await withLog(context.scope, UNWANTED, unwanted, passedASecond),
      acted: await withLog(context.scope, 2 * WANTED + 1, wanted, actedASecond),
    }))
  },
})

/** Writes a log, starts a service with the reactors alone on it, and measures in its database. */
async function withLog(
  outer: Cleanup,
  events: number,
  eventAt: Parameters<typeof fillLog>[2],
  measure: (client: pg.Client) => Promise<number>,
): Promise<number> {
  const scope = new Cleanup()
  outer.add(() => scope.run())
  try {
    const databaseUrl = await fillLog(scope, events, eventAt)
    const client = new pg.Client(databaseUrl)
    // The server may stop before we do.
    client.on('error', () => undefined)
    await client.connect()
    scope.add(() => client.end())
    const [rate] = await Promise.all([
      measure(client),
      startService(scope, { env: { DATABASE_URL: databaseUrl, ROLES: 'reactor', EFFECTS: 'on' } }),
    ])
    return rate
  } finally {
    await scope.run()
  }
}

function unwanted(index: number) {
  const sku = `SKU-${String(index % 1_000)}`
  return { stream: `inventory-${sku}`, event: { type: 'StockReceived', sku, quantity: 1 } as const }
}

function wanted(index: number): { readonly stream: string; readonly event: DomainEvent } {
  const { customerId } = ORDER
  if (index === 0) {
    const contact = { email: null, phone: '+15550000001', tier: 'vip' } as const
    const person = { customerId, name: 'Somebody', region: 'de', language: 'en', ...contact }
    return { stream: `customer-${customerId}`, event: { type: 'CustomerRegistered', ...person } }
  }
  const orderId = `order-${String(Math.floor((index - 1) / 2))}`
  const placed = { ...ORDER, orderId, reservedUntil: null }
  if (index % 2 === 1) return { stream: `order-${orderId}`, event: placed }
  const { tier, region, lines, total, placedAt } = ORDER
  const event = { type: 'OrderConfirmed', orderId, customerId, tier, region, lines, total, placedAt } as const
  return { stream: `order-${orderId}`, event }
}

/** Between the first and the last checkpoint that were seen on the way: they are noted once a second. */
async function passedASecond(client: pg.Client): Promise<number> {
  const seen: { readonly position: number; readonly at: number }[] = []
  for (let position = 0; position < UNWANTED; await pause(LOOK_MS)) {
    position = await numberOf(client, SLOWEST_REACTOR)
    if (position > (seen.at(-1)?.position ?? 0)) seen.push({ position, at: performance.now() })
  }
  // The last one waits for its second although there is nothing more to read.
  const [first, last] = [seen[0], seen.at(-2)]
  if (first === undefined || last === undefined || first === last) throw new Error('it was read too soon to measure')
  return ((last.position - first.position) * 1_000) / (last.at - first.at)
}

async function actedASecond(client: pg.Client): Promise<number> {
  const told = () => numberOf(client, `select count(*) from log.events where type = 'NotificationSent'`)
  const done = await waitUntil(async () => (await told()) >= WANTED, { everyMs: 500, withinMs: 300_000 })
  if (!done) throw new Error(`${String(await told())} of ${String(WANTED)} were looked at after five minutes`)
  return numberOf(
    client,
    `select (count(*) - 1) / extract(epoch from max(recorded_at) - min(recorded_at))
    from log.events where type = 'NotificationSent'`,
  )
}

async function numberOf(client: pg.Client, text: string): Promise<number> {
  const { rows } = await client.query<[string | null]>({ text, rowMode: 'array' })
  return Number(rows[0]?.[0] ?? 0)
}
