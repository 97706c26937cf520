/** Clusters as people were seen to set them up: what is wrong is said in words that lead to it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { ownKafka } from '../support/kafka.ts'
import { startCommand } from '../support/run-command.ts'
import { makeDataDir } from '../support/service.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const kafka = await ownKafka()
const secure = await ownKafka({ security: 'tls-scram' })
afterAll(() => Promise.all([kafka?.stop(), secure?.stop()]))

const command = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) => {
  const data = makeDataDir()
  try {
    return await startCommand(data.path, args, { env: { TOPIC_PREFIX: 'odd.', ...env } }).finished
  } finally {
    data.remove()
  }
}
const kafkaCheck = async (env: Readonly<Record<string, string>>) => {
  const { checks } = JSON.parse((await command(env, 'doctor', '--json')).stdout) as {
    readonly checks: readonly {
      readonly name: string
      readonly state: string
      readonly saw: string
      readonly fix: string
    }[]
  }
  return checks.find(({ name }) => name === 'kafka') ?? expect.fail('no check of kafka')
}

describe.skipIf(kafka === null)('brokers', () => {
  test('that are reached without TLS, and speak it', async () => {
    const KAFKA_BROKERS = secure?.bootstrap.join(',') ?? ''
    const { state, saw, fix } = await kafkaCheck({ KAFKA_BROKERS })
    expect(state).toBe('failed')
    expect(`${saw} ${fix}`).toContain('KAFKA_TLS')
    const { code, stderr } = await command({ KAFKA_BROKERS }, 'topics', 'list')
    expect(code).toBe(3)
    expect(stderr).toContain('KAFKA_TLS')
  })

  test('that are reached with TLS, and do not speak it', async () => {
    const { state, saw, fix } = await kafkaCheck({ KAFKA_BROKERS: kafka?.bootstrap.join(',') ?? '', KAFKA_TLS: 'on' })
    expect(state).toBe('failed')
    expect(`${saw} ${fix}`).toContain('KAFKA_TLS')
  })

  test('that name themselves by an address that is none from here', async () => {
    const [broker] = kafka?.brokers ?? []
    await broker?.kill('SIGKILL')
    const file = join(kafka?.home ?? '', 'broker-1', 'server.properties')
    const inner = /BROKERS:\/\/[\d.:]+/.exec(readFileSync(file, 'utf8'))?.[0] ?? expect.fail('no such listener')
    writeFileSync(file, `${readFileSync(file, 'utf8')}advertised.listeners=CLIENTS://kafka.invalid:9092,${inner}\n`)
    await broker?.start()
    const env = { KAFKA_BROKERS: kafka?.bootstrap.join(',') ?? '' }
    const { state, saw, fix } = await kafkaCheck(env)
    expect(state).toBe('failed')
    expect(saw).toContain('kafka.invalid')
    expect(`${saw} ${fix}`).toContain('advertised.listeners')
    const { code, stderr } = await command(env, 'topics', 'list')
    expect(code).toBe(3)
    expect(stderr).toContain('advertised.listeners')
  })
})
