/** What is asked of products and answered, for validation and for the document. */
import { commanding, NOTHING, viewing } from '../operation.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { AdjustStock, ChangePrice, ListProduct, Product, ProductList, ReceiveStock } from '../shapes/product.ts'
import { closed, id, ref } from '../shapes/shape.ts'

const ProductPath = closed({ sku: id('The product.') })
const shape = ref(Product)
const common = { tag: 'products', role: 'operate', shape } as const

export const listing = commanding({
  ...common,
  id: 'listProduct',
  summary: 'Put a product into the catalogue',
  description: 'Sent again with the same content it answers 200 with the present product and receives nothing.',
  params: NOTHING,
  body: ref(ListProduct),
  done: { 200: 'It was listed before.', 201: 'Listed, with its first receipt.' },
  problems: ['product-exists', 'wrong-currency'],
})

export const receiving = commanding({
  ...common,
  id: 'receiveStock',
  summary: 'Take units into stock',
  description: 'Sent again without the same Idempotency-Key it receives again.',
  params: ProductPath,
  body: ref(ReceiveStock),
  done: { 201: 'Received.' },
  problems: ['product-not-found', 'stock-too-large', 'path-too-long'],
})

export const adjusting = commanding({
  ...common,
  id: 'adjustStock',
  summary: 'Correct the stock',
  description: 'Never below what orders have reserved. Sent again without the same Idempotency-Key it adjusts again.',
  params: ProductPath,
  body: ref(AdjustStock),
  done: { 201: 'Corrected.' },
  problems: ['product-not-found', 'stock-below-reserved', 'stock-too-large', 'path-too-long'],
})

export const pricing = commanding({
  ...common,
  id: 'changePrice',
  summary: 'Change the price',
  description: 'Orders already placed keep theirs.',
  params: ProductPath,
  body: ref(ChangePrice),
  done: { 201: 'Changed.' },
  problems: ['product-not-found', 'wrong-currency', 'path-too-long'],
})

export const stocking = viewing({
  id: 'listProducts',
  tag: 'products',
  summary: 'Show the catalogue with its stock, newest products first',
  params: NOTHING,
  query: closed({ limit, cursor, after }),
  shape: ref(ProductList),
})

export const showing = viewing({
  id: 'getProduct',
  tag: 'products',
  summary: 'Show a product and its stock',
  params: ProductPath,
  query: closed({ after }),
  shape,
  problems: ['product-not-found', 'path-too-long'],
})
