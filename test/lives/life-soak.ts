/**
 * Whole lives of orders over two services that put on hold what looks like fraud, while these are killed, at random and at named
 * points, while their scorer is paused, and while the gateway, the mail server and the text bridge fail in every way that they know. At the end everything is healthy and settled, and the log
 * is held to what customers heard, to the gateway's book, to the mails that came, and to the laws.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../app/clock.ts'
import { reactorPointNames, webhookPointNames } from '../../app/crash-points.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import type { Faults } from '../../app/gateway/behaviour.ts'
import { freePort } from '../../app/postgres/free-port.ts'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { createRandom } from '../../simulation/random.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { eventually } from '../support/eventually.ts'
import { leftToDo } from '../reactors/left-to-do.ts'
import { makeDataDir } from '../support/service.ts'
import { eventsOf, type Recorded } from '../reactors/reacting.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { ScriptedSmtp } from '../reactors/scripted-smtp.ts'
import { textBridge } from '../reactors/text-bridge.ts'
import { accountFor, type GatewayBook } from './life-account.ts'
import { LifeClient } from './life-client.ts'
import { doHarm } from './life-faults.ts'
import { expectVerified, openShop } from '../faults/shop.ts'
import { Supervisor } from '../faults/supervisor.ts'

export interface LifeSoakOptions {
  readonly minutes: number
  readonly seed: number
  /** Lives at once. */
  readonly people: number
  readonly tell: (line: object) => void
}

const PLAN = { products: 20, stock: 100_000_000 }
const CUSTOMERS = 200
const SECRET = '0123456789abcdef'
/** Of the starts of a service, those that end at a named point. */
const POINTED = 0.4
const TOLD_EVERY_MS = 30_000
/** Of what each service printed, where it failed. */
const TAIL_LENGTH = 4_000

export async function soakWithLives({ minutes, seed, people, tell }: LifeSoakOptions): Promise<object> {
  const random = createRandom(seed, 'lives')
  const postgres = await startThrowawayPostgres({ durable: true })
  const pool = openPool(postgres.url, { name: 'soak', max: 2 })
  const folders = [makeDataDir(), makeDataDir()]
  const crashLog = join(folders[0]?.path ?? '', 'crashes.log')
  const smtp = await new ScriptedSmtp().open()
  const bridge = await textBridge()
  const ports = [await freePort(), await freePort()]
  const gateway = await restartableGateway(`http://127.0.0.1:${String(ports[0])}/payments/webhook`, seed)
  let quiet = true
  const points = [...reactorPointNames, ...webhookPointNames, 'append.before', 'append.sent', 'append.after'] as const
  const services = folders.map(({ path }, index) => {
    writeFileSync(join(path, '.env'), `DATABASE_URL=${postgres.url}\n`)
    const env = {
      ...{ EFFECTS: 'on', LOG_LEVEL: 'warn', PORT: String(ports[index]), RESERVATION_MINUTES: '1' },
      ...{ PAYMENT_GATEWAY_URL: gateway.url, PAYMENT_GATEWAY_TIMEOUT: '1', PAYMENT_WEBHOOK_SECRET: SECRET },
      // The least that table 1 raises an alert for, and the shortest time.
      ...{ FRAUD_HOLD: '60', FRAUD_HOLD_MINUTES: '1' },
      ...{ SMTP_URL: `smtp://127.0.0.1:${String(smtp.port)}`, SMS_URL: bridge.url },
    }
    return new Supervisor({
      dataDir: path,
      env: () =>
        quiet || random.unit() > POINTED
          ? env
          : { ...env, CRASH_POINT: `${random.pick(points)}:${String(random.int(1, 20))}`, CRASH_LOG: crashLog },
    })
  })
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => ({
    customerId: `life-customer-${String(index)}`,
    vip: index % 5 === 0,
  }))
  const client = new LifeClient({
    urls: () => services.filter(({ runs }) => runs).map(({ url }) => url),
    random: createRandom(seed, 'people'),
    products: PLAN.products,
    customers,
  })
  const arrived = { email: new Set<string>(), sms: new Set<string>() }
  const collect = setInterval(() => take(smtp, bridge.keys, arrived), 1_000)
  const counts = new Map<string, number>()
  const total = () => [...counts.values()].reduce((sum, count) => sum + count, 0)
  const pointed = () => (existsSync(crashLog) ? readFileSync(crashLog, 'utf8').trim().split('\n').length : 0)
  try {
    await Promise.all(services.map((service) => service.start()))
    const [first] = services
    if (first === undefined) throw new Error('there is no service')
    await openShop(first.url, PLAN)
    for (const customer of customers) await register(first.url, customer)

    quiet = false
    const began = performance.now()
    const failures: Error[] = []
    const over = () => failures.length > 0 || performance.now() - began > minutes * 60_000
    const failed = (error: unknown) => {
      const failure = error instanceof Error ? error : new Error(String(error))
      failures.push(failure)
      // At once: what ends the soak may hide it.
      tell({ failed: failure.message, cause: String(failure.cause ?? '') })
    }
    const telling = setInterval(() => {
      tell({
        seconds: Math.round((performance.now() - began) / 1_000),
        lives: client.journal.size,
        faults: total(),
        killed: counts.get('service killed') ?? 0,
        pointed: pointed(),
      })
    }, TOLD_EVERY_MS)
    const living = Array.from({ length: people }, async () => {
      while (!over()) await client.live()
    })
    await Promise.all([
      doHarm({ services, smtp, bridge, gateway, random, pool }, counts, over).catch(failed),
      ...living.map((each) => each.catch(failed)),
    ])
    clearInterval(telling)
    for (const error of failures) throw error
    const lasted = Math.round((performance.now() - began) / 6_000) / 10

    quiet = true
    for (const service of services) {
      await service.restarted()
      // One that is to die at a point does not outlive the end of the harm.
      await service.service.kill()
      await service.restarted()
    }
    await settle(pool, first.url, tell).catch((error: unknown) => {
      const said = services.map(({ service }) => service.output().slice(-TAIL_LENGTH)).join('\n')
      throw new Error(`it did not come to rest; the services said:\n${said}`, { cause: error })
    })
    take(smtp, bridge.keys, arrived)
    const book = (await (await fetch(`${gateway.url}/book`)).json()) as GatewayBook
    const events = await eventsOf(pool)
    const account = accountFor({ events, journal: client.journal, book, arrived })
    const breaches = Object.fromEntries(
      Object.entries(account).map(([name, found]) => [name, (found as readonly string[]).slice(0, 5)]),
    )
    deepStrictEqual(breaches, Object.fromEntries(Object.keys(account).map((name) => [name, []])))
    const { position } = await expectVerified(first.service.dataDir)
    const kills = (counts.get('service killed') ?? 0) + pointed()
    return {
      ...{ minutes: lasted, seed, faults: total() + pointed(), kills, atNamedPoints: pointed() },
      ...{ lives: client.journal.size, askedAgain: client.busy, events: position },
      ...holdsIn(events),
      ...{
        charges: book.charges.length,
        refunds: book.refunds.length,
        mails: arrived.email.size,
        texts: arrived.sms.size,
      },
      ...{ lost: 0, chargedTwice: 0, keptAfterFraud: 0, toldForNothing: 0, verified: true },
      each: Object.fromEntries([...counts].sort()),
    }
  } finally {
    clearInterval(collect)
    await client.close()
    await Promise.all(services.map((service) => service.stop()))
    await pool.end()
    await gateway.close()
    await bridge.close()
    await smtp.close()
    await postgres.stop()
    for (const folder of folders) folder.remove()
  }
}

