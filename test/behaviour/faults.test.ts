/** What may go wrong with user events: processes that die, brokers that are away, clients that send rubbish. */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test, type TestContext } from 'vitest'
import { behaviourPointNames } from '../../app/crash-points.ts'
import { behaviourFigures } from '../../insights/behaviour/figures.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { Supervisor } from '../faults/supervisor.ts'
import { openOrderTopic } from '../kafka/order-records.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { forgetMembers } from '../support/group-coordinator.ts'
import { ownKafka, testKafka, unusedName } from '../support/kafka.ts'
import { makeDataDir } from '../support/service.ts'
import { serviceHere } from '../support/service-here.ts'
import { eventOf, openHere, takenOf, topicOf, type OpenHere } from './opened.ts'

const kafka = await testKafka()
const own = await ownKafka()
afterAll(() => own?.stop())

const MINUTE = 60_000
/** Of a test: ten times what each takes where nothing else runs, and more. */
const PATIENT = 400_000
/** Of what a service or a broker does that begins again. */
const AGAIN = { timeout: 120_000 }

async function freshPool({ onTestFinished }: TestContext): Promise<{ readonly url: string; readonly pool: Pool }> {
  const database = await testDatabase()
  const pool = openPool(database.url, { name: 'test', max: 3 })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  return { url: database.url, pool }
}

function post(url: string, path: string, body: object | string): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

function sentEvents(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ eventId: randomUUID(), type: 'page_view', at: new Date().toISOString(), subject: `visitor-${String(index)}` },
  }))
}

/** Sends events until somebody has them, always with the same ids, as a page does. */
async function sendUntilTaken(url: () => string, events: readonly object[]): Promise<void> {
  await eventually(async () => {
    const response = await post(url(), '/user-events', events)
    await response.body?.cancel()
    return response.status === 202
  }, AGAIN)
}

describe('a service that is killed while it takes user events loses none that was answered, and counts none twice', () => {
  async function dying(
    context: TestContext,
    env: (start: number) => Readonly<Record<string, string>>,
    kill: ((supervisor: Supervisor) => Promise<void>) | null,
    deaths: number,
    between: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const { url, pool } = await freshPool(context)
    const data = makeDataDir()
    const supervisor = new Supervisor({
      dataDir: data.path,
      env: (start) => ({ DATABASE_URL: url, ROLES: 'api,reactor', ...env(start) }),
      between,
    })
    context.onTestFinished(async () => {
      await supervisor.stop()
      data.remove()
    })
    await supervisor.start()
    let sent = 0
    let killing: Promise<void> = Promise.resolve()
    for (let round = 0; supervisor.starts <= deaths || round < 20; round++) {
      if (kill !== null && round % 5 === 4 && supervisor.starts <= deaths) {
        const { starts } = supervisor
        killing = kill(supervisor)
          .then(() => eventually(() => supervisor.starts > starts))
          .then(() => undefined)
      }
      const events = sentEvents(50)
      sent += events.length
      await sendUntilTaken(() => supervisor.url, events)
    }
    await killing
    await supervisor.restarted()
    await eventually(async () => expect(await behaviourFigures(pool).sessions()).toMatchObject({ events: sent }), AGAIN)
  }

  test(
    'in the middle of a batch, without Kafka',
    (context) =>
      dying(
        context,
        () => ({}),
        async ({ service }) => void (await service.kill()),
        3,
      ),
    PATIENT,
  )

  test.skipIf(kafka === null)(
    'at each point on the way from the topic',
    async (context) => {
      const settings = kafka?.settings(`${unusedName('behaviour-dies')}-`)
      if (settings === undefined) throw new Error('no Kafka')
      const topic = await openOrderTopic(settings, 'user-events')
      context.onTestFinished(() => topic.close())
      const points = behaviourPointNames.flatMap((point) => [`${point}:1`, `${point}:3`])
      const crash = (start: number) => {
        const point = points[start - 1]
        return point === undefined ? {} : { CRASH_POINT: point }
      }
      const around = { KAFKA_BROKERS: settings.brokers.join(','), TOPIC_PREFIX: settings.prefix }
      const env = (start: number) => ({ ...around, ...crash(start) })
      await dying(context, env, null, points.length, () => forgetMembers(settings))
    },
    PATIENT,
  )
})

test.skipIf(own === null)(
  'while no broker answers, events are refused and all else goes on; then they are taken',
  async ({ onTestFinished }) => {
    if (own === null) throw new Error('no Kafka')
    const prefix = `${unusedName('behaviour-away')}-`
    const topic = await openOrderTopic(own.settings(prefix), 'user-events')
    onTestFinished(() => topic.close())
    const service = await serviceHere({ env: { KAFKA_BROKERS: own.bootstrap.join(','), TOPIC_PREFIX: prefix } })
    onTestFinished(() => service.stop())
    const [broker] = own.brokers
    await sendUntilTaken(() => service.url, sentEvents(10))
    await broker?.kill('SIGKILL')
    const waiting = sentEvents(10)
    const refused = await post(service.url, '/user-events', waiting)
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'kafka-unreachable' }])
    expect((await post(service.url, '/customers', { customerId: 'c1', name: 'Ann', region: 'north' })).status).toBe(201)
    expect((await fetch(new URL('/readyz', service.url))).status).toBe(200)
    await broker?.start()
    await sendUntilTaken(() => service.url, waiting)
    await eventually(async () => {
      const sessions = await fetch(new URL('/behaviour/sessions', service.url))
      expect(await sessions.json()).toMatchObject({ events: 20 })
      return true
    }, AGAIN)
  },
  PATIENT,
)

