import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import type { RecordSchema } from '../../schemas/avro-schema.ts'
import { placeOrderSchema } from '../../schemas/commands/place-order.ts'
import { JudgeBusy } from '../judgement/judge-busy.ts'
import { judgeHere, type Judge } from '../judgement/judgement.ts'
import { framePlaceOrder, placeOrderReader } from './command-schema.ts'
import { RegistryFailure } from './schema-registry.ts'

const OURS = 7
const order = { customerId: 'c1', lines: [{ sku: 'A1', quantity: 2 }] }

/** A registry that counts what it is asked. */
function registryOf(schemas: Readonly<Record<number, object>>, judge: Judge = judgeHere) {
  const asked: number[] = []
  let now = 0
  let away = false
  const schemaById = (id: number) => {
    asked.push(id)
    if (away) return Promise.reject(new RegistryFailure('registry-unreachable', 'nobody answers'))
    const found = schemas[id]
    return Promise.resolve(found === undefined ? null : JSON.stringify(found))
  }
  const reader = placeOrderReader({ schemaId: OURS, registry: { schemaById }, judge, monotonic: () => now })
  const read = async (message: Buffer) => {
    await reader.learnAvro(message)
    return reader.readAvro(message)
  }
  return { asked, read, pass: (millis: number) => (now += millis), goAway: (is: boolean) => (away = is) }
}

function framed(id: number, body: Buffer = Buffer.alloc(3)): Buffer {
  const header = Buffer.alloc(5)
  header.writeInt32BE(id, 1)
  return Buffer.concat([header, body])
}

/** As Java registers it: strings are marked, and nothing has a doc. */
function asJava(schema: unknown): unknown {
  if (schema === 'string') return { type: 'string', 'avro.java.string': 'String' }
  if (Array.isArray(schema)) return schema.map(asJava)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) =>
      name === 'doc' ? [] : [[name, name === 'type' || name === 'items' || name === 'fields' ? asJava(value) : value]],
    ),
  )
}

const spellings: Readonly<Record<string, RecordSchema>> = {
  'Java has': asJava(placeOrderSchema) as RecordSchema,
  'has another doc': { ...placeOrderSchema, doc: 'Another one.' },
  'lacks what has a default': { ...placeOrderSchema, fields: placeOrderSchema.fields.slice(1) },
  'has a field more': {
    ...placeOrderSchema,
    fields: [...placeOrderSchema.fields, { name: 'note', type: 'string', default: '' }],
  },
}

describe('an order in Avro', () => {
  test.each(Object.keys(spellings))('is read when its schema is the one that %s', async (name) => {
    const schema = spellings[name] ?? placeOrderSchema
    const { asked, read } = registryOf({ 9: schema })
    const type = avsc.Type.forSchema(structuredClone(schema) as avsc.Schema)
    const message = framed(9, type.toBuffer({ orderId: null, note: 'n', ...order }))
    expect(await read(message)).toEqual(order)
    expect(await read(message)).toEqual(order)
    expect(asked).toEqual([9])
    await expect(read(message.subarray(0, 8))).rejects.toMatchObject({ code: 'undecodable-command' })
  })

  test('in our own schema asks nobody', async () => {
    const { asked, read } = registryOf({})
    expect(await read(framePlaceOrder({ orderId: null, ...order }, OURS))).toEqual(order)
    expect(asked).toEqual([])
  })

  test.each([
    ['is another record', { ...placeOrderSchema, name: 'Other' }],
    ['lacks the customer', { ...placeOrderSchema, fields: placeOrderSchema.fields.slice(2) }],
    ['is none', { type: 'nothing' }],
  ])('is refused when its schema %s, in words that help a Java producer', async (_, schema) => {
    const { read } = registryOf({ 9: schema })
    const refused = { code: 'unknown-schema-id', message: expect.stringMatching(/^schema 9 cannot .*auto\.register/) }
    await expect(read(framed(9))).rejects.toMatchObject(refused)
  })

  test('of an unknown schema asks once in 60 s, and remembers 100 of them', async () => {
    const { asked, read, pass } = registryOf({})
    const ask = (id: number) => expect(read(framed(id))).rejects.toMatchObject({ code: 'unknown-schema-id' })
    await ask(1)
    await ask(1)
    pass(59_999)
    await ask(1)
    expect(asked).toHaveLength(1)
    pass(1)
    await ask(1)
    expect(asked).toHaveLength(2)
    for (let id = 1_000; id < 1_100; id++) await ask(id)
    await ask(1_099)
    expect(asked).toHaveLength(102)
    await ask(1)
    expect(asked).toHaveLength(103)
  })

  test('waits for a registry that is away, and is asked for anew', async () => {
    const { read, goAway } = registryOf({ 9: placeOrderSchema })
    const message = framePlaceOrder({ orderId: null, ...order }, 9)
    goAway(true)
    await expect(read(message)).rejects.toMatchObject({ code: 'registry-unreachable', retriable: true })
    goAway(false)
    expect(await read(message)).toEqual(order)
  })

  test('asks once for all that come with one schema at the same time', async () => {
    const { asked, read } = registryOf({ 9: placeOrderSchema })
    const message = framePlaceOrder({ orderId: null, ...order }, 9)
    await Promise.all(Array.from({ length: 200 }, () => read(message)))
    expect(asked).toEqual([9])
  })

  test('waits while too many schemas wait to be read, however often', async () => {
    let full = true
    const busy: Judge = (question) =>
      full ? Promise.reject(new JudgeBusy('queue', '16 schemas wait')) : judgeHere(question)
    const { read } = registryOf({ 9: placeOrderSchema }, busy)
    const message = framePlaceOrder({ orderId: null, ...order }, 9)
    for (let attempt = 0; attempt < 10; attempt++) await expect(read(message)).rejects.toBeInstanceOf(JudgeBusy)
    full = false
    expect(await read(message)).toEqual(order)
  })

  test.each([
    ['that is not read in time', new JudgeBusy('deadline', 'not read within 2000 ms')],
    ['at which the thread dies', new Error('exit code 134')],
  ])('in a schema %s is given up at the third attempt, and read where an earlier one succeeds', async (_, fault) => {
    let faults = 2
    const slow: Judge = (question) => (faults-- > 0 ? Promise.reject(fault) : judgeHere(question))
    const { read } = registryOf({ 9: placeOrderSchema }, slow)
    const message = framePlaceOrder({ orderId: null, ...order }, 9)
    const waits = () => expect(read(message)).rejects.toBeInstanceOf(JudgeBusy)
    await waits()
    await waits()
    expect(await read(message)).toEqual(order)
    const never = registryOf({ 9: placeOrderSchema }, () => Promise.reject(fault))
    for (const attempt of [1, 2]) await expect(never.read(message), String(attempt)).rejects.toBeInstanceOf(JudgeBusy)
    await expect(never.read(message)).rejects.toMatchObject({
      code: 'unknown-schema-id',
      message: expect.stringMatching(/^schema 9 was given up unread after 3 attempts: /),
    })
  })
})
