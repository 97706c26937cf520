import { Type } from 'typebox'
import { listOf } from './list.ts'
import { Money } from './money.ts'
import { named, ref } from '../../commands/shape.ts'
import { count, First, Position } from './shape.ts'

export const Product = named(
  'Product',
  {
    sku: Type.String({ description: 'The product.' }),
    name: Type.String({ description: 'As shown to customers.' }),
    category: Type.String({ description: 'Groups products in the figures of sales.' }),
    price: ref(Money),
    onHand: count('Units on hand.'),
    reserved: count('Units on hand that orders have reserved.'),
    available: count('Units that an order can still reserve.'),
    reorderPoint: count('Units below which operators hear of it; 0: never.'),
    version: count('Version of the product’s stock; it grows with each change.'),
    first: Type.Optional(First),
    position: Position,
  },
  {
    description: 'A product and its stock.',
    examples: [
      {
        sku: 'IPHONE-17',
        name: 'iPhone 17',
        category: 'phones',
        price: { amount: 99900, currency: 'EUR' },
        onHand: 100,
        reserved: 1,
        available: 99,
        reorderPoint: 40,
        version: 3,
        position: 4711,
      },
    ],
  },
)

export const ProductList = listOf(Product)
