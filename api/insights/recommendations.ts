/** What to offer, over HTTP. */
import { Type } from 'typebox'
import { closed, id, ref } from '../../commands/shape.ts'
import { ID_PATTERN } from '../../domain/values.ts'
import type { Recommendations as Found, Recommending } from '../../insights/recommendations/recommendations.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import type { Views } from '../../projections/views/views.ts'
import { invalidRequest, ProblemError } from '../http/problem-document.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { sendTagged, type Exchange } from '../answers/read-answers.ts'
import { Recommendations } from '../shapes/recommendation.ts'

const MOST_IN_BASKET = 100

const common = { tag: 'insights', view: 'together', shape: ref(Recommendations) } as const

const besideProduct = viewing('/products/:sku/recommendations', {
  ...common,
  summary: 'Show what to offer beside a product',
  description:
    'Learnt from what paid orders hold together, then from what sessions view together; what is out of stock is left out.',
  params: closed({ sku: id('The product.', 'IPHONE-17') }),
  query: NOTHING,
  problems: ['product-not-found'],
})

const besideBasket = viewing('/recommendations', {
  ...common,
  summary: 'Show what to offer beside a basket, or to a customer',
  description:
    'Exactly one of `basket` and `customer`. For a customer it uses the cart of the open session, else what that session viewed, else the last order; without any of these it offers popular products.',
  params: NOTHING,
  query: closed({
    basket: Type.Optional(
      Type.String({
        description: `1 to ${String(MOST_IN_BASKET)} SKUs with commas between; unknown ones are passed over.`,
      }),
    ),
    customer: Type.Optional(id('The customer.')),
  }),
  problems: ['customer-not-found'],
})

export interface RecommendationParts {
  readonly recommending: Recommending
  readonly views: Pick<Views, 'products' | 'customers'>
}

export const recommendations = resource(
  { recommendBesideProduct: besideProduct, recommend: besideBasket },
  ({ recommending, views }: RecommendationParts) => ({
    async recommendBesideProduct(request, reply) {
      const { sku } = request.params
      const { item } = await views.products.get(sku)
      if (item === null) throw new ProblemError({ code: 'product-not-found', detail: `no product has the SKU ${sku}` })
      return send({ request, reply }, await recommending.beside([sku]))
    },
    async recommend(request, reply) {
      const { basket, customer } = request.query
      if ((basket === undefined) === (customer === undefined)) {
        throw invalid('', 'must have either `basket` or `customer`')
      }
      if (customer === undefined) return send({ request, reply }, await recommending.beside(basketOf(basket ?? '')))
      const { item } = await views.customers.get(customer)
      if (item === null) {
        throw new ProblemError({ code: 'customer-not-found', detail: `no customer has the id ${customer}` })
      }
      return send({ request, reply }, await recommending.forCustomer(customer))
    },
  }),
)

const SKU = new RegExp(ID_PATTERN)

function basketOf(text: string): readonly string[] {
  const skus = text.split(',')
  if (skus.length > MOST_IN_BASKET) throw invalid('/basket', `must not have more than ${String(MOST_IN_BASKET)} SKUs`)
  if (!skus.every((sku) => SKU.test(sku))) throw invalid('/basket', 'must be SKUs with commas between')
  return skus
}

function invalid(pointer: string, message: string): ProblemError {
  return new ProblemError(invalidRequest('query', [{ pointer, message }]))
}

function send(exchange: Exchange, { items, position, behaviourAsOf }: Found) {
  const asOf = behaviourAsOf === null ? null : rfc3339(behaviourAsOf)
  return sendTagged(exchange, { content: { items }, also: { position, behaviourAsOf: asOf } })
}
