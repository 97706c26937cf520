import { Type } from 'typebox'
import { listOf } from './list.ts'
import { Money, Price } from './money.ts'
import { count, id, named, Position, ref, text, whole } from './shape.ts'

/** More units than any shop has, and few enough that a thousand receipts stay far below 2^53. */
const MOST_UNITS = 1_000_000_000

export const ListProduct = named(
  'ListProduct',
  {
    sku: id('Names the product for ever.'),
    name: text(1, 200, 'As shown to customers.'),
    category: text(1, 64, 'Groups products in the figures of sales.'),
    price: ref(Price),
    stock: Type.Optional(whole(0, MOST_UNITS, 'Units of the first receipt; 0 if absent.')),
  },
  {
    description: 'A product for the catalogue.',
    examples: [
      {
        sku: 'IPHONE-15-PRO',
        name: 'iPhone 15 Pro',
        category: 'phones',
        price: { amount: 99900, currency: 'EUR' },
        stock: 100,
      },
    ],
  },
)

export const ReceiveStock = named(
  'ReceiveStock',
  { quantity: whole(1, MOST_UNITS, 'Units that arrived.') },
  { description: 'A receipt of goods.', examples: [{ quantity: 50 }] },
)

export const AdjustStock = named(
  'AdjustStock',
  {
    delta: whole(-MOST_UNITS, MOST_UNITS, 'Units found (positive) or missing (negative).'),
    reason: text(1, 200, 'In the words of whoever corrects.'),
  },
  { description: 'A correction of the stock.', examples: [{ delta: -2, reason: 'broken in the warehouse' }] },
)

export const ChangePrice = named(
  'ChangePrice',
  { price: ref(Price) },
  { description: 'A new price.', examples: [{ price: { amount: 89900, currency: 'EUR' } }] },
)

export const Product = named(
  'Product',
  {
    sku: Type.String({ description: 'The product.' }),
    name: Type.String({ description: 'As shown to customers.' }),
    category: Type.String({ description: 'Groups products in the figures of sales.' }),
    price: ref(Money),
    onHand: count('Units in the house.'),
    reserved: count('Units of them that orders hold.'),
    available: count('Units that an order can still reserve.'),
    version: count('Of the product’s stock: it grows with each change.'),
    position: Position,
  },
  {
    description: 'A product and its stock.',
    examples: [
      {
        sku: 'IPHONE-15-PRO',
        name: 'iPhone 15 Pro',
        category: 'phones',
        price: { amount: 99900, currency: 'EUR' },
        onHand: 100,
        reserved: 1,
        available: 99,
        version: 3,
        position: 4711,
      },
    ],
  },
)

export const ProductList = listOf(Product)
