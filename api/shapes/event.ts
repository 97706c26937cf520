import { Type } from 'typebox'
import { named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { CHANNELS } from '../../domain/notification.ts'
import { count, Position, time } from './shape.ts'

/** Where an event stands, and when it was recorded. */
const place = {
  position: Type.Integer({ description: 'In the log.' }),
  stream: Type.String({ description: 'Stream of the event: `<kind>-<id>`.' }),
}
const type = Type.String({ description: 'Type of the event.' })
const recordedAt = time('When it was recorded, by the database’s clock.')
const written = {
  ...{ type, schemaVersion: count('Schema version that it was written with.') },
  id: Type.String({ format: 'uuid', description: 'Of the event.' }),
  recordedAt,
}
const causationId = nullable(Type.String({ format: 'uuid', description: 'Id of the event that caused this one.' }))
const content = {
  data: nullable(
    Type.Object({}, { additionalProperties: true, description: 'Content, in the newest version of its schema.' }),
  ),
  error: Type.Optional(Type.String({ description: 'Why `data` is null: this release cannot read the event.' })),
}

export const Event = named(
  'Event',
  {
    ...place,
    version: count('In the stream, from 1.'),
    ...written,
    correlationId: Type.String({ format: 'uuid', description: 'Shared by all events that one request caused.' }),
    causationId,
    ...content,
    bytes: Type.Optional(
      nullable(
        Type.String({
          pattern: '^([0-9a-f]{2})*$',
          description:
            'The Avro body as the log stores it, in hex; null where personal data is masked. Only where one event is asked for.',
        }),
      ),
    ),
  },
  {
    description: 'An event of the log.',
    examples: [
      {
        position: 4711,
        stream: 'inventory-IPHONE-17',
        version: 3,
        type: 'StockReserved',
        schemaVersion: 1,
        id: '019337a0-0000-7000-8000-000000000001',
        recordedAt: '2026-11-27T08:00:00.000Z',
        correlationId: '019337a0-0000-7000-8000-000000000000',
        causationId: null,
        data: { sku: 'IPHONE-17', orderId: 'web-1001', quantity: 1 },
      },
    ],
  },
)

export const EventPage = named(
  'EventPage',
  {
    items: Type.Array(ref(Event)),
    next: nullable(Type.Integer({ description: '`after` of the next page; null at the end.' })),
    position: Position,
  },
  { description: 'A page of the log, in its order.' },
)

export const Timeline = named(
  'Timeline',
  {
    items: Type.Array(
      Type.Object(
        {
          ...{ ...place, ...written, causationId },
          sincePreviousMs: nullable(
            count(
              'Milliseconds since the item before it was recorded; null for the first. Below 0 if a clock was set back.',
            ),
          ),
          ...content,
        },
        { additionalProperties: false },
      ),
    ),
    untold: Type.Array(
      Type.Object(
        {
          position: Type.Integer({ description: 'Position of the event that it is about.' }),
          template: Type.String({ description: 'What it would have said.' }),
          channel: oneOf(CHANNELS, { description: 'Channel for which the customer has no address or number.' }),
        },
        { additionalProperties: false },
      ),
      { description: 'Messages that could not be sent, because the customer has no address or number for them.' },
    ),
    position: Position,
  },
  {
    description:
      'What happened to an order, its payment, its delivery and their stock, and the messages about it; oldest first.',
  },
)

function measured(what: string) {
  return nullable(time(`When this process ${what}, by its own clock; null where it did not, or too long ago.`))
}

export const OrderHops = named(
  'OrderHops',
  {
    items: Type.Array(
      Type.Object(
        {
          ...{ ...place, type, recordedAt },
          decided: measured('decided it'),
          committed: measured('knew that it is committed'),
          published: measured('knew that Kafka has it'),
          projected: measured('showed it in the read model of orders'),
          pushed: measured('sent it to the first live page that follows orders'),
        },
        { additionalProperties: false },
      ),
    ),
    position: Position,
  },
  {
    description: 'The events of an order, its payment, its delivery and their stock with measured times; oldest first.',
  },
)
