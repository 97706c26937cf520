import { describe, expect, test } from 'vitest'
import type { InventoryEvent } from '../schemas/events.ts'
import { fold } from './aggregates.ts'
import {
  adjustStock,
  adviseRestock,
  availableOf,
  changePrice,
  inventory,
  listProduct,
  receiveStock,
  setReorderPoint,
} from './inventory.ts'
import {
  eur,
  NOON,
  priceChanged,
  productListed,
  reorderPointSet,
  restockAdvised,
  stockAdjusted,
  stockFellBelow,
  stockReceived,
  stockReleased,
  stockReserved,
  stockShipped,
} from './test-events.ts'
import { given, on } from './test-kit.ts'
import { money } from './values.ts'

const aboutPhone = { name: 'Product A1', category: 'phones', price: eur(1000), reorderPoint: 0, currency: 'EUR' }
const listPhone = { sku: 'A1', stock: 5, ...aboutPhone }
const listed = [productListed('A1'), stockReceived('A1', 5)]

describe('listing a product', () => {
  test('puts it into the catalogue with a first receipt', () =>
    given({})
      .when(listProduct, listPhone)
      .then(...on('inventory-A1', ...listed)))

  test('without stock records a first receipt of none', () =>
    given({})
      .when(listProduct, { ...listPhone, stock: 0 })
      .then(...on('inventory-A1', productListed('A1'), stockReceived('A1', 0))))

  test('again with the same content changes nothing, whatever happened since', () =>
    given({ 'inventory-A1': [...listed, priceChanged('A1', 1), stockReceived('A1', 7), stockAdjusted('A1', -12)] })
      .when(listProduct, listPhone)
      .changesNothing())

  test('without stock again changes nothing, though stock has come since', () =>
    given({ 'inventory-A1': [productListed('A1'), stockReceived('A1', 0), stockReceived('A1', 5)] })
      .when(listProduct, { ...listPhone, stock: 0 })
      .changesNothing())

  test.each([
    { name: 'Another' },
    { category: 'laptops' },
    { price: eur(999) },
    { price: money(1000, 'USD') },
    { stock: 4 },
    { reorderPoint: 1 },
  ])('again with other content %j is refused', (other) =>
    given({ 'inventory-A1': listed })
      .when(listProduct, { ...listPhone, ...other })
      .refuses({ reason: 'product-exists', sku: 'A1' }),
  )

  test('at its present price, once changed, is other content', () =>
    given({ 'inventory-A1': [...listed, priceChanged('A1', 900)] })
      .when(listProduct, { ...listPhone, price: eur(900) })
      .refuses({ reason: 'product-exists', sku: 'A1' }))

  test('in another currency than the shop has is refused', () =>
    given({})
      .when(listProduct, { ...listPhone, price: money(1000, 'USD') })
      .refuses({ reason: 'wrong-currency', currency: 'EUR' }))
})

describe('changing a price', () => {
  test('changes it', () =>
    given({ 'inventory-A1': listed })
      .when(changePrice, { sku: 'A1', price: eur(0), currency: 'EUR' })
      .then(...on('inventory-A1', priceChanged('A1', 0))))

  test('to what it is changes nothing', () =>
    given({ 'inventory-A1': [...listed, priceChanged('A1', 900)] })
      .when(changePrice, { sku: 'A1', price: eur(900), currency: 'EUR' })
      .changesNothing())

  test('back to the first price is a change', () =>
    given({ 'inventory-A1': [...listed, priceChanged('A1', 900)] })
      .when(changePrice, { sku: 'A1', price: eur(1000), currency: 'EUR' })
      .then(...on('inventory-A1', priceChanged('A1', 1000))))

  test('of an unknown product is refused', () =>
    given({})
      .when(changePrice, { sku: 'A1', price: eur(900), currency: 'EUR' })
      .refuses({ reason: 'unknown-product', sku: 'A1' }))

  test('to another currency is refused', () =>
    given({ 'inventory-A1': listed })
      .when(changePrice, { sku: 'A1', price: money(900, 'USD'), currency: 'EUR' })
      .refuses({ reason: 'wrong-currency', currency: 'EUR' }))
})

