import { Type } from 'typebox'
import { MOST_EVENTS, PARKED_CODES, UserEventShape } from '../../commands/user-event.ts'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

const asOf = nullable(time('Time of the newest event; null before the first one.'))

/** For the document alone: each event is judged by itself, and none refuses the request. */
export const UserEvents = Type.Unsafe<unknown>({
  anyOf: [
    ref(UserEventShape),
    Type.Array(ref(UserEventShape), { minItems: 1, maxItems: MOST_EVENTS }),
    Type.Object(
      {
        sentAt: Type.Optional(time("The device's clock as it sends: over a minute off, it moves the events.")),
        events: Type.Array(ref(UserEventShape), { minItems: 1, maxItems: MOST_EVENTS }),
      },
      { additionalProperties: false },
    ),
  ],
})

export const VERDICTS = ['accepted', 'duplicate', 'late', 'parked'] as const

export const UserEventVerdict = named(
  'UserEventVerdict',
  {
    eventId: nullable(Type.String({ description: 'Of the event; null if it has none that is text.' })),
    verdict: oneOf(VERDICTS, {
      description:
        '`late`: counted, but in no session. `duplicate` and `late` are known where the process also reads the events; elsewhere they are `accepted`.',
    }),
    code: Type.Optional(oneOf(PARKED_CODES, { description: 'Why it was parked.' })),
    pointer: Type.Optional(Type.String({ description: 'Where in the event (JSON pointer).' })),
  },
  { description: 'What became of an event.' },
)

export const UserEventVerdicts = named(
  'UserEventVerdicts',
  {
    accepted: count('Events that count.'),
    duplicates: count('Events that had come before.'),
    late: count('Events that came too late for their session.'),
    parked: count('Events that cannot be taken; GET /dead-letters?topic=user-events shows them.'),
    items: Type.Array(ref(UserEventVerdict), { description: 'In the order in which they were sent.' }),
  },
  { description: 'What became of the events of a request.' },
)

export const stages = {
  product_view: count('Sessions with a view of a product.'),
  add_to_cart: count('Sessions with something put into the cart.'),
  checkout: count('Sessions with a check-out.'),
  payment_attempt: count('Sessions with an attempt to pay.'),
  order_completed: count('Sessions with an order.'),
}

export const BehaviourFunnel = named(
  'BehaviourFunnel',
  {
    items: Type.Array(
      closed({
        day: Type.String({ description: 'Day on which the sessions began (UTC).' }),
        sessions: count('Sessions that are over, machines left out.'),
        ...stages,
        strict: Type.Object(stages, {
          additionalProperties: false,
          description: 'Sessions in which the stages up to this one all happened, none before the one ahead of it.',
        }),
        conversion: nullable(Type.Number({ description: 'Percent of the sessions with an order; null over none.' })),
      }),
      { description: 'Newest day first.' },
    ),
    open: count('Sessions that still go on: they are in no day yet.'),
    asOf,
  },
  { description: 'How far sessions came, by day.' },
)

export const BehaviourSessions = named(
  'BehaviourSessions',
  {
    closed: count('Sessions that are over, machines left out.'),
    open: count('Sessions that still go on.'),
    automated: count('Sessions of machines: over 500 events or 12 hours.'),
    late: count('Events that came too late for their session.'),
    duplicates: count('Events that came again within 10 minutes.'),
    events: count('Events that count, late ones included.'),
    medianSeconds: nullable(count('Median length of a session that is over, in whole seconds.')),
    medianEvents: nullable(count('Median number of its events.')),
    asOf,
  },
  { description: 'Sessions: what one subject does without a pause of 30 minutes.' },
)

export const BehaviourMinutes = named(
  'BehaviourMinutes',
  {
    items: Type.Array(
      closed({
        minute: time('Its beginning.'),
        events: count('Events in it.'),
        byType: Type.Object(
          {},
          { additionalProperties: true, description: 'Events by type; types without events are left out.' },
        ),
      }),
      { description: 'Newest first, at most 1,440.' },
    ),
    asOf,
  },
  { description: 'Events by minute.' },
)

export const BehaviourProducts = named(
  'BehaviourProducts',
  {
    items: Type.Array(
      closed({
        sku: Type.String({ description: 'A product of the catalogue.' }),
        views: count('Views.'),
        carts: count('Times that it was put into a cart.'),
        together: Type.Array(
          closed({
            sku: Type.String({ description: 'A product.' }),
            sessions: count('Sessions that viewed both among their first 20 products.'),
          }),
          { description: 'The 10 that are most often viewed in the same session.' },
        ),
      }),
      { description: 'The most viewed first.' },
    ),
    asOf,
  },
  { description: 'What is looked at, and what is looked at together.' },
)
