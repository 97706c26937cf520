/** What becomes of a projection that cannot go on, on real Postgres. */
import { describe, expect, test } from 'vitest'
import { customerRegistered } from '../../domain/test-events.ts'
import { ensureGenerations, setPaused } from '../../projections/generations.ts'
import { projections } from '../../projections/views/list.ts'
import { orders } from '../../projections/views/orders.ts'
import { projection, table, type Projection } from '../../projections/projection.ts'
import { encode } from '../../schemas/codec.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { listed, openProjecting, placed, stateOf } from './projecting.ts'

const notes = table({ name: 'notes', key: { name: 'sku', type: 'text' }, columns: { note: 'text', seen: 'counter' } })

/** Notes what products are called; `spoil` says what it makes of a name. */
function notesOf(spoil: (name: string) => string): Projection {
  return projection({
    name: 'notes',
    version: 1,
    tables: [notes],
    handles: ['ProductListed'],
    apply({ event }, rows) {
      rows.set(notes, event.sku, { note: spoil(event.name) })
      rows.add(notes, event.sku, { seen: 1 })
    },
  })
}

describe('a projection that cannot show an event', () => {
  test.each<[string, (name: string) => string, string]>([
    ['whose function throws', (name) => (name === 'Product C3' ? missing() : name), 'not-shown'],
    ['whose value the database refuses', (name) => (name === 'Product C3' ? '\0' : name), '22021'],
  ])('law 8: %s stops alone, at that event and with the reason', async (_, spoil, code) => {
    await using projecting = await openProjecting()
    const head = await appendEvents(projecting.pool, listed('A1', 'B2', 'C3', 'D4'))
    await projecting.project({ projections: [...projections, notesOf(spoil)] })
    await projecting.shown(head, ...projections.map(({ name }) => name))
    await eventually(async () => (await stateOf(projecting, 'notes')).state === 'failed')
    expect(await stateOf(projecting, 'notes')).toMatchObject({
      position: 2,
      lagEvents: 2,
      lastError: { code, position: 3 },
    })
    const { rows } = await projecting.pool.query('select sku from views.notes_g1 order by sku')
    expect(rows).toEqual([{ sku: 'A1' }, { sku: 'B2' }])
    expect(projecting.complaints).toHaveLength(1)
    const later = await appendEvents(projecting.pool, listed('E5'))
    await projecting.shown(later, ...projections.map(({ name }) => name))
    expect((await stateOf(projecting, 'notes')).position).toBe(2)
  })

  test('law 8: one that shows several batches together stops at the event too, and not at the first of them', async () => {
    await using projecting = await openProjecting()
    const seldom = { ...notesOf((name) => (name === 'Product C3' ? '\0' : name)), showsEveryMs: 500 }
    await projecting.project({ projections: [...projections, seldom] })
    for (const sku of ['A1', 'B2', 'C3', 'D4'])
      await projecting.shown(await appendEvents(projecting.pool, listed(sku)), 'orders')
    await eventually(async () => (await stateOf(projecting, 'notes')).state === 'failed')
    expect(await stateOf(projecting, 'notes')).toMatchObject({ position: 2, lastError: { code: '22021', position: 3 } })
    await projecting.shown(4, ...projections.map(({ name }) => name))
  })

  test('it goes on from there once what was wrong is mended and it is resumed', async () => {
    await using projecting = await openProjecting()
    let mended = false
    const head = await appendEvents(projecting.pool, listed('A1', 'B2'))
    await projecting.project({ projections: [notesOf((name) => (mended ? name : missing()))] })
    await eventually(async () => (await stateOf(projecting, 'notes')).state === 'failed')
    mended = true
    await setPaused(projecting.pool, 'notes', false)
    await projecting.shown(head)
    expect(await stateOf(projecting, 'notes')).toMatchObject({ state: 'live', lastError: null })
  })

  test('law 8: an event of an unknown type stops all of them, with its position and the reason', async () => {
    await using projecting = await openProjecting()
    await appendEvents(projecting.pool, listed('A1'))
    await appendRaw(projecting.pool, [
      { stream: 'order-o1', type: 'OrderTeleported', schemaVersion: 1, data: Buffer.alloc(2) },
    ])
    await appendEvents(projecting.pool, listed('B2'))
    await projecting.project()
    await eventually(async () => (await projecting.views.states()).every(({ state }) => state === 'failed'))
    for (const state of await projecting.views.states()) {
      expect(state).toMatchObject({ position: 1, lastError: { code: 'unknown-event-type', position: 2 } })
    }
    expect((await projecting.views.products.list({ limit: 5, cursor: null })).items).toHaveLength(1)
  })

  test('law 8: an event that cannot be decoded stops those that need it, and is never skipped', async () => {
    await using projecting = await openProjecting()
    const event = encode(customerRegistered('c1'))
    await appendRaw(projecting.pool, [{ stream: 'customer-c1', ...event, data: event.data.subarray(0, 3) }])
    const head = await appendEvents(projecting.pool, listed('A1'))
    await projecting.project()
    await projecting.shown(head, 'orders', 'products', 'sales')
    await eventually(async () => (await stateOf(projecting, 'customers')).state === 'failed')
    await eventually(async () => (await stateOf(projecting, 'activity')).state === 'failed')
    expect((await stateOf(projecting, 'customers')).lastError).toMatchObject({ code: 'undecodable-event', position: 1 })
    expect((await stateOf(projecting, 'products')).state).toBe('live')
  })

  test('one whose tables are of an older version is left as it is until it is rebuilt', async () => {
    await using projecting = await openProjecting()
    await ensureGenerations(projecting.pool, projections)
    const { version } = orders
    const raised = projections.map((each) => (each.name === 'orders' ? { ...each, version: version + 1 } : each))
    const head = await appendEvents(projecting.pool, placed('o1'))
    await projecting.project({ projections: raised })
    await projecting.shown(head, 'sales')
    expect(await stateOf(projecting, 'orders')).toMatchObject({
      state: 'replaying',
      version,
      position: 0,
      lastError: null,
    })
  })
})

function missing(): never {
  throw new Error('no name for it')
}