/** What was put on hold, and what ended that. */
function holdsIn(events: readonly Recorded[]): object {
  const count = (is: (event: DomainEvent) => boolean) => events.filter(({ event }) => is(event)).length
  return {
    held: count(({ type }) => type === 'PaymentHeld'),
    foundHonest: count((event) => event.type === 'PaymentReleased' && event.by === 'review'),
    releasedByTime: count((event) => event.type === 'PaymentReleased' && event.by === 'time'),
    foundFraud: count((event) => event.type === 'FraudReviewed' && event.verdict === 'fraud'),
    cancelledOnHold: count((event) => event.type === 'PaymentDeclined' && event.reason === 'cancelled'),
  }
}

/** Of mails only what names them: whole ones would fill the memory. */
function take(smtp: ScriptedSmtp, keys: readonly string[], arrived: { email: Set<string>; sms: Set<string> }): void {
  for (const message of smtp.messages.splice(0)) {
    const id = /^message-id:\s*<(\S+)@orderledger>/im.exec(message)?.[1]
    arrived.email.add(id ?? 'a mail without a Message-ID')
  }
  smtp.lines.length = 0
  for (const key of keys) arrived.sms.add(key)
}

async function register(url: string, { customerId, vip }: { readonly customerId: string; readonly vip: boolean }) {
  const contact = vip ? { tier: 'vip', phone: '+49 30 1234567' } : {}
  const body = { customerId, name: 'A customer', region: 'eu', email: `${customerId}@example.com`, ...contact }
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${url}/customers`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (status >= 300) throw new Error(`${customerId} was not registered: ${String(status)}`)
}

/** Everything is healthy: what is parked is tried again, and what waits for its next time is done now, until nothing is left to do. */
async function settle(pool: Pool, url: string, tell: (line: object) => void): Promise<void> {
  const since = await databaseTime(pool)
  let done = ''
  let toldAt = performance.now()
  while (done !== 'all') {
    // However much waits, some of it is done all the time.
    done = await eventually(
      async () => {
        await fetch(`${url}/reactors/payments/retry`, { method: 'POST' })
        await pool.query(
          `update log.due set due_at = clock_timestamp() where reactor <> 'expire-orders' and due_at > clock_timestamp()`,
        )
        const due = await leftToDo(pool, since)
        const { rows: behind } = await pool.query<{ behind: string }>(
          `select count(*) as behind from log.checkpoints where reader like 'reactor %' and reader <> 'reactor deliveries' and position < (select position from log.log_head)`,
        )
        if (performance.now() - toldAt >= TOLD_EVERY_MS) {
          toldAt = performance.now()
          tell({ due, behind: Number(behind[0]?.behind) })
        }
        if (due.length === 0 && Number(behind[0]?.behind) === 0) return 'all'
        const left = JSON.stringify(due)
        if (left === done) throw new Error(`due: ${left}; ${String(behind[0]?.behind)} reactors are behind`)
        return left
      },
      { timeout: 120_000, interval: 1_000 },
    )
  }
}

/** A simulator on one port and one book, whatever goes wrong with it next. */
async function restartableGateway(webhook: string, seed: number) {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-gateway-'))
  let running: RunningSimulator | null = null
  let port = 0
  const start = async (faults: Faults): Promise<void> => {
    running = await startSimulator({
      ...{ port, seed, declines: 0.1, latency: { from: 0, to: 40 }, faults, clock: systemClock, firstPause: 200 },
      ...{ book: join(folder, 'book.jsonl'), webhook: { url: webhook, secrets: [SECRET] } },
    })
    port = Number(new URL(running.url).port)
  }
  await start({})
  return {
    url: `http://127.0.0.1:${String(port)}`,
    start,
    async stop() {
      await running?.stop()
    },
    async close() {
      await running?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
