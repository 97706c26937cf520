/** What may be asked of the delivery of an order, by people and by carriers. */
import { Type } from 'typebox'
import type { Decision, Read } from '../domain/decision.ts'
import {
  deliverOrder,
  dispatchOrder,
  failDelivery,
  type DeliverOrder,
  type DeliveryRefusal,
  type DispatchOrder,
  type FailDelivery,
} from '../domain/delivery.ts'
import { faultsOf } from './faults.ts'
import { request, type Request, type Wanted } from './request.ts'
import { id, named, nullable, oneOf, ref, text, whole } from './shape.ts'

/** A parcel goes out more often than this in no shop. */
const MOST_DISPATCHES = 1_000

const reason = text(1, 200, 'In the words of the carrier.')
const dispatch = (description: string) => Type.Optional(whole(1, MOST_DISPATCHES, description))

const DispatchOrderShape = named(
  'DispatchOrder',
  { dispatch: dispatch('Number of the dispatch to begin; the next if absent. One that began before changes nothing.') },
  { description: 'The parcel leaves the house.', examples: [{ dispatch: 1 }] },
)

/** Null: the next one. */
export const dispatchOrderRequest = request(nullable(ref(DispatchOrderShape)))
export type WantedDispatch = Wanted<typeof dispatchOrderRequest>

export function dispatchOrderCommand(orderId: string, wanted: WantedDispatch): DispatchOrder {
  return { orderId, dispatch: wanted?.dispatch ?? null }
}

const spokenOf = 'Number of the dispatch that this speaks of; the present one if absent.'

const DeliverOrderShape = named(
  'DeliverOrder',
  { dispatch: dispatch(spokenOf) },
  { description: 'The parcel arrived.', examples: [{ dispatch: 1 }] },
)

/** Null: the present dispatch. */
export const deliverOrderRequest = request(nullable(ref(DeliverOrderShape)))
export type WantedArrival = Wanted<typeof deliverOrderRequest>

export function deliverOrderCommand(orderId: string, wanted: WantedArrival): DeliverOrder {
  return { orderId, dispatch: wanted?.dispatch ?? null }
}

const FailDeliveryShape = named(
  'FailDelivery',
  { dispatch: dispatch(spokenOf), reason },
  { description: 'The parcel did not arrive.', examples: [{ dispatch: 1, reason: 'nobody at home' }] },
)

export const failDeliveryRequest = request(ref(FailDeliveryShape))
export type WantedFailure = Wanted<typeof failDeliveryRequest>

export function failDeliveryCommand(orderId: string, wanted: WantedFailure): FailDelivery {
  return { orderId, dispatch: wanted.dispatch ?? null, cause: wanted.reason }
}

const DeliveryReportShape = named(
  'DeliveryReport',
  {
    orderId: id('The order.'),
    action: oneOf(['dispatch', 'deliver', 'fail'], { description: 'What the parcel did.' }),
    dispatch: dispatch(spokenOf),
    reason: Type.Optional(reason),
  },
  {
    description: 'What a carrier reports. `reason` is required where the action is fail.',
    examples: [{ orderId: 'web-1001', action: 'fail', dispatch: 1, reason: 'nobody at home' }],
  },
)

const report = request(ref(DeliveryReportShape))
export type WantedReport = Wanted<typeof report>

/** As a validator says it. */
const NO_REASON = { instancePath: '', keyword: 'required', params: { missingProperty: 'reason' } }

/** As the shape says, and with a reason where one is required. */
export const deliveryReportRequest: Request<typeof report.body> = {
  body: report.body,
  check(value) {
    const checked = report.check(value)
    const lacksReason = 'wanted' in checked && checked.wanted.action === 'fail' && checked.wanted.reason === undefined
    return lacksReason ? { faults: faultsOf([NO_REASON]) } : checked
  },
}

/** The decision that a report asks for; it has passed the check. */
export function decideReport(wanted: WantedReport): (read: Read) => Decision<DeliveryRefusal> {
  const { orderId, action } = wanted
  switch (action) {
    case 'dispatch':
      return (read) => dispatchOrder(dispatchOrderCommand(orderId, wanted), read)
    case 'deliver':
      return (read) => deliverOrder(deliverOrderCommand(orderId, wanted), read)
    case 'fail':
      return (read) => failDelivery(failDeliveryCommand(orderId, { ...wanted, reason: wanted.reason ?? '' }), read)
  }
}
