import { describe, expect, test } from 'vitest'
import {
  adjustStockCommand,
  adjustStockRequest,
  changePriceCommand,
  changePriceRequest,
  listProductCommand,
  listProductRequest,
  receiveStockCommand,
  receiveStockRequest,
} from './inventory.ts'
import type { Request } from './request.ts'

const shop = { currency: 'CHF' }
const price = { amount: 100, currency: 'EUR' }
const product = { sku: 'A', name: 'One', category: 'phones', price }
const MOST = 1_000_000_000

function placesOf(request: Request, value: unknown): readonly string[] {
  const checked = request.check(value)
  return 'faults' in checked ? checked.faults.map(({ pointer }) => pointer) : []
}

test.each<[string, Request, unknown, readonly string[]]>([
  ['a product', listProductRequest, product, []],
  ['a product with stock', listProductRequest, { ...product, stock: MOST }, []],
  ['too much stock', listProductRequest, { ...product, stock: MOST + 1 }, ['/stock']],
  ['no name', listProductRequest, { ...product, name: '' }, ['/name']],
  ['a price below nothing', listProductRequest, { ...product, price: { ...price, amount: -1 } }, ['/price/amount']],
  [
    'a price in no currency',
    listProductRequest,
    { ...product, price: { ...price, currency: 'eur' } },
    ['/price/currency'],
  ],
  ['a receipt', receiveStockRequest, { quantity: 1 }, []],
  ['a receipt of nothing', receiveStockRequest, { quantity: 0 }, ['/quantity']],
  ['a correction', adjustStockRequest, { delta: -MOST, reason: 'lost' }, []],
  ['a correction without a reason', adjustStockRequest, { delta: 1 }, ['/reason']],
  ['a correction that is too large', adjustStockRequest, { delta: -MOST - 1, reason: 'lost' }, ['/delta']],
  ['a price', changePriceRequest, { price }, []],
  ['a price past 2^53 - 1', changePriceRequest, { price: { ...price, amount: 2 ** 53 } }, ['/price/amount']],
])('of %s it says where it is wrong', (_, request, value, places) => {
  expect(placesOf(request, value)).toEqual(places)
})

describe('the command', () => {
  test('to list a product has the currency of the shop, no stock unless it is wanted, and a reorder point of 100', () => {
    expect(listProductCommand(product, shop)).toEqual({ ...product, stock: 0, reorderPoint: 100, currency: 'CHF' })
    expect(listProductCommand({ ...product, stock: 3 }, shop)).toMatchObject({ stock: 3 })
    expect(listProductCommand({ ...product, reorderPoint: 0 }, shop)).toMatchObject({ reorderPoint: 0 })
  })

  test('to a product names it', () => {
    expect(receiveStockCommand('A', { quantity: 2 })).toEqual({ sku: 'A', quantity: 2 })
    expect(adjustStockCommand('A', { delta: -2, reason: 'lost' })).toEqual({ sku: 'A', delta: -2, reason: 'lost' })
    expect(changePriceCommand('A', { price }, shop)).toEqual({ sku: 'A', price, currency: 'CHF' })
  })
})
