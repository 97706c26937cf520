import WebSocket from 'ws'
import { newId } from '../../app/clock.ts'
import { openCommitter, UNWATCHED } from '../../app/roles/open-committer.ts'
import { accept, to } from '../../domain/decision.ts'
import { payment } from '../../domain/payments/payment.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { customerRegistered, paymentRequested } from '../../domain/test-events.ts'
import type { PaymentRequested } from '../../schemas/events.ts'
import type { Executor } from '../../store/commit/command.ts'
import { appendNotice, LOG_CHANNEL } from '../../store/log/append.ts'
import { openPool } from '../../store/postgres/database.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { fillLog } from '../service/filled-log.ts'
import { startService } from '../service/measured-service.ts'

/** Attempts to pay a second, and how many of each hundred share a card with two others: one of three is an alert. */
const RATE = 500
const OF_RINGS = 3
const PER_HUNDRED = 100
const EVERY_MS = 20

/** How soon a page hears of an attempt that looks like fraud. */
export const alertLatency = figure({
  id: 'I8',
  title: `from recordedAt of PaymentRequested to its alert's frame on the topic fraud, ${String(RATE)} attempts a second, no gateway`,
  numbers: {
    p99: atMost('p99 from recordedAt to the frame', 'ms', { must: 500, goal: 100 }),
    p50: stated('p50 from recordedAt to the frame', 'ms'),
    alerts: stated('alerts', ''),
    attempts: stated('attempts a second that were appended', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const databaseUrl = await fillLog(scope, 1, () => ({ stream: 'customer-c1', event: customerRegistered('c1') }))
    const { url } = await startService(scope, { env: { DATABASE_URL: databaseUrl } })
    const pool = openPool(databaseUrl, { name: 'bench', max: 2 })
    scope.add(() => pool.end())
    const committer = openCommitter({ databaseUrl, pool, ...UNWATCHED, hops: null })
    const listener = new Listener(databaseUrl, {
      [LOG_CHANNEL]: (payload) => committer.headMoved(appendNotice(payload).head),
    })
    await listener.start()
    scope.add(() => listener.stop())
    await committer.start()
    scope.add(() => committer.stop())
    const told = await listen(url)
    scope.add(() => told.close())
    let round = 0
    return inRounds(context, async () => {
      round += 1
      told.at.clear()
      const attempts = await pay(committer, { seconds, round })
      const raised = Math.floor((attempts + PER_HUNDRED - OF_RINGS) / PER_HUNDRED)
      const isTold = await waitUntil(() => Promise.resolve(told.at.size >= raised), { everyMs: 10, withinMs: 60_000 })
      if (!isTold) throw new Error(`${String(told.at.size)} of ${String(raised)} alerts came`)
      const { rows } = await pool.query<{ id: string; at: number }>(
        'select id, extract(epoch from recorded_at)::float8 * 1000 as at from log.events where id = any($1::uuid[])',
        [[...told.at.keys()]],
      )
      const waited = rows.map(({ id, at }) => (told.at.get(id) ?? Infinity) - at).sort((one, other) => one - other)
      const share = (of: number) => waited[Math.min(waited.length - 1, Math.floor(waited.length * of))] ?? NaN
      return { p99: share(0.99), p50: share(0.5), alerts: waited.length, attempts: attempts / seconds }
    })
  },
})

/** When the first frame with each alert came, by this process's clock. */
async function listen(url: string) {
  const at = new Map<string, number>()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const began = new Promise((resolve) => {
    socket.on('message', (data) => {
      const now = Date.now()
      const { type, items = [] } = JSON.parse((data as Buffer).toString()) as Frame
      if (type === 'snapshot') resolve(null)
      if (type === 'change') for (const { alertId } of items) if (!at.has(alertId)) at.set(alertId, now)
    })
  })
  socket.send(JSON.stringify({ type: 'subscribe', id: 1, topics: { fraud: {} } }))
  await began
  return { at, close: () => Promise.resolve(socket.close()) }
}

interface Frame {
  readonly type: string
  readonly items?: readonly { readonly alertId: string }[]
}

/** How many were appended. */
async function pay(
  executor: Executor,
  { seconds, round }: { readonly seconds: number; readonly round: number },
): Promise<number> {
  const began = performance.now()
  const under: Promise<unknown>[] = []
  let made = 0
  while (performance.now() - began < seconds * 1_000) {
    const due = Math.floor(((performance.now() - began) * RATE) / 1_000)
    for (; made < due; made += 1) under.push(append(executor, attempt(round, made)))
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
  await Promise.all(under)
  return made
}

function attempt(round: number, number: number): PaymentRequested {
  const name = `r${String(round)}-${String(number)}`
  const ofRing = number % PER_HUNDRED < OF_RINGS
  const card = ofRing ? `ring${String(round)}-${String(Math.floor(number / PER_HUNDRED))}` : name
  const keys = { ...NO_KEYS, card: Buffer.from(card.padStart(8)).toString('hex').slice(-16) }
  return paymentRequested(name, 1, 1_000, { customerId: name, ...keys, region: 'FR' })
}

async function append(executor: Executor, event: PaymentRequested): Promise<void> {
  const commandId = newId()
  await executor.execute({
    decide(read) {
      read.creating(payment, event.orderId)
      return accept(to(payment, event.orderId, event))
    },
    ...{ answer: () => null, key: null, commandId, correlationId: commandId, causationId: null },
  })
}
