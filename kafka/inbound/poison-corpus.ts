/**
 * Records that no consumer of orders should fall over: each case has a name, and the class under which it is parked.
 * What they have in common is that one of them, met unprepared, stalls or ends a process, or is taken for an order.
 */
import { framePlaceOrder } from '../../contract/registry/command-schema.ts'

export interface PoisonRecord {
  readonly key: string | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string | readonly string[]>>
}

export interface PoisonCase {
  readonly name: string
  /** Of the letter that it becomes. */
  readonly class: string
  /** A good order that has to come first; null: none. */
  readonly before: PoisonRecord | null
  readonly record: PoisonRecord
}

export interface PoisonShop {
  /** Begins the key of every record, so that the letters of one run stand out from others. */
  readonly run: string
  /** A product with stock. */
  readonly sku: string
  /** Of PlaceOrder; null: the registry lacks it, and cases in Avro are left out. */
  readonly schemaId: number | null
}

const MIB = 1024 * 1024
const HIGH_BIT = 0x80

/** Customers that have to be registered first. */
export function poisonCustomers({ run }: Pick<PoisonShop, 'run'>): readonly string[] {
  return [`${run}-good`, `${run}-order-exists`, `${run}-key-reused`]
}

/** A good order of the run. */
export function goodOrder({ run, sku }: PoisonShop, number: number): PoisonRecord {
  return order(`${run}-good`, { orderId: `${run}-${String(number)}`, lines: [{ sku, quantity: 1 }] })
}

export function poisonCorpus(shop: PoisonShop): readonly PoisonCase[] {
  return [...jsonCases(shop), ...recordCases(shop), ...conflicts(shop), ...avroCases(shop)]
}

