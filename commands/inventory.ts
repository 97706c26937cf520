/** What may be asked of products and their stock. */
import { Type } from 'typebox'
import type { AdjustStock, ChangePrice, ListProduct, ReceiveStock, SetReorderPoint } from '../domain/inventory.ts'
import { request, type Wanted } from './request.ts'
import { id, named, ref, text, whole } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

/** More units than any shop has, and few enough that a thousand receipts stay far below 2^53. */
const MOST_UNITS = 1_000_000_000

/** Of products that are listed without one. */
const REORDER_POINT = 100

const PriceShape = named(
  'Price',
  {
    amount: whole(0, Number.MAX_SAFE_INTEGER, 'In minor units (cents for EUR).'),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: "ISO 4217 code; it must be the shop's." }),
  },
  { description: 'The price of one unit.', examples: [{ amount: 1999, currency: 'EUR' }] },
)

const ListProductShape = named(
  'ListProduct',
  {
    sku: id('Identifies the product permanently.'),
    name: text(1, 200, 'As shown to customers.'),
    category: text(1, 64, 'Groups products in the figures of sales.'),
    price: ref(PriceShape),
    stock: Type.Optional(whole(0, MOST_UNITS, 'Units of the first receipt; 0 if absent.')),
    reorderPoint: Type.Optional(
      whole(0, MOST_UNITS, `Units below which operators hear of it; 0: never; ${String(REORDER_POINT)} if absent.`),
    ),
  },
  {
    description: 'A product for the catalogue.',
    examples: [
      {
        sku: 'IPHONE-17-PRO',
        name: 'iPhone 17 Pro',
        category: 'phones',
        price: { amount: 99900, currency: 'EUR' },
        stock: 100,
      },
    ],
  },
)

export const listProductRequest = request(ref(ListProductShape))
export type WantedProduct = Wanted<typeof listProductRequest>

export function listProductCommand(wanted: WantedProduct, { currency }: Pick<ShopSettings, 'currency'>): ListProduct {
  const { sku, name, category, price, stock = 0, reorderPoint = REORDER_POINT } = wanted
  return { sku, name, category, price, stock, reorderPoint, currency }
}

const ReceiveStockShape = named(
  'ReceiveStock',
  { quantity: whole(1, MOST_UNITS, 'Units received.') },
  { description: 'A receipt of goods.', examples: [{ quantity: 50 }] },
)

export const receiveStockRequest = request(ref(ReceiveStockShape))
export type WantedReceipt = Wanted<typeof receiveStockRequest>

export function receiveStockCommand(sku: string, { quantity }: WantedReceipt): ReceiveStock {
  return { sku, quantity }
}

const AdjustStockShape = named(
  'AdjustStock',
  {
    delta: whole(-MOST_UNITS, MOST_UNITS, 'Units found (positive) or missing (negative).'),
    reason: text(1, 200, 'In the words of the person who corrects.'),
  },
  { description: 'A correction of the stock.', examples: [{ delta: -2, reason: 'broken in the warehouse' }] },
)

export const adjustStockRequest = request(ref(AdjustStockShape))
export type WantedAdjustment = Wanted<typeof adjustStockRequest>

export function adjustStockCommand(sku: string, { delta, reason }: WantedAdjustment): AdjustStock {
  return { sku, delta, reason }
}

const SetReorderPointShape = named(
  'SetReorderPoint',
  { reorderPoint: whole(0, MOST_UNITS, 'Units below which operators hear of it; 0: never.') },
  { description: 'A new reorder point.', examples: [{ reorderPoint: 40 }] },
)

export const setReorderPointRequest = request(ref(SetReorderPointShape))
export type WantedReorderPoint = Wanted<typeof setReorderPointRequest>

export function setReorderPointCommand(sku: string, { reorderPoint }: WantedReorderPoint): SetReorderPoint {
  return { sku, reorderPoint }
}

const ChangePriceShape = named(
  'ChangePrice',
  { price: ref(PriceShape) },
  { description: 'A new price.', examples: [{ price: { amount: 89900, currency: 'EUR' } }] },
)

export const changePriceRequest = request(ref(ChangePriceShape))
export type WantedPrice = Wanted<typeof changePriceRequest>

export function changePriceCommand(
  sku: string,
  { price }: WantedPrice,
  { currency }: Pick<ShopSettings, 'currency'>,
): ChangePrice {
  return { sku, price, currency }
}
