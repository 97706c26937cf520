/**
 * Makes the log of a running shop as long as asked, without deciding anything: what it appends is what the service would
 * have, at several times its rate. One order of five is cancelled (2.4 events an order), and every order has a key.
 */
import pg from 'pg'
import { newId, newIdBytes } from '../../app/clock.ts'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent, OrderPlaced } from '../../schemas/events.ts'
import { simulatedCustomers } from '../../simulation/customers.ts'
import { append, appendStatement, readHead } from '../../store/log/append.ts'
import { uuidBytes } from '../../store/postgres/binary-array.ts'
import type { KeyedAnswer, NewEvent } from '../../store/commit/decide-batch.ts'
import { ORDER } from '../order-event.ts'
import type { MeasuredService } from './measured-service.ts'
import { product, PRODUCTS, skuOf } from './shop.ts'

/** Of one append. */
const ORDERS = 2_000
const CANCELLED = 5
/** Events that the projections may be behind before more are appended. */
const AHEAD = 500_000

const buyers = simulatedCustomers(1_000)

/** `service` runs, and `fillShop` has filled it. Resolves when everything is shown. */
export async function growShop(service: MeasuredService, events: number, note: (text: string) => void): Promise<void> {
  const { databaseUrl, log } = service
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'orderledger bench' })
  await client.connect()
  try {
    const writer = new Writer(await answerOf(service, client), await versionsOf(client))
    for (let head = await readHead(client); head < events;) {
      const batch = writer.batch()
      // Where a reactor of the service had something to say, the same once more behind it.
      for (;;) {
        const { outcome } = await append(client, appendStatement(head, batch))
        if (outcome === 'appended') break
        if (outcome === 'keys-known') throw new Error('the shop was grown before')
        head = await readHead(client)
      }
      head += batch.events.length
      if (head - (await log.shown()) > AHEAD) {
        note(`${head} of ${events} events`)
        await log.caughtUp()
      }
    }
    await client.query('vacuum analyze log.events, log.commands')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
  await log.caughtUp()
}

class Writer {
  readonly #answer: string
  readonly #versions: Map<string, number>
  #count = 0
  #toCancel: OrderPlaced[] = []
  #events: NewEvent[] = []

  constructor(answer: string, versions: Map<string, number>) {
    this.#answer = answer
    this.#versions = versions
  }

  batch(): { readonly events: readonly NewEvent[]; readonly keyed: readonly KeyedAnswer[] } {
    this.#events = []
    for (const placed of this.#toCancel.splice(0)) this.#cancel(placed)
    const keyed = Array.from({ length: ORDERS }, (_, index) => this.#place(index))
    return { events: this.#events, keyed }
  }

  #place(index: number): KeyedAnswer {
    const number = this.#count++
    const sku = skuOf(number)
    const orderId = newId()
    const { name, category, price } = product(sku, number % PRODUCTS)
    const placedAt = Date.now()
    const placed: OrderPlaced = {
      ...{ ...ORDER, orderId, placedAt, reservedUntil: null },
      customerId: buyers[(number * 7) % buyers.length]?.customerId ?? '',
      lines: [{ sku, name, category, quantity: 1, unitPrice: price }],
      total: price,
    }
    const commandId = this.#command([
      [`order-${orderId}`, placed],
      [`inventory-${sku}`, { type: 'StockReserved', sku, orderId, quantity: 1 }],
    ])
    if (number % CANCELLED === 0) this.#toCancel.push(placed)
    return {
      key: { source: 'http:anonymous', key: newId(), fingerprint: Buffer.alloc(32, number) },
      ...{ index, answer: this.#answer, commandId, events: 2, offset: this.#events.length },
    }
  }

  #cancel({ orderId, lines, customerId, tier, region, total, placedAt }: OrderPlaced): void {
    const reason = 'changed my mind'
    const order = { orderId, customerId, tier, region, lines, total, placedAt, reason }
    this.#command([
      [`order-${orderId}`, { type: 'OrderCancelled', from: 'placed', ...order }],
      ...lines.map(({ sku, quantity }): [string, DomainEvent] => [
        `inventory-${sku}`,
        { type: 'StockReleased', sku, orderId, quantity },
      ]),
    ])
  }

  /** An order is placed with its version 1 and cancelled with its version 2. */
  #command(events: readonly (readonly [string, DomainEvent])[]): Buffer {
    const commandId = newIdBytes()
    const correlationId = uuidBytes(newId())
    for (const [stream, event] of events) {
      const ids = { id: newIdBytes(), commandId, correlationId, causationId: null }
      this.#events.push({ stream, version: this.#versionOf(stream, event), ...encode(event), ...ids })
    }
    return commandId
  }

  #versionOf(stream: string, { type }: DomainEvent): number {
    if (type === 'OrderPlaced') return 1
    if (type === 'OrderCancelled') return 2
    const version = (this.#versions.get(stream) ?? 0) + 1
    this.#versions.set(stream, version)
    return version
  }
}

/** What is kept with the key of an order over HTTP. */
async function answerOf({ url }: MeasuredService, client: pg.Client): Promise<string> {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': newId() },
    body: JSON.stringify({ customerId: buyers[0]?.customerId, lines: [{ sku: skuOf(0), quantity: 1 }] }),
  })
  if (!response.ok) throw new Error(`an order was answered ${response.status}`)
  await response.text()
  const { rows } = await client.query<{ answer: string }>(
    'select answer from log.commands where answer is not null limit 1',
  )
  if (rows[0] === undefined) throw new Error('no answer was kept')
  return rows[0].answer
}

async function versionsOf(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ stream: string; version: number }>(
    "select stream, max(version) as version from log.events where stream like 'inventory-%' group by stream",
  )
  return new Map(rows.map(({ stream, version }) => [stream, version]))
}
