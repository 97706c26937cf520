/**
 * Plays the carrier where no real one does: a scheduled parcel is dispatched and arrives some seconds later; a few do not
 * arrive, and are dispatched once more. It reports as a carrier does, naming the dispatch that it speaks of, so what
 * somebody else reported first stands.
 */
import { idOf, type Decision, type Read } from '../domain/decision.ts'
import { deliverOrder, dispatchOrder, failDelivery, type DeliveryRefusal } from '../domain/delivery.ts'
import type { OrderId } from '../domain/values.ts'
import { reactor, SETTLED, type Detail, type Due, type Reactor } from './reactor.ts'

/** Of one parcel, told apart by its order and its dispatch (from 1). */
export interface Carrier {
  /** Milliseconds until it is fetched. */
  fetchedAfter(orderId: OrderId, dispatch: number): number
  /** Milliseconds that it is under way. */
  underWay(orderId: OrderId, dispatch: number): number
  /** Why it does not arrive; null: it does. */
  failure(orderId: OrderId, dispatch: number): string | null
}

/** Of those who fail, one is dispatched once more. */
const MOST_DISPATCHES = 2

type Step = 'dispatch' | 'end'

export function deliveries(carrier: Carrier): Reactor {
  return reactor({
    name: 'deliveries',
    handles: ['DeliveryScheduled', 'DeliveryDispatched', 'DeliveryFailed', 'DeliveryDelivered', 'DeliveryCancelled'],
    meaning(event, { recordedAt }) {
      const { orderId } = event
      switch (event.type) {
        case 'DeliveryScheduled':
          return step('dispatch', 1, recordedAt + carrier.fetchedAfter(orderId, 1))
        case 'DeliveryDispatched':
          return step('end', event.dispatch, recordedAt + carrier.underWay(orderId, event.dispatch))
        case 'DeliveryFailed': {
          const next = event.dispatch + 1
          if (next > MOST_DISPATCHES) return null
          return step('dispatch', next, recordedAt + carrier.fetchedAfter(orderId, next))
        }
        case 'DeliveryDelivered':
        case 'DeliveryCancelled':
          return 'over'
      }
    },
    async act({ stream, detail }, { ask }) {
      // A refusal says that somebody else has reported otherwise, or that the order was cancelled.
      await ask(report(carrier, idOf(stream), detail))
      return SETTLED
    },
    pace: { perSecond: 1_000, repeatsPerSecond: 1_000, atOnce: 50 },
    holdsBack: 'stream',
    gathers: true,
    actsOutside: false,
  })
}

function step(name: Step, dispatch: number, due: number): Due {
  return { due: Math.ceil(due), detail: { step: name, dispatch } }
}

function report(carrier: Carrier, orderId: OrderId, detail: Detail): (read: Read) => Decision<DeliveryRefusal> {
  if (!isStep(detail)) throw new Error(`a cause of deliveries that is no step: ${JSON.stringify(detail)}`)
  const { dispatch } = detail
  if (detail.step === 'dispatch') return (read) => dispatchOrder({ orderId, dispatch }, read)
  const cause = carrier.failure(orderId, dispatch)
  if (cause === null) return (read) => deliverOrder({ orderId, dispatch }, read)
  return (read) => failDelivery({ orderId, dispatch, cause }, read)
}

function isStep(detail: Detail): detail is { readonly step: Step; readonly dispatch: number } {
  return detail !== null && 'step' in detail && 'dispatch' in detail
}
