/** The catalogue and its stock over HTTP: what is asked, how it is answered. */
import type { FastifyReply } from 'fastify'
import {
  adjustStockCommand,
  adjustStockRequest,
  changePriceCommand,
  changePriceRequest,
  listProductCommand,
  listProductRequest,
  receiveStockCommand,
  receiveStockRequest,
  setReorderPointCommand,
  setReorderPointRequest,
} from '../../commands/inventory.ts'
import { closed, id, ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { Read } from '../../domain/decision.ts'
import {
  adjustStock,
  availableOf,
  changePrice,
  inventory,
  listProduct,
  receiveStock,
  setReorderPoint,
  type PriceInWrongCurrency,
  type ProductExists,
  type StockBelowReserved,
  type StockTooLarge,
  type UnknownProduct,
} from '../../domain/inventory.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Executor, Look } from '../../store/commit/command.ts'
import { shownAnswer } from '../answers/answer.ts'
import { executeWith, sendExecution, type Wish } from '../commands.ts'
import { ownVersionTag, versionTag } from '../http/etag.ts'
import type { Occurrence } from '../http/problem-document.ts'
import { commanding, NOTHING, viewing } from '../operation.ts'
import type { ReadLog } from '../parts.ts'
import { resource } from '../resource.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { Product, ProductList } from '../shapes/product.ts'
import { sendHistoryOf, streamHistory } from '../answers/event-page.ts'
import { pageQuery, sendFound, sendPage, type Exchange } from '../answers/read-answers.ts'

const ProductPath = closed({ sku: id('The product.', 'IPHONE-17') })
const shape = ref(Product)
const common = { tag: 'products', role: 'operate', shape } as const

const listing = commanding('/products', {
  ...common,
  summary: 'Add a product to the catalogue',
  description: 'Repeating it with the same content answers 200 with the current product and adds no stock.',
  params: NOTHING,
  request: listProductRequest,
  done: { 200: 'The product was already listed.', 201: 'Listed, with its first receipt.' },
  refusals: { 'product-exists': 'product-exists', 'wrong-currency': 'wrong-currency' },
})

const receiving = commanding('/products/:sku/receipts', {
  ...common,
  summary: 'Receive units into stock',
  description: 'Repeating it without the same Idempotency-Key receives the units again.',
  params: ProductPath,
  request: receiveStockRequest,
  done: { 201: 'Received.' },
  refusals: { 'unknown-product': 'product-not-found', 'stock-too-large': 'stock-too-large' },
})

const adjusting = commanding('/products/:sku/adjustments', {
  ...common,
  summary: 'Correct the stock',
  description:
    'Never below what orders have reserved. Repeating it without the same Idempotency-Key corrects the stock again.',
  params: ProductPath,
  request: adjustStockRequest,
  done: { 201: 'Corrected.' },
  refusals: {
    'unknown-product': 'product-not-found',
    'stock-below-reserved': 'stock-below-reserved',
    'stock-too-large': 'stock-too-large',
  },
})

const pricing = commanding('/products/:sku/price', {
  ...common,
  summary: 'Change the price',
  description: 'Orders already placed keep their prices.',
  params: ProductPath,
  request: changePriceRequest,
  done: { 201: 'Changed.' },
  refusals: { 'unknown-product': 'product-not-found', 'wrong-currency': 'wrong-currency' },
})

const reordering = commanding('/products/:sku/reorder-point', {
  ...common,
  summary: 'Set the reorder point',
  description:
    'When fewer units are available than this, once for each time that they fall below it, an alert is raised and operators are mailed. A product that is below the new point and was not below the old one is one of them at once.',
  params: ProductPath,
  request: setReorderPointRequest,
  done: { 201: 'Set.' },
  refusals: { 'unknown-product': 'product-not-found' },
})

const stocking = viewing('/products', {
  tag: 'products',
  view: 'products',
  summary: 'Show the catalogue with its stock, newest products first',
  params: NOTHING,
  query: closed({ limit, cursor, after }),
  shape: ref(ProductList),
})

const showing = viewing('/products/:sku', {
  tag: 'products',
  view: 'products',
  summary: 'Show a product and its stock',
  params: ProductPath,
  query: closed({ after }),
  shape,
  problems: ['product-not-found'],
})

const history = streamHistory('/products/:sku/events', {
  ...{ tag: 'products', summary: 'Show what happened to a product' },
  about: 'Its prices and every move of its stock. ',
  ...{ params: ProductPath, missing: 'product-not-found' },
})

export interface ProductParts {
  readonly executor: Executor
  readonly shop: Pick<ShopSettings, 'currency'>
  readonly views: Pick<Views, 'products'>
  readonly readLog: ReadLog
}

export const products = resource(
  {
    listProduct: listing,
    listProducts: stocking,
    receiveStock: receiving,
    adjustStock: adjusting,
    changePrice: pricing,
    setReorderPoint: reordering,
    getProduct: showing,
    getProductEvents: history,
  },
  ({ executor, shop, views, readLog }: ProductParts) => {
    const execute = executeWith(executor)

    /** `again`: the status when there was nothing to do. */
    async function change<Of extends InventoryRefusal>(
      { request, reply }: Exchange,
      sku: string,
      { again, ...wish }: Pick<Wish<Of>, 'decide' | 'codes'> & { readonly again: number },
    ): Promise<FastifyReply> {
      const execution = await execute<Of>(request, {
        ...wish,
        told: (refusal) => told(refusal, sku),
        shown: (made, look) => shownProduct(made ? 201 : again, sku, look),
      })
      return sendExecution(reply, execution)
    }

    return {
      async listProduct(request, reply) {
        const command = listProductCommand(request.body, shop)
        const decide = (read: Read) => listProduct(command, read)
        return change({ request, reply }, command.sku, { decide, codes: listing.refusals, again: 200 })
      },
      async receiveStock(request, reply) {
        const command = receiveStockCommand(request.params.sku, request.body)
        const decide = (read: Read) => receiveStock(command, read)
        return change({ request, reply }, command.sku, { decide, codes: receiving.refusals, again: 201 })
      },
      async adjustStock(request, reply) {
        const command = adjustStockCommand(request.params.sku, request.body)
        const decide = (read: Read) => adjustStock(command, read)
        return change({ request, reply }, command.sku, { decide, codes: adjusting.refusals, again: 201 })
      },
      async changePrice(request, reply) {
        const command = changePriceCommand(request.params.sku, request.body, shop)
        const decide = (read: Read) => changePrice(command, read)
        return change({ request, reply }, command.sku, { decide, codes: pricing.refusals, again: 201 })
      },
      async setReorderPoint(request, reply) {
        const command = setReorderPointCommand(request.params.sku, request.body)
        const decide = (read: Read) => setReorderPoint(command, read)
        return change({ request, reply }, command.sku, { decide, codes: reordering.refusals, again: 201 })
      },
      async listProducts(request, reply) {
        return sendPage({ request, reply }, await views.products.list(pageQuery(request.query)))
      },
      async getProduct(request, reply) {
        const { sku } = request.params
        return sendFound({ request, reply }, await views.products.get(sku), {
          missing: notFound(sku),
          tag: ownVersionTag,
        })
      },
      async getProductEvents(request, reply) {
        const { sku } = request.params
        const { query } = request
        return sendHistoryOf({ query, reply }, { readLog, stream: `inventory-${sku}`, missing: notFound(sku) })
      },
    }
  },
)

type InventoryRefusal = UnknownProduct | ProductExists | PriceInWrongCurrency | StockTooLarge | StockBelowReserved

/** The product with its stock after the command. */
function shownProduct(status: number, sku: string, look: Look): string {
  const { state, version } = look(inventory, sku)
  if (state.listed === null) throw new Error(`product ${sku} was accepted and is not listed`)
  const { name, category, price } = state.listed
  const { onHand, reserved, reorderPoint } = state
  const available = availableOf(state)
  const body = JSON.stringify({ sku, name, category, price, onHand, reserved, available, reorderPoint, version })
  return shownAnswer(status, body, { etag: versionTag(version), location: `/products/${sku}` })
}

function told(refusal: InventoryRefusal, sku: string): Omit<Occurrence, 'code'> {
  switch (refusal.reason) {
    case 'unknown-product':
      return notFound(sku)
    case 'product-exists':
      return { detail: `product ${sku} exists with other content` }
    case 'wrong-currency':
      return { detail: `prices of this shop are in ${refusal.currency}` }
    case 'stock-too-large':
      return { detail: `${String(refusal.onHand)} units are already on hand` }
    case 'stock-below-reserved':
      return { detail: `of ${String(refusal.onHand)} units on hand ${String(refusal.reserved)} are reserved` }
  }
}

function notFound(sku: string): Occurrence {
  return { code: 'product-not-found', detail: `no product has the SKU ${sku}` }
}
