/** Confluent's Python client and fastavro read what we write through our registry, and we read what they write. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import {
  eventSchemaTexts,
  registerEventSchemas,
  type EventSchemaIds,
} from '../../contract/registry/event-schema-ids.ts'
import { decodeUntrusted } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { goldenSamples } from '../../contract/authoring/golden-samples.ts'
import { openPool, REGISTRY_SETTINGS } from '../../store/postgres/database.ts'
import { openApiService } from '../support/api-service.ts'
import { testDatabase } from '../support/database.ts'
import { startPython } from '../support/python-process.ts'
import { registryPython } from './registry-python.ts'
import { recordOf } from './registry-contract.ts'

const GOLDEN = fileURLToPath(new URL('../../schemas/golden', import.meta.url))

const environment = await registryPython()
const releases: (() => Promise<unknown> | void)[] = []
let ids: EventSchemaIds
let ask: (task: object) => Promise<unknown>

beforeAll(async () => {
  if (environment === null) return
  const database = await testDatabase()
  releases.push(() => database.drop())
  const pool = openPool(database.url, { name: 'test registry', max: 2, settings: REGISTRY_SETTINGS })
  releases.push(() => pool.end())
  ids = await registerEventSchemas(embeddedRegistry(pool))
  const service = await openApiService(database.url)
  releases.push(() => service.close())
  const url = `http://127.0.0.1:${String(await service.listen())}/registry`
  const python = startPython(environment, 'registry_clients.py', url)
  releases.push(() => python.stop())
  ask = (task) => python.ask(task)
})

afterAll(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

/** Byte 0, the id, the body. */
function framed(id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(5)
  header.writeUInt32BE(id, 1)
  return Buffer.concat([header, body])
}

function fieldsOf(event: DomainEvent): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'type'))
}

const newest = eventSchemaTexts.filter(
  ({ type, version }) => !eventSchemaTexts.some((other) => other.type === type && other.version > version),
)

describe.skipIf(environment === null)('Python', () => {
  test.each(eventSchemaTexts)('reads our $type v$version', async ({ type, version, text }) => {
    const body = readFileSync(join(GOLDEN, type, `v${String(version)}.bin`))
    const sample: DomainEvent | undefined = goldenSamples[type][version - 1]
    if (sample === undefined) throw new Error(`there is no sample of ${type} v${String(version)}`)
    const message = framed(ids.id(type, version), body)
    const read = (await ask({ do: 'decode', framed: message.toString('hex') })) as Record<string, unknown>
    // It reads with the schema that wrote: what later versions added is not there.
    expect(Object.keys(read).length).toBeGreaterThan(0)
    if (newest.some((one) => one.text === text)) expect(read).toEqual(fieldsOf(sample))
    else expect(fieldsOf(sample)).toMatchObject(read)
    expect(await ask({ do: 'decode_body', schema: text, body: body.toString('hex') })).toEqual(read)
  })

  test.each(newest)('writes $type as we read it', async ({ type, version, subject, text }) => {
    const sample: DomainEvent | undefined = goldenSamples[type][version - 1]
    if (sample === undefined) throw new Error(`there is no sample of ${type} v${String(version)}`)
    const value = fieldsOf(sample)
    const message = Buffer.from(String(await ask({ do: 'encode', subject, value })), 'hex')
    expect(message[0]).toBe(0)
    expect(ids.find(message.readUInt32BE(1))).toEqual({ type, version })
    expect(decodeUntrusted(type, version, message.subarray(5))).toEqual(sample)
    const body = Buffer.from(String(await ask({ do: 'encode_body', schema: text, value })), 'hex')
    expect(decodeUntrusted(type, version, body)).toEqual(sample)
  })

  test('registers, looks up and checks as with any registry', async () => {
    const subject = 'from-python'
    const schema = recordOf([{ name: 'id' }], 'FromPython')
    const id = await ask({ do: 'register', subject, schema })
    expect(await ask({ do: 'look_up', subject, schema })).toEqual({ id, version: 1 })
    const next = recordOf([{ name: 'id' }, { name: 'must' }], 'FromPython')
    expect(await ask({ do: 'compatible', subject, schema: next })).toBe(false)
    await expect(ask({ do: 'register', subject, schema: next })).rejects.toThrow(
      /READER_FIELD_MISSING_DEFAULT_VALUE.*\/fields\/1.*HTTP status code 409/,
    )
    await expect(ask({ do: 'look_up', subject, schema: next })).rejects.toThrow(/40403/)
  })
})