test.skipIf(kafka === null)(
  'bad events by the ten thousand hold up neither orders nor good ones, and the newest are kept',
  async (context) => {
    const settings = kafka?.settings(`${unusedName('behaviour-bad')}-`)
    if (settings === undefined) throw new Error('no Kafka')
    const topic = await openOrderTopic(settings, 'user-events')
    context.onTestFinished(() => topic.close())
    const env = { KAFKA_BROKERS: settings.brokers.join(','), TOPIC_PREFIX: settings.prefix }
    const service = await serviceHere({ env })
    context.onTestFinished(() => service.stop())
    const bad = Array.from({ length: 30_000 }, (_, index) => ({
      key: `k${String(index)}`,
      value: `bad ${String(index)}`,
    }))
    for (let from = 0; from < bad.length; from += 3_000) {
      await topic.send(bad.slice(from, from + 3_000).map((record, index) => ({ ...record, partition: index % 6 })))
    }
    const good = sentEvents(100)
    await sendUntilTaken(() => service.url, good)
    expect((await post(service.url, '/customers', { customerId: 'c1', name: 'Ann', region: 'north' })).status).toBe(201)
    expect((await fetch(new URL('/readyz', service.url))).status).toBe(200)
    await eventually(async () => {
      const sessions = await fetch(new URL('/behaviour/sessions', service.url))
      expect(await sessions.json()).toMatchObject({ events: 100 })
      return true
    }, AGAIN)
    const ready = (await (await fetch(new URL('/readyz', service.url))).json()) as { readonly status: string }
    expect(ready.status).toBe('ready')
    const letters = await fetch(new URL('/dead-letters?topic=user-events&limit=200', service.url))
    const { items } = (await letters.json()) as {
      readonly items: readonly { readonly class: string; readonly offset: number }[]
    }
    expect(new Set(items.map((letter) => letter.class))).toEqual(new Set(['invalid']))
    // Each partition has 5,000 of them, and those of the first third are gone.
    expect(Math.min(...items.map(({ offset }) => offset))).toBeGreaterThan(1_600)
  },
  PATIENT,
)

describe('a reader whose clock runs fast', () => {
  const opening = async (context: TestContext, options: Partial<OpenHere> & { readonly url: string }) => {
    // A minute of silence is three seconds.
    const roles = ['api', 'reactor'] as const
    const one = await openHere({ roles, monotonic: () => performance.now() * 20, ...options })
    context.onTestFinished(() => one.stop())
    return one
  }

  test('closes by the clock of the server what is over in a partition that is silent', async (context) => {
    const { url, pool } = await freshPool(context)
    const { door } = await opening(context, { url })
    const over = eventOf({ at: Date.now() - 36 * MINUTE })
    await door.take(takenOf([over]), [], Date.now())
    await eventually(async () =>
      expect(await behaviourFigures(pool).sessions()).toMatchObject({ events: 1, open: 0, closed: 1 }),
    )
  })

  test.skipIf(kafka === null)(
    'closes it with Kafka only once the partition is read to its end',
    async (context) => {
      const settings = kafka?.settings(`${unusedName('behaviour-quiet')}-`)
      if (settings === undefined) throw new Error('no Kafka')
      const topic = await openOrderTopic(settings, 'user-events')
      context.onTestFinished(() => topic.close())
      const { url, pool } = await freshPool(context)
      const { door } = await opening(context, { url, topic: topicOf(settings, pool) })
      await door.take(takenOf([eventOf({ at: Date.now() - 36 * MINUTE })]), [], Date.now())
      await eventually(async () => {
        const { rows } = await pool.query<{ ended: number }>(
          'select count(ended_at)::int as ended from behaviour.places',
        )
        const sessions = await behaviourFigures(pool).sessions()
        // Never before somebody has looked where the topic ends.
        if (rows[0]?.ended === 0) expect(sessions).toMatchObject({ closed: 0 })
        return sessions.closed === 1
      }, AGAIN)
    },
    PATIENT,
  )

  test('counts a machine apart', async (context) => {
    const { url, pool } = await freshPool(context)
    const { door } = await opening(context, { url })
    const begun = Date.now() - 50 * MINUTE
    const bot = Array.from({ length: 501 }, (_, index) => eventOf({ subject: 'bot', at: begun + index * 1_000 }))
    await door.take(takenOf([...bot, eventOf({ subject: 'person', at: begun })]), [], Date.now())
    await eventually(async () =>
      expect(await behaviourFigures(pool).sessions()).toMatchObject({ events: 502, open: 0, automated: 1, closed: 1 }),
    )
    expect((await behaviourFigures(pool).funnel()).items).toMatchObject([{ sessions: 1 }])
  })
})
