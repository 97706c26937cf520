/** Customers over HTTP: what is asked, how it is answered. */
import type { FastifyBaseLogger } from 'fastify'
import { Type } from 'typebox'
import { registerCustomerCommand, registerCustomerRequest, TIERS } from '../../commands/customer.ts'
import { closed, id, oneOf, ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { customer, registerCustomer } from '../../domain/customer.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Executor, Look } from '../../store/commit/command.ts'
import { shownAnswer } from '../answers/answer.ts'
import { executeWith, principalName, sendExecution } from '../commands.ts'
import { contentTag, versionTag } from '../http/etag.ts'
import { commanding, NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { Customer, CustomerList } from '../shapes/customer.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { pageQuery, sendFound, sendPage } from '../answers/read-answers.ts'

const registering = commanding('/customers', {
  tag: 'customers',
  summary: 'Register a customer',
  description: 'Repeating it with the same customerId and content answers 200 with the current customer.',
  role: 'order',
  params: NOTHING,
  request: registerCustomerRequest,
  shape: ref(Customer),
  done: { 200: 'The customer was already registered.', 201: 'Registered.' },
  refusals: { 'customer-exists': 'customer-exists' },
})

const listing = viewing('/customers', {
  tag: 'customers',
  view: 'customers',
  summary: 'List customers, newest first',
  description: 'Personal data is masked: `W…`, `w…@…`, the last two digits. GET /customers/{customerId} shows it.',
  params: NOTHING,
  query: closed({
    tier: Type.Optional(oneOf(TIERS, { description: 'Only customers of this rank.' })),
    limit,
    cursor,
    after,
  }),
  shape: ref(CustomerList),
})

const showing = viewing('/customers/:customerId', {
  tag: 'customers',
  view: 'customers',
  summary: 'Show a customer',
  description: 'With all personal data. The log of the service says who asked for whom.',
  params: closed({ customerId: id('The customer.', 'customer-00001') }),
  query: closed({ after }),
  shape: ref(Customer),
  problems: ['customer-not-found'],
})

export interface CustomerParts {
  readonly executor: Executor
  readonly shop: Pick<ShopSettings, 'newId'>
  readonly views: Pick<Views, 'customers'>
  readonly log: Pick<FastifyBaseLogger, 'info'>
}

export const customers = resource(
  { registerCustomer: registering, listCustomers: listing, getCustomer: showing },
  ({ executor, shop, views, log }: CustomerParts) => {
    const execute = executeWith(executor)
    return {
      async registerCustomer(request, reply) {
        const command = registerCustomerCommand(request.body, shop)
        const { customerId } = command
        const execution = await execute(request, {
          decide: (read) => registerCustomer(command, read),
          codes: registering.refusals,
          told: () => ({ detail: `customer ${customerId} exists with other content` }),
          shown: (made, look) => shownCustomer(made ? 201 : 200, customerId, look),
        })
        return sendExecution(reply, execution)
      },
      async listCustomers(request, reply) {
        const { tier = null } = request.query
        return sendPage({ request, reply }, await views.customers.list({ ...pageQuery(request.query), tier }))
      },
      async getCustomer(request, reply) {
        const { customerId } = request.params
        log.info({ requestId: request.id, principal: principalName(request), customerId }, 'a customer was asked for')
        const missing = { code: 'customer-not-found', detail: `no customer has the id ${customerId}` } as const
        // Its orders change it too, and they are no versions of it.
        return sendFound({ request, reply }, await views.customers.get(customerId), { missing, tag: contentTag })
      },
    }
  },
)

function shownCustomer(status: number, customerId: string, look: Look): string {
  const { state, version } = look(customer, customerId)
  if (state.status === 'none') throw new Error(`customer ${customerId} was accepted and is not registered`)
  const { name, email, phone, region, language } = state.registration
  const { tier } = state
  const body = JSON.stringify({ customerId, name, email, phone, region, tier, language, version })
  return shownAnswer(status, body, { etag: versionTag(version), location: `/customers/${customerId}` })
}