function jsonCases({ run, sku }: PoisonShop): readonly PoisonCase[] {
  const line = { sku, quantity: 1 }
  const good = { customerId: 'c', lines: [line] }
  const text = (name: string, className: string, value: string | Buffer) =>
    poison(run, name, className, { value: Buffer.from(value) })
  const json = (name: string, value: unknown) => text(name, 'invalid-request', JSON.stringify(value))
  return [
    text('plain-text', 'invalid-json', 'two phones, please'),
    text('half-a-json', 'invalid-json', '{"customerId":"c","lines":[{"sku"'),
    text('not-utf8', 'invalid-json', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
    text('deep-json', 'invalid-request', '['.repeat(20_000) + ']'.repeat(20_000)),
    text(
      'prototype',
      'invalid-request',
      `{"__proto__":{"sku":"x"},"customerId":"c","lines":[${JSON.stringify(line)}]}`,
    ),
    text('endless-quantity', 'invalid-request', `{"customerId":"c","lines":[{"sku":"${sku}","quantity":1e999}]}`),
    json('null-json', null),
    json('no-customer', { lines: [line] }),
    json('null-customer', { ...good, customerId: null }),
    json('no-lines', { ...good, lines: [] }),
    json('many-lines', { ...good, lines: Array.from({ length: 101 }, () => line) }),
    json('own-price', { ...good, lines: [{ ...line, unitPrice: 1 }] }),
    json('text-quantity', { ...good, lines: [{ sku, quantity: '3' }] }),
    json('negative-quantity', { ...good, lines: [{ sku, quantity: -1 }] }),
    json('nul-in-id', { ...good, customerId: 'c\0' }),
    json('lone-surrogate', { ...good, orderId: 'o\ud800' }),
  ]
}

function recordCases({ run, sku }: PoisonShop): readonly PoisonCase[] {
  const good = order('c', { lines: [{ sku, quantity: 1 }] })
  return [
    poison(run, 'tombstone', 'no-value', { value: null }),
    poison(run, 'empty', 'empty-value', { value: Buffer.alloc(0) }),
    poison(run, 'large', 'too-large', { value: Buffer.alloc(MIB - 100 * 1024, 'x') }),
    poison(run, 'many-headers', 'too-large', {
      value: good.value,
      headers: { h: Array.from({ length: 10_000 }, () => 'v') },
    }),
    poison(run, 'endless-id', 'invalid-header', {
      value: good.value,
      headers: { ce_id: 'i'.repeat(300), ce_source: 'web' },
    }),
    poison(run, 'nul-in-source', 'invalid-header', { value: good.value, headers: { ce_id: '1', ce_source: 'w\0' } }),
  ]
}

/** The same name for another thing: the first one stands. */
function conflicts({ run, sku }: PoisonShop): readonly PoisonCase[] {
  const of = (name: string, quantity: number, orderId: string | null, headers: Record<string, string> = {}) => ({
    ...order(`${run}-${name}`, { ...(orderId === null ? {} : { orderId }), lines: [{ sku, quantity }] }),
    headers,
  })
  const ids = { ce_id: `${run}-1`, ce_source: 'poison' }
  return [
    {
      name: 'order-exists',
      class: 'order-exists',
      before: of('order-exists', 1, `${run}-named`),
      record: of('order-exists', 2, `${run}-named`),
    },
    {
      name: 'key-reused',
      class: 'key-reused',
      before: of('key-reused', 1, null, ids),
      record: of('key-reused', 2, null, ids),
    },
  ]
}

function avroCases({ run, sku, schemaId }: PoisonShop): readonly PoisonCase[] {
  if (schemaId === null) return []
  const header = framePlaceOrder({ orderId: null, customerId: '', lines: [] }, schemaId).subarray(0, 5)
  const good = framePlaceOrder({ orderId: null, customerId: 'c', lines: [{ sku, quantity: 1 }] }, schemaId)
  const many = Array.from({ length: 20_000 }, () => ({ sku: '', quantity: 0 }))
  const other = Buffer.from(good)
  other.writeInt32BE(0x7ffffff0, 1)
  const framed = (name: string, bytes: readonly number[]) =>
    poison(run, name, 'undecodable-command', { value: Buffer.concat([header, Buffer.from(bytes)]) })
  const whole = (name: string, className: string, value: Buffer) => poison(run, name, className, { value })
  // orderId null, customerId "c", then the count of lines.
  const upToLines = [0, 2, 0x63]
  return [
    whole('header-alone', 'unframed-message', Buffer.from([0, 0, 0])),
    whole('other-schema', 'unknown-schema-id', other),
    whole('cut-off', 'undecodable-command', good.subarray(0, good.length - 2)),
    whole('trailing-bytes', 'undecodable-command', Buffer.concat([good, Buffer.from([1, 2, 3])])),
    whole(
      'many-entries',
      'undecodable-command',
      framePlaceOrder({ orderId: null, customerId: 'c', lines: many }, schemaId),
    ),
    framed('count-of-millions', [...upToLines, ...varint(10_000_000)]),
    framed('count-of-billions', [...upToLines, ...varint(2 ** 31)]),
    framed('no-such-branch', [8, 2, 0x63]),
    framed('endless-varint', [0, 2, 0x63, ...Array.from({ length: 11 }, () => 0xff)]),
    framed('long-quantity', [...upToLines, 2, 2, 0x41, ...varint(2 ** 33), 0]),
    framed('string-not-utf8', [0, 4, 0xc3, 0x28, 0]),
  ]
}

function order(customerId: string, rest: object): PoisonRecord {
  return { key: customerId, value: Buffer.from(JSON.stringify({ customerId, ...rest })), headers: {} }
}

function poison(run: string, name: string, className: string, record: Partial<PoisonRecord>): PoisonCase {
  return {
    name,
    class: className,
    before: null,
    record: { key: `${run}-${name}`, value: null, headers: {}, ...record },
  }
}

/** A number as Avro writes it: zigzag, seven bits a byte. */
function varint(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value * 2
  for (; rest >= HIGH_BIT; rest = Math.floor(rest / HIGH_BIT)) bytes.push((rest % HIGH_BIT) + HIGH_BIT)
  return [...bytes, rest]
}
