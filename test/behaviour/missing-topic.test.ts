/** User events whose topic nobody has made: those who can mend it hear of it, and orders go on. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Admin } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { createTopics } from '../../kafka/topics/topic-admin.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka, unusedName } from '../support/kafka.ts'
import { makeDataDir, startService } from '../support/service.ts'

const kafka = await testKafka()

describe.skipIf(kafka === null)('the topic of user events', () => {
  if (kafka === null) return
  const client = new kafkajs.Kafka({ brokers: [...kafka.bootstrap], logLevel: kafkajs.logLevel.NOTHING })
  let admin: Admin

  beforeAll(async () => {
    admin = client.admin()
    await admin.connect()
  })

  afterAll(() => admin.disconnect())

  test('that is not there makes a process degraded that sends to it, with what to do, until somebody has made it', async () => {
    const { url, drop } = await testDatabase()
    const data = makeDataDir()
    const prefix = `${unusedName('missing')}.`
    const env = { DATABASE_URL: url, ROLES: 'api', KAFKA_BROKERS: kafka.bootstrap.join(','), TOPIC_PREFIX: prefix }
    const service = await startService({ dataDir: data.path, env })
    onTestFinished(async () => {
      await service.kill()
      data.remove()
      await drop()
    })
    const ready = async () => {
      const answer = await fetch(new URL('/readyz', service.url))
      const { status, checks } = (await answer.json()) as {
        readonly status: string
        readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string | null }[]
      }
      return {
        code: answer.status,
        status,
        failed: checks.filter(({ ok }) => !ok).map(({ name, detail }) => [name, detail]),
      }
    }
    const send = async () => {
      const body = JSON.stringify({
        ...{ eventId: randomUUID(), type: 'page_view', at: new Date().toISOString(), subject: 'someone' },
      })
      const headers = { 'content-type': 'application/json' }
      return (await fetch(new URL('/user-events', service.url), { method: 'POST', headers, body })).status
    }
    await eventually(async () => (await ready()).status === 'degraded')
    const why = `the cluster does not have ${prefix}user-events; run orderledger topics create`
    expect(await ready()).toEqual({
      code: 200,
      status: 'degraded',
      failed: [['behaviour', `POST /user-events answers 503: ${why}`]],
    })
    expect(await send()).toBe(503)
    await createTopics(admin, prefix)
    await eventually(async () => (await ready()).status === 'ready')
    expect(await send()).toBe(202)
  })
})
