/** Whole services that share the orders of a topic: one is killed, one is added, and each order is placed once. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { jsonOrder, openOrderTopic } from './order-records.ts'
import { runCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'
import { openShop } from '../support/shop.ts'

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('a group of services', () => {
  test('places every order once though one is killed and one is added, and stands the poison (laws 3 and 8)', async () => {
    if (kafka === null) throw new Error('no Kafka')
    const database = await testDatabase()
    const closing: (() => Promise<unknown> | void)[] = [() => database.drop()]
    try {
      const settings = kafka.settings('g-')
      const topic = await openOrderTopic(settings)
      closing.unshift(() => topic.close())
      const shop = await openShop(database.url)
      closing.unshift(() => shop.close())
      await shop.list('A1', 1_000_000)
      for (let index = 0; index < 30; index++) await shop.register(`c${String(index)}`)
      const pool = openPool(database.url, { name: 'test', max: 2 })
      closing.unshift(() => pool.end())
      const env = {
        DATABASE_URL: database.url,
        KAFKA_BROKERS: settings.brokers.join(','),
        TOPIC_PREFIX: settings.prefix,
      }
      const start = async (roles: string): Promise<Service> => {
        const data = makeDataDir()
        closing.unshift(() => data.remove())
        const service = await startService({ dataDir: data.path, env: { ...env, ROLES: roles } })
        closing.unshift(() => service.stop())
        return service
      }
      let sent = 0
      const send = async (count: number): Promise<void> => {
        await topic.send(
          Array.from({ length: count }, () => {
            const number = sent++
            const order = { orderId: `o${String(number)}`, customerId: `c${String(number % 30)}` }
            return jsonOrder({ ...order, lines: [{ sku: 'A1', quantity: 1 }] })
          }),
        )
      }
      const first = await start('api,projector')
      const second = await start('api')
      await eventually(async () => (await holders(pool)) === 2)
      await send(900)
      await start('api')
      await eventually(async () => (await holders(pool)) === 3)
      await send(1_200)
      await second.kill()
      await send(300)
      await eventually(async () => (await placed(pool)) === 2_400, { timeout: 110_000 })
      const { rows } = await pool.query<{ stream: string }>(
        `select stream from log.events where type = 'OrderPlaced' group by stream having count(*) > 1`,
      )
      expect(rows).toEqual([])
      expect(await placed(pool)).toBe(sent)

      // The command line reads it as it would beside any service.
      const { KAFKA_BROKERS, TOPIC_PREFIX } = env
      writeFileSync(join(first.dataDir, '.env'), `KAFKA_BROKERS=${KAFKA_BROKERS}\nTOPIC_PREFIX=${TOPIC_PREFIX}\n`)
      const poison = await runCommand(first.dataDir, 'poison', '--json')
      expect(poison.stderr).toContain('good orders')
      expect(poison).toMatchObject({ code: 0 })
      expect(poison.json()).toMatchObject({ ok: true })
      const list = await runCommand(first.dataDir, 'dead-letters', 'list')
      expect(list.stdout).toContain('empty-value-')
      const cause = /empty-value-[0-9a-f]{8}/.exec(list.stdout)?.[0] ?? ''
      const dry = await runCommand(first.dataDir, 'dead-letters', 'retry', cause, '--dry-run')
      expect(dry.stdout).toContain('would succeed: 0 of 1; would be rejected: 0; would fail: 1')
      expect(await runCommand(first.dataDir, 'dead-letters', 'discard', cause)).toMatchObject({ code: 0 })
      const shown = await runCommand(first.dataDir, 'dead-letters', 'show', '1')
      expect(shown.stdout).toContain('g-order-commands, partition')
    } finally {
      for (const close of closing) await close()
    }
  }, 240_000)

  test('are ready while brokers say nothing or are away, take orders over HTTP, and tell why none come over Kafka', async () => {
    if (kafka === null) throw new Error('no Kafka')
    const database = await testDatabase()
    onTestFinished(() => database.drop())
    const settings = kafka.settings('ready-')
    const topic = await openOrderTopic(settings)
    onTestFinished(() => topic.close())
    const shop = await openShop(database.url)
    await shop.list('A1', 1_000)
    await shop.register('c1')
    await shop.close()
    const data = makeDataDir()
    onTestFinished(() => data.remove())
    const env = { DATABASE_URL: database.url, KAFKA_BROKERS: settings.brokers.join(','), TOPIC_PREFIX: settings.prefix }
    const service = await startService({ dataDir: data.path, env: { ...env, ROLES: 'api' } })
    onTestFinished(() => service.stop().then(() => undefined))
    const [broker] = kafka.brokers
    onTestFinished(async () => {
      await broker?.kill('SIGCONT')
      if (broker?.pid() === null) await broker.start()
    })
    /** What readiness says of the orders over Kafka; every answer has to be that it is ready. */
    const detail = async () => {
      const answer = await fetch(`${service.url}/readyz`)
      expect(answer.status).toBe(200)
      const { checks } = (await answer.json()) as Readiness
      const found = checks.find(({ name }) => name === 'order-commands')
      expect(found?.ok).toBe(true)
      return found?.detail ?? 'well'
    }
    const consumes = async () => (await (await fetch(`${service.url}/metrics`)).text()).includes(`\n${CONSUMING} 1\n`)

    await eventually(async () => (await detail()) === 'well')
    await eventually(consumes)
    await broker?.kill('SIGSTOP')
    await eventually(async () => (await detail()).startsWith('the brokers have been silent for'), SILENT)
    await broker?.kill('SIGCONT')
    await eventually(async () => (await detail()) === 'well', SILENT)
    await broker?.kill('SIGKILL')
    await eventually(async () => (await detail()).startsWith('waiting: '), SILENT)
    await eventually(async () => !(await consumes()))
    const placing = await fetch(`${service.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }),
    })
    expect(placing.status).toBe(201)
    await broker?.start()
    await eventually(async () => (await detail()) === 'well', SILENT)
  }, 400_000)
})

interface Readiness {
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string | null }[]
}

const CONSUMING = 'orders_over_kafka_consuming'
/** Ten times what is waited for the longest: a rebalance, and the pause before a new client. */
const SILENT = { timeout: 200_000 }

async function placed(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(`select count(*) from log.events where type = 'OrderPlaced'`)
  return Number(rows[0]?.count)
}

async function holders(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: string }>('select count(distinct holder) from log.inbound_offsets')
  return Number(rows[0]?.count)
}
