/** What the changed release of each step has to make of the stored events, and to write. By the step's number. */
import { expect } from 'vitest'
import { avroType } from '../../schemas/avro-types.ts'
import type { Tier } from '../../schemas/events.ts'
import type { Release, Remembered } from './release.ts'

/** Why order o-2 was cancelled, in the customer's words. */
export const CALLED = 'call me at 555-0100'

export type Scenario = (release: Release) => Promise<void>

export const scenarios: ReadonlyMap<number, Scenario> = new Map([
  [1, addedField],
  [2, removedField],
  [3, renamed],
  [4, widened],
  [5, addedSymbol],
  [6, nestedRecord],
  [7, addedBranch],
  [8, split],
  [9, merged],
  [10, retiredVersion],
])

async function addedField(release: Release): Promise<void> {
  expect(await meanings(release, 'StockAdjusted')).toMatchObject([
    [1, { delta: 2, onHand: null }],
    [1, { delta: -1, onHand: null }],
  ])
  await release.shop.adjust('A', 3)
  const [event] = (await stored(release, 'StockAdjusted')).slice(-1)
  expect(event).toMatchObject({ schemaVersion: 2, means: [{ delta: 3, onHand: 35 }] })
  expect(asVersion(release, 1, event)).toEqual({ sku: 'A', delta: 3, reason: 'counted' })
}

async function removedField(release: Release): Promise<void> {
  const [old] = await stored(release, 'OrderCancelled')
  expect(old?.means[0]).not.toHaveProperty('reason')
  // The words are no longer read; they are stored for as long as the log is.
  expect(old?.data.toString()).toContain(CALLED)
  await release.shop.cancel('o-1', null, CALLED)
  const [event] = (await stored(release, 'OrderCancelled')).slice(-1)
  expect(event).toMatchObject({ schemaVersion: 2, stream: 'order-o-1' })
  expect(event?.data.toString()).not.toContain(CALLED)
  expect(asVersion(release, 1, event)).toMatchObject({ orderId: 'o-1', reason: null, from: 'placed' })
}

async function renamed(release: Release): Promise<void> {
  expect(await meanings(release, 'StockAdjusted')).toEqual([
    [1, { type: 'StockCorrected', sku: 'A', delta: 2, note: 'counted' }],
    [1, { type: 'StockCorrected', sku: 'B', delta: -1, note: 'counted' }],
  ])
  expect(await release.state('inventory-B')).toMatchObject({ onHand: 4 })
  await release.shop.adjust('B', 3)
  expect(await meanings(release, 'StockCorrected')).toMatchObject([[1, { delta: 3, note: 'counted' }]])
  expect(await release.state('inventory-B')).toMatchObject({ onHand: 7 })
}

async function widened(release: Release): Promise<void> {
  expect(await meanings(release, 'OrderRejected')).toMatchObject([[1, { lines: [{ quantity: 7, units: null }] }]])
  await release.shop.place('o-6', [{ sku: 'C', quantity: 5_000_000_000 }])
  const [event] = (await stored(release, 'OrderRejected')).slice(-1)
  const most = 2 ** 31 - 1
  expect(event).toMatchObject({ schemaVersion: 2, means: [{ lines: [{ quantity: most, units: 5_000_000_000 }] }] })
  expect(asVersion(release, 1, event)).toMatchObject({ lines: [{ quantity: most }] })
}

async function addedSymbol(release: Release): Promise<void> {
  expect(await meanings(release, 'CustomerTierChanged')).toMatchObject([[1, { tier: 'vip' }]])
  const gold: string = 'gold'
  await release.shop.rank('c1', gold as Tier)
  await release.shop.place('o-6', [{ sku: 'A', quantity: 1 }])
  expect(await meanings(release, 'CustomerTierChanged')).toMatchObject([
    [1, {}],
    [2, { tier: 'gold' }],
  ])
  const [event] = (await stored(release, 'OrderPlaced')).slice(-1)
  expect(event).toMatchObject({ schemaVersion: 3, means: [{ tier: 'gold' }] })
  expect(asVersion(release, 2, event)).toMatchObject({ tier: 'standard' })
}

