/** A cluster that lets clients in only over TLS and with a password, as clusters of others are. */
import { afterAll, describe, expect, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificates } from '../../cluster/kafka/certificates.ts'
import { kafkaClient } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { ownKafka } from '../support/kafka.ts'

const kafka = await ownKafka({ security: 'tls-scram' })
const folder = mkdtempSync(join(tmpdir(), 'orderledger-other-ca-'))
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

afterAll(async () => {
  await kafka?.stop()
  rmSync(folder, { recursive: true })
})

/** How many brokers answer. */
async function brokersSeen(settings: KafkaSettings): Promise<number> {
  const admin = kafkaClient(settings, { clientId: 'test', log: silent }).admin({ retry: { retries: 0 } })
  try {
    await admin.connect()
    return (await admin.describeCluster()).brokers.length
  } finally {
    await admin.disconnect()
  }
}

describe.skipIf(kafka === null)('a cluster with TLS and SCRAM', () => {
  const settings = (): KafkaSettings => {
    if (kafka === null) throw new Error('the test is skipped without Kafka')
    return kafka.settings('')
  }

  test('lets in who trusts its authority and knows the password', async () => {
    expect(await brokersSeen(settings())).toBe(1)
  })

  test('refuses a wrong password', async () => {
    const { sasl } = settings()
    if (sasl === null) throw new Error('it has a user')
    const wrong = { ...settings(), sasl: { ...sasl, password: 'guessed' } }
    await expect(brokersSeen(wrong)).rejects.toThrow(/invalid credentials|authentication failed/i)
  })

  test('is refused by who trusts another authority', async () => {
    const { ca } = await certificates(folder)
    await expect(brokersSeen({ ...settings(), tls: { caFile: ca } })).rejects.toThrow(/certificate|signature/i)
  })

  test('refuses who comes without TLS', async () => {
    await expect(brokersSeen({ ...settings(), tls: null, sasl: null })).rejects.toThrow(/closed connection|timeout/i)
  })
})
