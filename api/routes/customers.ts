/** Customers over HTTP. */
import { customer, registerCustomer, type CustomerExists } from '../../domain/customer.ts'
import type { Decision } from '../../domain/decision.ts'
import type { Look } from '../../store/commit/command.ts'
import { refusedAnswer, shownAnswer } from '../answer.ts'
import type { ApiServer } from '../api-server.ts'
import { executeWith, sendExecution } from '../commands.ts'
import { versionTag } from '../http/etag.ts'
import { askedOf, type Asked } from '../http/problem-document.ts'
import { commanding, NOTHING, viewing } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { sendFound, waitUntilShown } from './read-answers.ts'
import { Customer, RegisterCustomer } from '../shapes/customer.ts'
import { after } from '../shapes/list.ts'
import { closed, id, ref } from '../shapes/shape.ts'

const registering = commanding({
  id: 'registerCustomer',
  tag: 'customers',
  summary: 'Register a customer',
  description: 'Sent again with the same customerId and content it answers 200 with the present customer.',
  role: 'order',
  params: NOTHING,
  body: ref(RegisterCustomer),
  shape: ref(Customer),
  done: { 200: 'Registered before.', 201: 'Registered.' },
  problems: ['customer-exists'],
})

const showing = viewing({
  id: 'getCustomer',
  tag: 'customers',
  summary: 'Show a customer',
  params: closed({ customerId: id('The customer.') }),
  query: closed({ after }),
  shape: ref(Customer),
  problems: ['customer-not-found', 'path-too-long'],
})

export function customerRoutes(app: ApiServer, { executor, views, newId }: ApiParts): void {
  const execute = executeWith(executor)

  app.post('/customers', registering, async (request, reply) => {
    const { name, email = null, phone = null, region, tier = 'standard', language = 'en' } = request.body
    const customerId = request.body.customerId ?? newId()
    const named = request.body.customerId !== undefined
    const command = { customerId, named, name, email, phone, region, tier, language }
    const execution = await execute(request, {
      decide: (read) => registerCustomer(command, read),
      answer: (decision, look) => answerOf(customerId, askedOf(request), { decision, look }),
    })
    return sendExecution(reply, execution)
  })

  app.get('/customers/:customerId', showing, async (request, reply) => {
    const { customerId } = request.params
    await waitUntilShown(views, 'customers', request.query.after)
    const missing = { code: 'customer-not-found', detail: `there is no customer ${customerId}` } as const
    return sendFound({ request, reply }, await views.customers.get(customerId), missing)
  })
}

function answerOf(
  customerId: string,
  asked: Asked,
  { decision, look }: { readonly decision: Decision<CustomerExists>; readonly look: Look },
): string {
  if (decision.outcome === 'refused') {
    const detail = `customer ${customerId} was registered with other content`
    return refusedAnswer({ code: decision.refusal.reason, detail }, asked)
  }
  const { state, version } = look(customer, customerId)
  if (state.status === 'none') throw new Error(`customer ${customerId} was accepted and is not registered`)
  const { name, email, phone, region, language } = state.registration
  const { tier } = state
  const body = JSON.stringify({ customerId, name, email, phone, region, tier, language, version })
  const status = decision.events.length > 0 ? 201 : 200
  return shownAnswer(status, body, { etag: versionTag(version), location: `/customers/${customerId}` })
}