describe('receiving stock', () => {
  test('adds units', () =>
    given({ 'inventory-A1': listed })
      .whenKeyed(receiveStock, { sku: 'A1', quantity: 3 })
      .then(...on('inventory-A1', stockReceived('A1', 3))))

  test('of an unknown product is refused', () =>
    given({}).when(receiveStock, { sku: 'A1', quantity: 3 }).refuses({ reason: 'unknown-product', sku: 'A1' }))

  test('fills up to 2^53 - 1 units', () =>
    given({ 'inventory-A1': listed })
      .whenKeyed(receiveStock, { sku: 'A1', quantity: Number.MAX_SAFE_INTEGER - 5 })
      .then(...on('inventory-A1', stockReceived('A1', Number.MAX_SAFE_INTEGER - 5))))

  test('past 2^53 - 1 units is refused', () =>
    given({ 'inventory-A1': listed })
      .when(receiveStock, { sku: 'A1', quantity: Number.MAX_SAFE_INTEGER - 4 })
      .refuses({ reason: 'stock-too-large', onHand: 5 }))
})

describe('adjusting stock', () => {
  const reserved = [...listed, stockReserved('A1', 'o1', 2)]

  test('removes units down to what is reserved (law 4)', () =>
    given({ 'inventory-A1': reserved })
      .whenKeyed(adjustStock, { sku: 'A1', delta: -3, reason: 'broken' })
      .then(...on('inventory-A1', stockAdjusted('A1', -3, 'broken'))))

  test('below what is reserved is refused (law 4)', () =>
    given({ 'inventory-A1': reserved })
      .when(adjustStock, { sku: 'A1', delta: -4, reason: 'broken' })
      .refuses({ reason: 'stock-below-reserved', onHand: 5, reserved: 2 }))

  test('adds units', () =>
    given({ 'inventory-A1': reserved })
      .whenKeyed(adjustStock, { sku: 'A1', delta: 1, reason: 'found' })
      .then(...on('inventory-A1', stockAdjusted('A1', 1, 'found'))))

  test('by nothing changes nothing', () =>
    given({ 'inventory-A1': reserved }).when(adjustStock, { sku: 'A1', delta: 0, reason: 'counted' }).changesNothing())

  test('past 2^53 - 1 units is refused', () =>
    given({ 'inventory-A1': reserved })
      .when(adjustStock, { sku: 'A1', delta: Number.MAX_SAFE_INTEGER, reason: 'typo' })
      .refuses({ reason: 'stock-too-large', onHand: 5 }))

  test('of an unknown product is refused', () =>
    given({})
      .when(adjustStock, { sku: 'A1', delta: 1, reason: 'found' })
      .refuses({ reason: 'unknown-product', sku: 'A1' }))
})

