/** Tells events by the kind of stream that they are written to. */
import { eventSchemas, type DomainEvent, type EventsOf, type StreamKind } from './events.ts'

export function isOfKind<Kind extends StreamKind>(kind: Kind, event: DomainEvent): event is EventsOf[Kind] {
  return eventSchemas[event.type].stream === kind
}
