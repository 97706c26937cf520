import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { customer } from '../../domain/customer.ts'
import { to, type Addressed } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { order } from '../../domain/order.ts'
import {
  customerRegistered,
  orderCancelled,
  orderLine,
  orderPlaced,
  productListed,
  stockReceived,
  stockReserved,
} from '../../domain/test-events.ts'
import type { Proposal } from './proposal.ts'
import type { LogSource } from '../../store/log/log-source.ts'
import { projections } from '../../projections/views/list.ts'
import { Spill } from '../spill/spill-file.ts'
import { rehearse, type RehearseOptions } from './rehearse.ts'
import { proposal, recorded, sourceOf, withField, withoutField, withType } from './test-kit.ts'

const LINES = [orderLine('A', 2)]

const shop: readonly Addressed[] = [
  to(customer, 'c1', customerRegistered('c1', { phone: '555-0100' })),
  to(customer, 'c2', customerRegistered('c2', { tier: 'vip', phone: '555-0199' })),
  to(inventory, 'A', productListed('A')),
  to(inventory, 'A', stockReceived('A', 100)),
  ...['o-1', 'o-2', 'o-3'].flatMap((id) => [
    to(order, id, orderPlaced(id, LINES)),
    to(inventory, 'A', stockReserved('A', id, 2)),
  ]),
  to(order, 'o-2', orderCancelled('o-2', LINES, { reason: 'too late' })),
]

function rehearsed(proposed: Proposal, options: Partial<RehearseOptions> = {}) {
  const { signal } = new AbortController()
  return rehearse({
    source: sourceOf(recorded(shop)),
    projections,
    proposals: [proposed],
    limit: null,
    signal,
    spill: new Spill(tmpdir(), 0),
    ...options,
  })
}

const CHANNEL = { name: 'channel', type: 'string', doc: 'Where it came from.', default: 'web' } as const