describe('the reorder point', () => {
  const at10 = [productListed('A1', { reorderPoint: 10 }), stockReceived('A1', 12)]
  const fell = [...at10, stockAdjusted('A1', -3), stockFellBelow('A1', 10, 9)]
  const lost = (units: number) => ({ sku: 'A1', delta: -units, reason: 'counted' })
  const adjusting = (units: number, ...history: readonly InventoryEvent[]) =>
    given({ 'inventory-A1': history }).whenKeyed(adjustStock, lost(units))
  const adjusted = (units: number) => stockAdjusted('A1', -units)
  const setting = (reorderPoint: number, ...history: readonly InventoryEvent[]) =>
    given({ 'inventory-A1': history }).when(setReorderPoint, { sku: 'A1', reorderPoint })

  test('is said to be crossed in the append that crosses it, and not at it', () => {
    adjusting(2, ...at10).then(...on('inventory-A1', adjusted(2)))
    adjusting(3, ...at10).then(...on('inventory-A1', adjusted(3), stockFellBelow('A1', 10, 9)))
  })

  test('is said to be crossed once', () => adjusting(1, ...fell).then(...on('inventory-A1', adjusted(1))))

  test('is crossed again after a tenth above it was there, rounded up', () => {
    adjusting(1, ...fell, stockReceived('A1', 1)).then(...on('inventory-A1', adjusted(1)))
    adjusting(2, ...fell, stockReceived('A1', 2)).then(...on('inventory-A1', adjusted(2), stockFellBelow('A1', 10, 9)))
    const at1 = [productListed('A1', { reorderPoint: 1 }), stockReceived('A1', 1)]
    const empty = [...at1, adjusted(1), stockFellBelow('A1', 1, 0)]
    adjusting(1, ...empty, stockReceived('A1', 1)).then(...on('inventory-A1', adjusted(1)))
    adjusting(2, ...empty, stockReceived('A1', 2)).then(...on('inventory-A1', adjusted(2), stockFellBelow('A1', 1, 0)))
  })

  test('of a product that never had as much is not crossed; listing crosses nothing', () => {
    given({})
      .when(listProduct, { ...listPhone, reorderPoint: 100 })
      .then(...on('inventory-A1', productListed('A1', { reorderPoint: 100 }), stockReceived('A1', 5)))
    adjusting(1, productListed('A1', { reorderPoint: 10 }), stockReceived('A1', 9)).then(
      ...on('inventory-A1', adjusted(1)),
    )
  })

  test('of 0 is never crossed', () =>
    adjusting(12, productListed('A1'), stockReceived('A1', 12)).then(...on('inventory-A1', adjusted(12))))

  test('crossed before anybody could say so is no news: of before there were reorder points', () =>
    adjusting(1, ...at10, adjusted(5)).then(...on('inventory-A1', adjusted(1))))

  test('set crosses only if the new one is not reached and the old one was', () => {
    setting(12, ...at10).then(...on('inventory-A1', reorderPointSet('A1', 12)))
    setting(13, ...at10).then(...on('inventory-A1', reorderPointSet('A1', 13), stockFellBelow('A1', 13, 12)))
    setting(13, ...fell).then(...on('inventory-A1', reorderPointSet('A1', 13)))
    setting(13, productListed('A1'), stockReceived('A1', 12)).then(
      ...on('inventory-A1', reorderPointSet('A1', 13), stockFellBelow('A1', 13, 12)),
    )
  })

  test('set below what is there is watched from then on', () => {
    adjusting(2, ...fell, reorderPointSet('A1', 8)).then(...on('inventory-A1', adjusted(2), stockFellBelow('A1', 8, 7)))
    adjusting(9, ...fell, reorderPointSet('A1', 0)).then(...on('inventory-A1', adjusted(9)))
  })

  test('set to what it is changes nothing; of an unknown product it is refused', () => {
    setting(10, ...at10).changesNothing()
    given({}).when(setReorderPoint, { sku: 'A1', reorderPoint: 1 }).refuses({ reason: 'unknown-product', sku: 'A1' })
  })
})

describe('free stock', () => {
  test('is what is on hand and not reserved, through reserving, releasing and shipping', () => {
    const history = [
      ...listed,
      stockReserved('A1', 'o1', 2),
      stockReserved('A1', 'o2', 3),
      stockReleased('A1', 'o1', 2),
      stockShipped('A1', 'o2', 3),
    ]
    const free = history.map((_, count) => availableOf(fold(inventory, history.slice(0, count + 1))))
    expect(free).toEqual([0, 5, 3, 0, 2, 2])
  })
})

describe('advising to restock', () => {
  const advice = { sku: 'A1', refusedOrders: 11, refusedUnits: 30, from: NOON - 3_600_000, to: NOON }
  const listed = [productListed('A1'), stockReceived('A1', 0)]

  test('is said once for a product and hour', () => {
    given({ 'inventory-A1': listed })
      .when(adviseRestock, advice)
      .then(...on('inventory-A1', restockAdvised('A1', 11, 30)))
    given({ 'inventory-A1': [...listed, restockAdvised('A1', 11, 30)] })
      .when(adviseRestock, { ...advice, refusedOrders: 12 })
      .changesNothing()
  })

  test('is said again in the next hour, and not for one before', () => {
    const advised = { 'inventory-A1': [...listed, restockAdvised('A1', 11, 30)] }
    const later = { ...advice, from: NOON, to: NOON + 3_600_000 }
    given(advised)
      .when(adviseRestock, later)
      .then(...on('inventory-A1', restockAdvised('A1', 11, 30, later.to)))
    given(advised)
      .when(adviseRestock, { ...advice, from: NOON - 7_200_000, to: NOON - 3_600_000 })
      .changesNothing()
  })

  test('of a product that is not listed is refused', () =>
    given({}).when(adviseRestock, advice).refuses({ reason: 'unknown-product', sku: 'A1' }))
})