async function nestedRecord(release: Release): Promise<void> {
  // Placed before, cancelled after: its lines are written as they are known.
  await release.shop.cancel('o-1')
  const cancelled = await meanings(release, 'OrderCancelled')
  expect(cancelled).toMatchObject([
    [1, { lines: [{ taxPercent: null }, {}] }],
    [2, { lines: [{ taxPercent: null }] }],
  ])
  await release.shop.place('o-6', [{ sku: 'A', quantity: 1 }])
  const [event] = (await stored(release, 'OrderPlaced')).slice(-1)
  expect(event).toMatchObject({ schemaVersion: 3, means: [{ lines: [{ sku: 'A', taxPercent: 19 }] }] })
  expect(asVersion(release, 2, event)).toMatchObject({ lines: [{ sku: 'A', quantity: 1 }] })
  expect(await release.state('order-o-6')).toMatchObject({ lines: [{ taxPercent: 19 }] })
}

async function addedBranch(release: Release): Promise<void> {
  expect(await meanings(release, 'OrderCancelled')).toMatchObject([[1, { reason: CALLED, reasonCode: null }]])
  await release.shop.cancel('o-1')
  const [event] = (await stored(release, 'OrderCancelled')).slice(-1)
  expect(event).toMatchObject({ schemaVersion: 2, means: [{ reason: null, reasonCode: 'not-given' }] })
  expect(asVersion(release, 1, event)).toMatchObject({ orderId: 'o-1', reason: null })
}

async function split(release: Release): Promise<void> {
  const before = await meanings(release, 'CustomerRegistered')
  expect(before).toMatchObject([
    [1, { type: 'CustomerEnrolled', customerId: 'zoe' }, { type: 'ContactGiven', email: 'zoe@example.org' }],
    [2, { type: 'CustomerEnrolled', customerId: 'c1' }, { type: 'ContactGiven', email: null }],
    [2, { type: 'CustomerEnrolled', customerId: 'c2' }, { type: 'ContactGiven', email: null }],
  ])
  const zoe = { name: 'Zoë Łęcka', email: 'zoe@example.org' }
  expect(await release.state('customer-zoe')).toMatchObject({ status: 'registered', registration: zoe })
  await release.shop.register('c3', 'register c3')
  expect(await meanings(release, 'CustomerEnrolled')).toMatchObject([[1, { customerId: 'c3' }]])
  expect(await meanings(release, 'ContactGiven')).toMatchObject([[1, { customerId: 'c3', email: null }]])
  expect(await meanings(release, 'CustomerRegistered')).toEqual(before)
}

async function merged(release: Release): Promise<void> {
  expect((await meanings(release, 'StockReceived')).at(-1)).toEqual([
    1,
    { type: 'StockChanged', sku: 'A', delta: 10, reason: 'received' },
  ])
  expect((await meanings(release, 'StockAdjusted'))[0]).toEqual([
    1,
    { type: 'StockChanged', sku: 'A', delta: 2, reason: 'counted' },
  ])
  // Listed again with its first stock: known by the first receipt, as it was before.
  expect(await release.state('inventory-A')).toMatchObject({ onHand: 32, listed: { firstStock: 20 } })
  await release.shop.receive('A', 5)
  await release.shop.adjust('A', -1)
  expect(await meanings(release, 'StockChanged')).toMatchObject([
    [1, { delta: 5 }],
    [1, { delta: -1 }],
  ])
  expect(await release.state('inventory-A')).toMatchObject({ onHand: 36 })
}

async function retiredVersion(release: Release): Promise<void> {
  expect((await meanings(release, 'CustomerRegistered'))[0]).toMatchObject([1, { language: 'en', name: 'Zoë Łęcka' }])
  await release.shop.register('c3')
  const versions = (await stored(release, 'CustomerRegistered')).map(({ schemaVersion }) => schemaVersion)
  expect(versions).toEqual([1, 2, 2, 2])
}

async function stored(release: Release, type: string): Promise<readonly Remembered[]> {
  return (await release.history()).filter((event) => event.type === type)
}

/** The version of each stored event of a type, and what it means. */
async function meanings(release: Release, type: string): Promise<readonly (readonly [number, ...object[]])[]> {
  return (await stored(release, type)).map(({ schemaVersion, means }) => [schemaVersion, ...means])
}

/** As a reader that was deployed before reads it. */
function asVersion(release: Release, version: number, event: Remembered | undefined): object {
  const versions = release.versions(event?.type ?? '')
  const [reader, writer] = [versions[version - 1], versions[(event?.schemaVersion ?? 0) - 1]]
  if (event === undefined || reader === undefined || writer === undefined) throw new Error('there is no such version')
  const type = avroType(reader)
  return { ...(type.fromBuffer(event.data, type.createResolver(avroType(writer))) as object) }
}
