/** The command that runs real parts on this machine: what it prints works, and nothing outlives it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../app/config/config.ts'
import { readTopics } from '../../kafka/topics/read-topics.ts'
import { kafkaClient } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { eventually } from '../support/eventually.ts'
import { createTopic, testKafka } from '../support/kafka.ts'
import { registryIsHere } from '../contract/real-registry.ts'
import { makeDataDir } from '../support/service.ts'

const BIN = fileURLToPath(new URL('../../cli/orderledger.js', import.meta.url))
const releases: (() => Promise<void> | void)[] = []

// Fetches what there is to fetch, and tells whether it can be had.
const registryHere = await registryIsHere()
const kafkaHere = await testKafka()

afterEach(async () => {
  for (const release of releases.splice(0)) await release()
})

interface Printed {
  readonly kafka: { readonly home: string; readonly brokers: readonly { readonly pid: number }[] } | null
  readonly registry: { readonly pid: number; readonly url: string }
  readonly variables: Readonly<Record<string, string>>
}

function cluster(...args: readonly string[]) {
  const { PATH, HOME, JAVA_HOME, XDG_CACHE_HOME } = process.env
  return clusterWith({ PATH, HOME, JAVA_HOME, XDG_CACHE_HOME }, ...args)
}

function clusterWith(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const data = makeDataDir()
  const child = spawn(process.execPath, [BIN, 'cluster', ...args], {
    cwd: data.path,
    env: { ...env, DATA_DIR: data.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const closed = once(child, 'close')
  const ended = closed.then(() => ({ code: child.exitCode, stdout, stderr }))
  releases.push(async () => {
    child.kill('SIGKILL')
    await closed
    data.remove()
  })
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    folder: data.path,
  }
}

/** What it says with --json, once it runs. */
async function started(running: ReturnType<typeof cluster>): Promise<Printed> {
  const over = running.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))
  over.catch(() => undefined)
  const said = eventually(() => JSON.parse(running.stdout()) as Printed, { timeout: 120_000 })
  return Promise.race([said, over])
}

/** As the service reads the printed variables. */
function settingsOf(printed: Printed): KafkaSettings {
  const config = readConfig(printed.variables)
  if ('faults' in config || config.kafka === null) throw new Error('the variables do not name a cluster')
  return config.kafka
}

const JSON_BODY = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Creates the topic, writes these texts to it and reads them back. */
async function writtenAndRead(settings: KafkaSettings, topic: string, texts: readonly string[]): Promise<unknown> {
  const kafka = kafkaClient(settings, { clientId: 'test', log: silent })
  const producer = kafka.producer()
  try {
    await createTopic(kafka, topic, 1)
    await producer.connect()
    await producer.send({ topic, messages: texts.map((value) => ({ value })) })
    return await readBack(settings, topic)
  } finally {
    await producer.disconnect()
  }
}

async function readBack(settings: KafkaSettings, topic: string): Promise<readonly unknown[]> {
  const read: unknown[] = []
  await readTopics({
    kafka: settings,
    topics: [topic],
    see: (records) => read.push(...records.map(({ value }) => value?.toString())),
  })
  return read
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/subjects`).catch(() => null)
  await response?.body?.cancel()
  return response?.ok === true
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

function pidsOf({ kafka, registry }: Printed): readonly number[] {
  return [...(kafka?.brokers ?? []).map(({ pid }) => pid), registry.pid]
}

describe.skipIf(!registryHere)('cluster --registry-only', () => {
  test('runs a registry that answers, says where, and stops it with Ctrl-C', async () => {
    const running = cluster('--registry-only')
    const said = await eventually(() => /\(pid (\d+)[^]*SCHEMA_REGISTRY_URL=(\S+)/.exec(running.stdout()), {
      timeout: 120_000,
    })
    const [pid, url] = [Number(said[1]), said[2] ?? '']
    expect(new URL(url).hostname).toBe('127.0.0.1')
    expect(await answers(url)).toBe(true)
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(0)
    expect(isGone(pid)).toBe(true)
    expect(await answers(url)).toBe(false)
  })
})

describe.skipIf(!registryHere || kafkaHere === null)('cluster', () => {
  test('prints variables that work, brings a killed broker back with what it held, and stops everything with Ctrl-C', async () => {
    const running = cluster('--json')
    const printed = await started(running)
    const settings = settingsOf(printed)
    expect(Object.keys(printed.variables)).toEqual(['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'])
    expect(await answers(printed.variables['SCHEMA_REGISTRY_URL'] ?? '')).toBe(true)
    expect(await writtenAndRead(settings, 'words', ['one', 'two'])).toEqual(['one', 'two'])
    process.kill(printed.kafka?.brokers[0]?.pid ?? 0, 'SIGKILL')
    await eventually(() => /broker 1 is back/.test(running.stderr()), { timeout: 60_000 })
    expect(await readBack(settings, 'words')).toEqual(['one', 'two'])
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(0)
    const [, ...others] = pidsOf(printed)
    expect(others.every(isGone)).toBe(true)
    expect(existsSync(printed.kafka?.home ?? '')).toBe(false)
    await expect(readBack(settings, 'words')).rejects.toThrow()
  })

  test('with --tls prints what else a client needs; with --data keeps what it was told', async () => {
    const first = cluster('--json', '--tls', '--data', 'kept')
    const printed = await started(first)
    const settings = settingsOf(printed)
    expect(settings).toMatchObject({ tls: { caFile: expect.any(String) }, sasl: { username: expect.any(String) } })
    expect(await writtenAndRead(settings, 'words', ['one'])).toEqual(['one'])
    const subject = `${printed.registry.url}/subjects/words-value`
    const schema = { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ schema: '"string"' }) }
    expect((await fetch(`${subject}/versions`, schema)).status).toBe(200)
    first.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)

    const again = cluster('--json', '--tls', '--data', join(first.folder, 'kept'))
    const { variables, registry } = await started(again)
    expect(await readBack(settingsOf({ ...printed, variables }), 'words')).toEqual(['one'])
    const versions = await fetch(`${registry.url}/subjects/words-value/versions`)
    expect(await versions.json()).toEqual([1])
    again.kill('SIGINT')
    await again.ended

    const other = cluster('--brokers', '3', '--data', join(first.folder, 'kept'))
    const { code, stderr } = await other.ended
    expect(code).toBe(2)
    expect(stderr).toContain('contains the data of 1 broker (tls-scram)')
  })

  test.runIf(process.platform === 'linux')(
    'takes everything along when it is killed, also beside another',
    async () => {
      const [running, other] = [cluster('--json'), cluster('--json', '--brokers', '3')]
      const [printed, beside] = await Promise.all([started(running), started(other)])
      expect(beside.kafka?.brokers).toHaveLength(3)
      running.kill('SIGKILL')
      other.kill('SIGKILL')
      await eventually(() => [...pidsOf(printed), ...pidsOf(beside)].every(isGone))
    },
  )
})

test('says what to install where nothing is fetched yet and there is no Maven', async () => {
  const empty = makeDataDir()
  releases.push(empty.remove)
  const { code, stderr } = await clusterWith({ PATH: '/nowhere', XDG_CACHE_HOME: empty.path }).ended
  expect(code).toBe(3)
  // Java may be found where distributions put it.
  expect(stderr).toMatch(/apt-get install -y (maven|openjdk-17-jre-headless)/)
})
