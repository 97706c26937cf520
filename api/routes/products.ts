/** The catalogue and its stock over HTTP. */
import type { Decision } from '../../domain/decision.ts'
import {
  adjustStock,
  availableOf,
  changePrice,
  inventory,
  listProduct,
  receiveStock,
  type PriceInWrongCurrency,
  type ProductExists,
  type StockBelowReserved,
  type StockTooLarge,
  type UnknownProduct,
} from '../../domain/inventory.ts'
import type { Look } from '../../store/commit/command.ts'
import { refusedAnswer, shownAnswer } from '../answer.ts'
import type { ApiServer } from '../api-server.ts'
import { executeWith, sendExecution } from '../commands.ts'
import { versionTag } from '../http/etag.ts'
import { askedOf, type Asked, type Occurrence } from '../http/problem-document.ts'
import type { ApiParts } from '../parts.ts'
import { adjusting, listing, pricing, receiving, showing, stocking } from './product-operations.ts'
import { pageQuery, sendFound, sendPage, waitUntilShown } from './read-answers.ts'

export function productRoutes(app: ApiServer, { executor, views, settings }: ApiParts): void {
  const { currency } = settings
  const execute = executeWith(executor)

  app.post('/products', listing, async (request, reply) => {
    const { sku, name, category, price, stock = 0 } = request.body
    const command = { sku, name, category, price, stock, currency }
    const execution = await execute(request, {
      decide: (read) => listProduct(command, read),
      answer(decision, look) {
        const made = decision.events.length > 0
        return answerOf({ sku, status: made ? 201 : 200, asked: askedOf(request) }, decision, look)
      },
    })
    return sendExecution(reply, execution)
  })

  app.post('/products/:sku/receipts', receiving, async (request, reply) => {
    const { sku } = request.params
    const command = { sku, quantity: request.body.quantity }
    const execution = await execute(request, {
      decide: (read) => receiveStock(command, read),
      answer: (decision, look) => answerOf({ sku, status: 201, asked: askedOf(request) }, decision, look),
    })
    return sendExecution(reply, execution)
  })

  app.post('/products/:sku/adjustments', adjusting, async (request, reply) => {
    const { sku } = request.params
    const command = { sku, delta: request.body.delta, reason: request.body.reason }
    const execution = await execute(request, {
      decide: (read) => adjustStock(command, read),
      answer: (decision, look) => answerOf({ sku, status: 201, asked: askedOf(request) }, decision, look),
    })
    return sendExecution(reply, execution)
  })

  app.post('/products/:sku/price', pricing, async (request, reply) => {
    const { sku } = request.params
    const command = { sku, price: request.body.price, currency }
    const execution = await execute(request, {
      decide: (read) => changePrice(command, read),
      answer: (decision, look) => answerOf({ sku, status: 201, asked: askedOf(request) }, decision, look),
    })
    return sendExecution(reply, execution)
  })

  app.get('/products', stocking, async (request, reply) => {
    const query = pageQuery(request.query)
    await waitUntilShown(views, 'products', request.query.after)
    return sendPage({ request, reply }, await views.products.list(query))
  })

  app.get('/products/:sku', showing, async (request, reply) => {
    const { sku } = request.params
    await waitUntilShown(views, 'products', request.query.after)
    return sendFound({ request, reply }, await views.products.get(sku), notFound(sku))
  })
}

type InventoryRefusal = UnknownProduct | ProductExists | PriceInWrongCurrency | StockTooLarge | StockBelowReserved

/** The product with its stock after the command, or why it was refused. */
function answerOf(
  { sku, status, asked }: { readonly sku: string; readonly status: number; readonly asked: Asked },
  decision: Decision<InventoryRefusal>,
  look: Look,
): string {
  if (decision.outcome === 'refused') return refusedAnswer(occurrenceOf(decision.refusal, sku), asked)
  const { state, version } = look(inventory, sku)
  if (state.listed === null) throw new Error(`product ${sku} was accepted and is not listed`)
  const { name, category, price } = state.listed
  const { onHand, reserved } = state
  const body = JSON.stringify({ sku, name, category, price, onHand, reserved, available: availableOf(state), version })
  return shownAnswer(status, body, { etag: versionTag(version), location: `/products/${sku}` })
}

function occurrenceOf(refusal: InventoryRefusal, sku: string): Occurrence {
  switch (refusal.reason) {
    case 'unknown-product':
      return notFound(sku)
    case 'product-exists':
      return { code: refusal.reason, detail: `product ${sku} was listed with other content` }
    case 'wrong-currency':
      return { code: refusal.reason, detail: `prices of this shop are in ${refusal.currency}` }
    case 'stock-too-large':
      return { code: refusal.reason, detail: `${String(refusal.onHand)} units are on hand already` }
    case 'stock-below-reserved':
      return {
        code: refusal.reason,
        detail: `of ${String(refusal.onHand)} units on hand ${String(refusal.reserved)} are reserved`,
      }
  }
}

function notFound(sku: string): Occurrence {
  return { code: 'product-not-found', detail: `there is no product ${sku}` }
}
