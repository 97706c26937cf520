/** The examples of docs/kafka.md: programs in Python and Java that read what the service publishes, by its registry. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cacheDirectory } from '../cli/cluster/cache-directory.ts'
import { findJava } from '../cli/cluster/java.ts'
import { mavenJars } from '../cli/cluster/maven.ts'
import { eventually } from './eventually.ts'
import { testKafka } from './kafka.ts'
import { registryPython } from './registry-python.ts'
import { runCommand } from './run-command.ts'
import { makeDataDir, startService, type Service } from './service.ts'

const example = (file: string) => fileURLToPath(new URL(`../docs/examples/${file}`, import.meta.url))
const kafka = await testKafka()
const python = await registryPython()

describe.skipIf(kafka === null)('what the service publishes', () => {
  const data = makeDataDir()
  const prefix = 'outside.'
  let service: Service
  let brokers: string
  let registry: string

  beforeAll(async () => {
    if (kafka === null) return
    brokers = kafka.settings(prefix).brokers.join(',')
    writeFileSync(join(data.path, '.env'), `KAFKA_BROKERS=${brokers}\nTOPIC_PREFIX=${prefix}\n`)
    expect(await runCommand(data.path, 'topics', 'create')).toMatchObject({ code: 0 })
    service = await startService({ dataDir: data.path, env: { DEMO_ORDERS: '50' } })
    registry = `${service.url}/registry`
  })

  afterAll(async () => {
    await service.stop()
    await kafka?.stop()
    data.remove()
  })

  /** Of the first events of the log: what its API says of those whose type is one of these. */
  async function logged(types: readonly string[], count: number) {
    return eventually(async () => {
      const answer = await fetch(`${service.url}/events?limit=200`)
      const { items } = (await answer.json()) as { readonly items: readonly { position: number; type: string }[] }
      const found = items.filter(({ type }) => types.includes(type)).slice(0, count)
      expect(found).toHaveLength(count)
      return found
    })
  }

  /** What each program prints: one line of JSON for each record. Partitions come in any order. */
  function read(stdout: string) {
    const lines = stdout.trim().split('\n')
    const events = lines.map(
      (line) => JSON.parse(line) as { key: string; type: string; position: number; event: object },
    )
    return events.sort((one, other) => one.position - other.position)
  }

  test.skipIf(python === null)('is read by a consumer in Python', async () => {
    const { stdout } = await promisify(execFile)(join(python ?? '', 'bin/python'), [
      ...[example('read_orders.py'), brokers, registry, `${prefix}customers`, '10'],
    ])
    const events = read(stdout)
    expect(events).toHaveLength(10)
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['orderledger.CustomerRegistered']))
    for (const { key, event } of events) expect(event).toMatchObject({ customerId: key })
    expect(events.every(({ position }) => position > 0)).toBe(true)
  })

  test('is read by a consumer in Java', async () => {
    const java = findJava(17, { javaHome: process.env['JAVA_HOME'], compiler: true })
    if (java === null) throw new Error('no JDK of version 17 or newer: apt-get install -y openjdk-17-jdk-headless')
    const jars = await mavenJars({
      cacheDir: cacheDirectory(process.env),
      name: 'outside-reader',
      artifacts: ['org.apache.kafka:kafka-clients:4.3.1', 'org.apache.avro:avro:1.12.0', 'org.slf4j:slf4j-nop:2.0.13'],
    })
    const [first] = await logged(['OrderPlaced'], 1)
    const { stdout } = await promisify(execFile)(java.java, [
      ...['-cp', `${jars}/*`, example('ReadOrders.java'), brokers, registry, `${prefix}orders`, '20'],
    ])
    const events = read(stdout)
    expect(events).toHaveLength(20)
    for (const { type } of events) expect(type).toMatch(/^orderledger\.Order(Placed|Rejected)$/)
    expect(events[0]?.position).toBeGreaterThanOrEqual(first?.position ?? 0)
  })
})
