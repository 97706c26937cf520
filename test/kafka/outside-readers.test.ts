/** The examples of docs/kafka.md: programs in Python, Java and JavaScript that read what the service publishes, by its registry. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { findJava } from '../../cluster/java.ts'
import { mavenJars } from '../../cluster/maven.ts'
import { eventually } from '../support/eventually.ts'
import { CheckedSender } from '../../kafka/client/checked-sender.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { leaveOut } from '../support/left-out.ts'
import { createTopic, testKafka } from '../support/kafka.ts'
import { registryPython } from '../contract/registry-python.ts'
import { runCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const example = (file: string) => fileURLToPath(new URL(`../../docs/examples/${file}`, import.meta.url))
const kafka = await testKafka()
const python = await registryPython()
const java =
  findJava(17, { javaHome: process.env['JAVA_HOME'], compiler: true }) ??
  leaveOut('no JDK of version 17 or newer: apt-get install -y openjdk-17-jdk-headless')

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
    data.remove()
  })

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

  test.skipIf(java === null)('is read by a consumer in Java', async () => {
    if (java === null) throw new Error('the test is skipped without Java')
    const jars = await mavenJars({
      cacheDir: cacheDirectory(process.env),
      name: 'outside-reader',
      artifacts: ['org.apache.kafka:kafka-clients:4.3.1', 'org.apache.avro:avro:1.12.0', 'org.slf4j:slf4j-nop:2.0.13'],
    })
    const { stdout } = await promisify(execFile)(java.java, [
      ...['-cp', `${jars}/*`, example('ReadOrders.java'), brokers, registry, `${prefix}orders`, '20'],
    ])
    const events = read(stdout)
    expect(events).toHaveLength(20)
    for (const { type } of events) expect(type).toMatch(/^orderledger\.Order[A-Z][a-z]+$/)
    expect(new Set(events.map(({ position }) => position)).size).toBe(20)
  })

  test('is read by a consumer in JavaScript', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', example('read-orders.ts'), brokers, registry, `${prefix}orders`, '20'],
    ])
    const events = read(stdout)
    expect(events).toHaveLength(20)
    for (const { key, type, event } of events) {
      expect(type).toMatch(/^orderledger\.Order[A-Z][a-z]+$/)
      expect(event).toMatchObject({ orderId: key })
    }
    expect(new Set(events.map(({ position }) => position)).size).toBe(20)
  })

  test('is shown beside what others send, by the schemas that they have registered', async () => {
    if (kafka === null) return
    const { type, name, fields } = {
      type: 'record',
      name: 'others.Weather',
      fields: [{ name: 'city', type: 'string' }],
    }
    const client = new SchemaRegistry({ host: registry })
    const { id } = await client.register(
      { type: SchemaType.AVRO, schema: JSON.stringify({ type, name, fields }) },
      { subject: 'weather-value' },
    )
    const topic = `${prefix}weather`
    const theirs = kafkaClient(kafka.settings(prefix), { clientId: 'others', log: silentLog })
    await createTopic(theirs, topic, 1)
    const sender = new CheckedSender(theirs)
    await sender.send({ topic, partition: 0 }, [
      { value: await client.encode(id, { city: 'Bonn' }) },
      { value: Buffer.from([0, 0, 15, 0, 0, 1]) },
    ])
    await sender.close()
    const { stdout } = await runCommand(data.path, 'consume', topic, '--decode', '--json', '-n', '2')
    const [known, unknown] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(known).toMatchObject({ format: 'avro', type: 'others.Weather', value: { city: 'Bonn' }, fault: null })
    expect(unknown).toMatchObject({ format: 'hex', fault: expect.stringContaining('unknown-schema-id') })
  })

  test('goes to a cluster that doctor finds in order', async () => {
    const { checks } = (await runCommand(data.path, 'doctor', '--json')).json() as { readonly checks: object[] }
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'kafka', state: 'fine', saw: `1 broker at ${brokers}, all topics exist` }),
    )
  })

  test('grows by the orders of a flood over the topic, each of which is decided once', async () => {
    const flood = await runCommand(data.path, 'flood', '--to', 'kafka', '-n', '300', '-c', '100', '--json')
    expect(flood).toMatchObject({ code: 0 })
    const report = flood.json() as { readonly accepted: number; readonly refused: number }
    expect(report).toMatchObject({ sent: 300, alreadyThere: 0, failed: 0 })
    expect(report.accepted + report.refused).toBe(300)
  })

  test('is what the log holds, by verify, and every version of it is counted by topic', async () => {
    const verified = await runCommand(data.path, 'verify', '--json')
    expect(verified.json()).toMatchObject({ ok: true, topics: { lost: 0, foreign: 0, missingTopics: [] } })
    await eventually(async () => {
      const { versions, topics } = (await runCommand(data.path, 'schemas', 'usage', '--topics', '--json')).json() as {
        readonly versions: readonly { readonly type: string; readonly events: number }[]
        readonly topics: readonly { readonly topic: string; readonly type: string | null; readonly records: number }[]
      }
      const placed = versions.find(({ type, events }) => type === 'OrderPlaced' && events > 0)?.events
      for (const name of ['orders', 'analytics']) {
        expect(topics).toContainEqual(expect.objectContaining({ topic: name, type: 'OrderPlaced', records: placed }))
      }
      return true
    })
  })

  test('is rehearsed with a proposed schema, record by record', async () => {
    const file = join(data.path, 'next.avsc')
    const published = fileURLToPath(new URL('../../schemas/StockReceived/v1.avsc', import.meta.url))
    const schema = JSON.parse(readFileSync(published, 'utf8')) as { fields: object[] }
    const rehearse = async (fields: readonly object[]) => {
      writeFileSync(file, JSON.stringify({ ...schema, fields }))
      return runCommand(
        data.path,
        'schemas',
        'rehearse',
        'StockReceived',
        '--from',
        'topics',
        '--schema',
        file,
        '--json',
      )
    }
    const fine = await rehearse([...schema.fields, { name: 'note', type: 'string', default: '' }])
    expect(fine).toMatchObject({ code: 0 })
    const breaking = await rehearse([...schema.fields, { name: 'note', type: 'string' }])
    expect(breaking).toMatchObject({ code: 1 })
    const { topics } = breaking.json() as { readonly topics: readonly { readonly topic: string }[] }
    const inventory = topics.find(({ topic }) => topic === 'inventory')
    expect(inventory).toMatchObject({ versions: [{ event: 'StockReceived', decoded: 0 }] })
  })
})