describe('a rehearsal', () => {
  test('finds nothing wrong with a field that is added with a default', async () => {
    const found = await rehearsed(proposal('OrderPlaced', withField(CHANNEL)))
    expect(found).toMatchObject({ ok: true, complete: true, position: 11, others: 8, tables: [] })
    expect(found.versions).toMatchObject([
      { event: 'OrderPlaced', version: 2, events: 3, decoded: 3, changed: 0, failure: null },
    ])
    expect(found.versions[0]?.paths).toMatchObject([
      { path: 'channel', kind: 'new', events: 3, example: { position: 5, stream: 'order-o-1', is: '"web"' } },
    ])
    expect(found.streams).toMatchObject({ folded: 3, different: 0, unfolded: 0 })
  })

  test('shows the rows that lose what a removed field held, and no text of a customer', async () => {
    const found = await rehearsed(proposal('CustomerRegistered', withoutField('phone')))
    expect(found).toMatchObject({ ok: false, versions: [{ changed: 0, paths: [{ path: 'phone', kind: 'gone' }] }] })
    expect(found.tables).toMatchObject([
      { projection: 'customers', table: 'customers', differences: { count: 2, different: 2 } },
    ])
    expect(found.tables[0]?.differences.samples[0]).toEqual({
      ...{ table: 'customers', key: 'c1', kind: 'different' },
      columns: [{ column: 'phone', live: 'a text', rebuilt: null }],
    })
    expect(JSON.stringify(found)).not.toContain('555')
  })

  test('names a projection that cannot do without a removed field, and where', async () => {
    const found = await rehearsed(proposal('OrderPlaced', withoutField('region')))
    expect(found.versions).toMatchObject([{ decoded: 3, failed: { decode: 0, fold: 0, project: 3 } }])
    expect(found.versions[0]?.failure).toMatchObject({ position: 5, stream: 'order-o-1', stage: 'project' })
    expect(found.versions[0]?.failure?.message).toMatch(/^the projection \w+: /)
  })

  test('names a state that cannot be made of what is proposed', async () => {
    const found = await rehearsed(proposal('ProductListed', withoutField('price')))
    expect(found.streams).toMatchObject({ folded: 1, different: 1 })
    expect(found.streams.samples).toMatchObject([{ stream: 'inventory-A', position: 3, path: 'listed.price' }])
  })

  test('tells the first event that cannot be decoded, with its path', async () => {
    const found = await rehearsed(proposal('StockReserved', withType('orderId', { type: 'int' })))
    expect(found.versions).toMatchObject([{ events: 3, decoded: 0, failed: { decode: 3 } }])
    expect(found.versions[0]?.failure).toMatchObject({
      ...{ stage: 'decode', path: 'orderId', position: 6, stream: 'inventory-A' },
      message: expect.stringContaining('a string to an int') as string,
    })
    expect(found.streams).toMatchObject({ folded: 1, unfolded: 1 })
  })

  test('tells an enum symbol that is read as another, and what comes of it', async () => {
    const tier = { type: 'enum', name: 'Tier', doc: 'Rank.', symbols: ['standard'], default: 'standard' } as const
    const found = await rehearsed(proposal('CustomerRegistered', withType('tier', { type: tier })))
    expect(found.versions).toMatchObject([{ events: 2, decoded: 2, changed: 1 }])
    expect(found.versions[0]?.paths).toEqual([
      {
        ...{ path: 'tier', kind: 'changed', events: 1 },
        example: { position: 2, stream: 'customer-c2', was: '"vip"', is: '"standard"' },
      },
    ])
    expect(found.streams).toMatchObject({ different: 1, samples: [{ stream: 'customer-c2', path: 'tier' }] })
    expect(found.tables).toMatchObject([{ table: 'customers', differences: { count: 1 } }])
  })

  test('tells a change of meaning that no value shows', async () => {
    const micros = { type: 'long', logicalType: 'timestamp-micros' } as const
    const found = await rehearsed(proposal('OrderPlaced', withType('placedAt', { type: micros })))
    expect(found).toMatchObject({ ok: false, versions: [{ changed: 0 }], meaning: [{ path: 'placedAt' }] })
  })

  test('counts on behind an event that cannot be read today', async () => {
    const log = recorded(shop).map((one) => (one.position === 6 ? { ...one, data: Buffer.from([0xff]) } : one))
    const found = await rehearsed(proposal('StockReserved', withField(CHANNEL)), { source: sourceOf(log) })
    expect(found).toMatchObject({ ok: false, position: 11, unreadable: { count: 1, first: { position: 6 } } })
    expect(found.versions).toMatchObject([{ decoded: 2 }])
    expect(found.streams).toMatchObject({ folded: 1, unfolded: 1 })
  })

  test('spills the events of streams that find no room in memory, reads the log no more for them, and comes to the same', async () => {
    const region = proposal('OrderPlaced', withType('customerId', { type: 'string', default: 'x' }))
    const price = proposal('OrderPlaced', withoutField('placedAt'))
    const spilled: number[] = []
    for (const proposed of [region, price]) {
      const source = sourceOf(recorded(shop))
      const large = sourceOf(recorded(shop))
      const whole = await rehearsed(proposed, { source: large })
      const spill = new Spill(tmpdir(), 0, 100)
      const small = await rehearsed(proposed, { source, spill, streamsInMemory: 1 })
      expect(small).toEqual(whole)
      expect(small.streams.folded).toBe(3)
      expect(source.reads()).toBe(large.reads())
      spilled.push(spill.spilled)
      spill.close()
    }
    expect(Math.max(...spilled)).toBeGreaterThan(0)
  })

  test('counts no stream twice when room is made while another one is spilled', async () => {
    const log = recorded([
      to(order, 'o-1', orderPlaced('o-1', LINES)),
      to(order, 'o-2', orderPlaced('o-2', LINES)),
      to(order, 'o-1', orderCancelled('o-1', LINES)),
      to(order, 'o-3', orderPlaced('o-3', LINES)),
    ])
    const proposed = proposal('OrderCancelled', withoutField('region'))
    const found = await rehearsed(proposed, { source: sourceOf(log), streamsInMemory: 1 })
    expect(found.streams).toMatchObject({ folded: 3, different: 1, unfolded: 0 })
  })

  test('looks at no more of the log than it is asked to', async () => {
    const found = await rehearsed(proposal('OrderPlaced', withField(CHANNEL)), { limit: 7 })
    expect(found).toMatchObject({ ok: true, position: 7, versions: [{ events: 2 }] })
  })

  test('stops after the page under way when it is asked to, and says so', async () => {
    const stop = new AbortController()
    const whole = sourceOf(recorded(shop))
    const source: LogSource = {
      head: whole.head,
      async *pages(after) {
        for await (const page of whole.pages(after)) {
          yield page
          stop.abort()
        }
      },
    }
    const found = await rehearsed(proposal('OrderPlaced', withField(CHANNEL)), { source, signal: stop.signal })
    expect(found).toMatchObject({ ok: false, complete: false, position: 3 })
  })
})
