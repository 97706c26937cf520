import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { relayPointNames } from '../../app/crash-points.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { expectPublished } from './published-log.ts'
import { openRelaying, type Relaying } from './relaying.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'
import { soldOrders } from './sold-orders.ts'

const kafka = await ownKafka()

afterAll(() => kafka?.stop())

interface Readiness {
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string | null }[]
}

describe.skipIf(kafka === null)('the relay of a service', () => {
  if (kafka === null) return
  let relaying: Relaying

  beforeEach(async () => {
    relaying = await openRelaying(kafka)
    const made = relaying
    onTestFinished(() => made[Symbol.asyncDispose]())
  })

  async function start(env: Readonly<Record<string, string>>, unready = false): Promise<Service> {
    const data = makeDataDir()
    const service = await startService({
      dataDir: data.path,
      unready,
      env: {
        DATABASE_URL: relaying.url,
        ROLES: 'relay',
        KAFKA_BROKERS: kafka?.bootstrap.join(',') ?? '',
        TOPIC_PREFIX: relaying.prefix,
        ...env,
      },
    })
    onTestFinished(async () => {
      await service.kill()
      data.remove()
    })
    return service
  }

  test('killed between reading, sending, the acknowledgements and its checkpoint loses nothing', async () => {
    await relaying.createTopics()
    await appendEvents(relaying.pool, soldOrders('before', 4_000))
    const fired: string[] = []
    // Topics are at different places, and one of them catches up in between.
    await relaying.alterTopic('orders', { 'max.message.bytes': '100' })
    for (const [index, point] of relayPointNames.entries()) {
      if (index === 2) await relaying.alterTopic('orders', { 'max.message.bytes': '1048576' })
      await appendEvents(relaying.pool, soldOrders(point, 400))
      const logFile = join(makeFolder(), 'crashes')
      // The first passage of some leaves nothing to be found by the next one; the second one does.
      const service = await start({ CRASH_POINT: `${point}:2`, CRASH_LOG: logFile }, true)
      const keepSelling = sell(point)
      expect((await service.exited).signal).toBe('SIGKILL')
      await keepSelling.stop()
      if (existsSync(logFile)) fired.push(readFileSync(logFile, 'utf8').split(':')[0] ?? '')
    }
    expect(fired).toEqual([...relayPointNames])
    await start({})
    await relaying.published()
    await expectPublished(relaying)
  })

  test('is taken over when its process is killed, and when it sleeps; a sleeper that wakes does no harm', async () => {
    await relaying.createTopics()
    await appendEvents(relaying.pool, soldOrders('before', 100))
    const one = await start({})
    const other = await start({})
    await relaying.published()
    const [publishing, standby] = (await publishes(one)) ? [one, other] : [other, one]
    const selling = sell('on-and-on')
    publishing.signal('SIGSTOP')
    await eventually(() => publishes(standby))
    publishing.signal('SIGCONT')
    await eventually(async () => !(await publishes(publishing)))
    standby.signal('SIGKILL')
    await eventually(() => publishes(publishing))
    await selling.stop()
    await relaying.published()
    await expectPublished(relaying)
  })

  test('gives its lease up at once when it stops', async () => {
    await relaying.createTopics()
    const one = await start({})
    await eventually(() => publishes(one))
    expect((await one.stop()).code).toBe(0)
    const { rows } = await relaying.pool.query("select from log.leases where starts_with(name, 'relay ')")
    expect(rows).toEqual([])
  })

  test('waits while brokers are away: orders are taken, and the backlog drains when they are back', async () => {
    await relaying.createTopics()
    const service = await start({ ROLES: 'api,relay' })
    await relaying.published()
    const [broker] = kafka.brokers
    await broker?.kill('SIGKILL')
    onTestFinished(() => (broker?.pid() === null ? broker.start() : undefined))
    await order(service, 'while-away')
    await eventually(async () => (await relayCheck(service)).detail?.startsWith('waiting: Kafka'))
    expect((await relayCheck(service)).ok).toBe(true)
    await order(service, 'still-away')
    await broker?.start()
    await relaying.published()
    await expectPublished(relaying)
    await eventually(async () => (await metric(service, 'relay_lag_events')) === 0)
  })

  test('that cannot publish makes a process unready that does nothing else, and takes orders nowhere', async () => {
    const service = await start({ TOPIC_PREFIX: 'nobody-made-these.' }, true)
    await eventually(() => service.output().includes('orderledger topics create'))
    const run = await eventually(
      () => JSON.parse(readFileSync(join(service.dataDir, 'run.json'), 'utf8')) as { url: string },
    )
    await eventually(async () => (await fetch(`${run.url}/readyz`)).status === 503)
  })

  async function checkpoint(): Promise<string | undefined> {
    const { rows } = await relaying.pool.query<{ position: string }>(
      "select min(position) as position from log.checkpoints where starts_with(reader, 'relay ')",
    )
    return rows[0]?.position
  }

  /** Appends again with each move of the checkpoint, and now and then while it does not move, until it is stopped. */
  function sell(name: string): { stop(): Promise<void> } {
    let stopped = false
    const selling = (async () => {
      for (let batch = 1; !stopped; batch++) {
        const before = await checkpoint()
        await appendEvents(relaying.pool, soldOrders(`${name}-${String(batch)}`, 20))
        await eventually(async () => stopped || (await checkpoint()) !== before, { timeout: 250 }).catch(
          () => undefined,
        )
      }
    })()
    return {
      stop() {
        stopped = true
        return selling
      },
    }
  }
})

function makeFolder(): string {
  const data = makeDataDir()
  onTestFinished(() => data.remove())
  return data.path
}

async function metric(service: Service, name: string): Promise<number | null> {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
  return value === undefined ? null : Number(value)
}

async function publishes(service: Service): Promise<boolean> {
  return (await metric(service, 'relay_publishing')) === 1
}

async function relayCheck(service: Service): Promise<Readiness['checks'][number]> {
  const { checks } = (await (await fetch(`${service.url}/readyz`)).json()) as Readiness
  return checks.find(({ name }) => name === 'relay') ?? expect.fail('there is no check of the relay')
}

async function order(service: Service, name: string): Promise<void> {
  const post = (path: string, body: object) =>
    fetch(service.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const price = { amount: 100, currency: 'EUR' }
  await post('/products', { sku: name, name, category: 'c', price, stock: 5 })
  await post('/customers', { customerId: name, name, region: 'north' })
  const placed = await post('/orders', { customerId: name, lines: [{ sku: name, quantity: 1 }] })
  expect(placed.status).toBe(201)
}
