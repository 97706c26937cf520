/** One poison run: a customer and a product of its own, the corpus and as many good orders, and a look at the outcome. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Message } from 'kafkajs'
import type { DeadLetterSummary } from '../../dashboard/api-shapes.ts'
import { CheckedSender } from '../../kafka/client/checked-sender.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import {
  goodOrder,
  poisonCorpus,
  poisonCustomers,
  type PoisonCase,
  type PoisonRecord,
  type PoisonShop,
} from '../../kafka/inbound/poison-corpus.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName, topics } from '../../kafka/topics/topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import { lookUpPlaceOrder, PLACE_ORDER_SUBJECT } from '../../contract/registry/command-schema.ts'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { readLetters } from '../client/letter-client.ts'
import type { HttpClient } from '../client/http-client.ts'
import { requireSuccess } from '../client/service.ts'

export interface PoisonRun {
  readonly client: HttpClient
  readonly settings: KafkaSettings
  /** Null: the embedded one. */
  readonly registryUrl: string | null
  readonly currency: string
  /** Milliseconds to wait for the outcome. */
  readonly patience: number
  readonly note: (line: string) => void
}

export interface PoisonReport {
  readonly run: string
  readonly cases: readonly { readonly name: string; readonly expected: string; readonly found: readonly string[] }[]
  readonly good: { readonly sent: number; readonly placed: number }
  readonly seconds: number
  readonly ok: boolean
}

const POLL_MS = 200
const PAGE = 200
const PARTITIONS = topics.find(({ name }) => name === 'order-commands')?.partitions ?? 1

export async function runPoison(options: PoisonRun): Promise<PoisonReport> {
  const { client, settings, note, patience } = options
  const startedAt = Date.now()
  const run = `poison${randomBytes(4).toString('hex')}`
  const shop: PoisonShop = { run, sku: run, schemaId: await placeOrderId(options) }
  if (shop.schemaId === null) note(`the registry does not have ${PLACE_ORDER_SUBJECT}, so cases in Avro are left out`)
  await stock(options, shop)
  const cases = poisonCorpus(shop)
  const first = cases.flatMap(({ before }) => (before === null ? [] : [before]))
  const good = cases.map((_, index) => goodOrder(shop, index))
  // What has to come first lies before it in the same partition: it has the same key.
  await send(settings, [...first, ...cases.flatMap(({ record }, index) => [record, good[index] ?? record])])
  note(`${String(cases.length)} bad records and ${String(good.length + first.length)} good orders`)

  const sent = good.length + first.length
  let report = await look()
  while (!report.ok && Date.now() < startedAt + patience) {
    await delay(POLL_MS)
    report = await look()
  }
  return report

  async function look(): Promise<PoisonReport> {
    const letters = await lettersOf(client, run, cases)
    const found = cases.map(({ name, class: expected, record }) => ({
      name,
      expected,
      found: letters.filter(({ key }) => isKeyOf(record, key)).map((letter) => letter.class),
    }))
    const placed = await placedOrders(client, shop)
    const right = found.every((one) => one.found.length === 1 && one.found[0] === one.expected)
    const seconds = (Date.now() - startedAt) / 1_000
    return { run, cases: found, good: { sent, placed }, seconds, ok: right && placed === sent }
  }
}

/** The API shows at most 256 bytes of a key. */
function isKeyOf({ key }: PoisonRecord, shown: string | null): boolean {
  return shown !== null && key?.slice(0, 256) === shown
}

async function lettersOf(
  client: HttpClient,
  run: string,
  cases: readonly PoisonCase[],
): Promise<readonly DeadLetterSummary[]> {
  const found: DeadLetterSummary[] = []
  let before: number | undefined
  // One page more than the run can fill: it is the newest, and others may be parked beside it.
  for (let pages = 0; pages <= Math.ceil((4 * cases.length) / PAGE); pages++) {
    const { items, next } = await readLetters(client, { limit: PAGE, before })
    found.push(...items.filter(({ key }) => key?.startsWith(run) === true))
    if (next === null) break
    before = next
  }
  return found
}

async function placedOrders(client: HttpClient, shop: PoisonShop): Promise<number> {
  const counts = await Promise.all(
    poisonCustomers(shop).map(async (customerId) => {
      const path = `/orders?limit=200&status=placed&customer=${customerId}`
      const reply = await client.get(path)
      requireSuccess(reply, `GET ${client.url}${path}`)
      return (reply.body as { readonly items: readonly unknown[] }).items.length
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function stock({ client, currency }: PoisonRun, shop: PoisonShop): Promise<void> {
  const post = async (path: string, body: object) =>
    requireSuccess(await client.post(path, JSON.stringify(body)), `POST ${client.url}${path}`)
  for (const customerId of poisonCustomers(shop)) {
    await post('/customers', { customerId, name: 'Poison Tester', region: 'north' })
  }
  const price = { amount: 100, currency }
  await post('/products', { sku: shop.sku, name: 'Antidote', category: 'tests', price, stock: 10_000 })
}

async function placeOrderId({ client, registryUrl }: PoisonRun): Promise<number | null> {
  if (registryUrl !== null) {
    return lookUpPlaceOrder(confluentRegistry({ url: registryUrl, monotonic: () => performance.now() }))
  }
  const reply = await client.get(`/registry/subjects/${PLACE_ORDER_SUBJECT}/versions/latest`)
  return reply.status === 200 ? (reply.body as { readonly id: number }).id : null
}

async function send(settings: KafkaSettings, records: readonly PoisonRecord[]): Promise<void> {
  const sender = new CheckedSender(kafkaClient(settings, { clientId: 'poison', log: silentLog }))
  const topic = topicName(settings.prefix, 'order-commands')
  try {
    for (const record of records) {
      await sender.send({ topic, partition: partitionOf(record.key ?? '', PARTITIONS) }, [messageOf(record)])
    }
  } finally {
    await sender.close()
  }
}

function messageOf({ key, value, headers }: PoisonRecord): Message {
  return {
    key: key === null ? null : Buffer.from(key),
    value,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, typeof text === 'string' ? text : [...text]]),
    ),
  }
}
