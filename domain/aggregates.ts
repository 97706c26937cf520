/** Every aggregate by its kind, so that any stream can be folded. */
import type { DomainEvent, StreamKind } from '../schemas/events.ts'
import { customer } from './customer.ts'
import type { Aggregate } from './decision.ts'
import { delivery } from './delivery.ts'
import { demand } from './demand.ts'
import { fraud } from './payments/fraud.ts'
import { inventory } from './inventory.ts'
import { notification } from './notification.ts'
import { order } from './order.ts'
import { payment } from './payments/payment.ts'

/** An aggregate whose State is not known to the one who folds it. */
export type AnyAggregate = Aggregate<unknown>

export const aggregates: { readonly [Kind in StreamKind]: AnyAggregate } = {
  customer,
  delivery,
  demand,
  fraud,
  inventory,
  notification,
  order,
  payment,
}

const byKind: ReadonlyMap<string, AnyAggregate> = new Map(Object.entries(aggregates))

/** The aggregate that folds a stream, by the part of its name before the first dash; undefined for an unknown kind. */
export function aggregateOf(stream: string): AnyAggregate | undefined {
  const dash = stream.indexOf('-')
  return dash < 0 ? undefined : byKind.get(stream.slice(0, dash))
}

/** The state after the events, on top of `from`. */
export function fold<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  events: readonly Event[],
  from: State = aggregate.initial,
): State {
  return events.reduce((state, event) => aggregate.evolve(state, event), from)
}
