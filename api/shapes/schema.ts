import { Type, type Static } from 'typebox'
import { DEPLOYED_FIRST, VERDICTS } from '../../contract/diff/change.ts'
import { closed, named, nullable, oneOf, ref, whole } from '../../commands/shape.ts'
import { count, Position, time } from './shape.ts'

const usage = {
  events: count('In the log, as far as it is counted.'),
  firstPosition: nullable(Type.Integer({ description: 'Of the first of them; null: there is none.' })),
  firstAt: nullable(time('When the first of them was recorded.')),
  lastPosition: nullable(Type.Integer({ description: 'Of the last of them; null: there is none.' })),
  lastAt: nullable(time('When the last of them was recorded.')),
}

const version = {
  version: count('From 1.'),
  fields: nullable(count('Of the event itself; null: this release does not know the version.')),
  registryId: nullable(count('Of the schema in the registry; null: this release does not know the version.')),
  ...usage,
}

const subject = {
  type: Type.String({ description: 'The event.' }),
  subject: Type.String({ description: 'What it is called in the registry.' }),
  stream: nullable(
    Type.String({ description: 'The kind of stream it is appended to; null: this release does not know.' }),
  ),
  level: nullable(
    Type.String({ description: 'What a further version must be compatible with; null: this release does not know.' }),
  ),
  retiredBy: nullable(
    Type.Array(Type.String(), { description: 'The events written instead; null: it is not retired.' }),
  ),
}

const whereItStands = {
  position: Position,
  head: count('Of the log: up to it is counted in the end.'),
}

export const SchemaVersion = named('SchemaVersion', version, { description: 'A version of an event.' })

export const SchemaSubject = named(
  'SchemaSubject',
  { ...subject, versions: Type.Array(ref(SchemaVersion), { description: 'Oldest first.' }) },
  { description: 'An event and its versions.' },
)

export const SchemaSubjectList = named(
  'SchemaSubjectList',
  {
    items: Type.Array(ref(SchemaSubject)),
    sharedRegistry: nullable(
      Type.String({
        description: 'Where the registry is that others share; null: it is this service’s own, at /registry.',
      }),
    ),
    ...whereItStands,
  },
  {
    description:
      'Every event and its versions, by name: those of this release, and those of later ones that the log holds.',
    examples: [
      {
        items: [
          {
            type: 'CustomerTierChanged',
            subject: 'orderledger.CustomerTierChanged',
            stream: 'customer',
            level: 'FULL_TRANSITIVE',
            retiredBy: null,
            versions: [
              {
                version: 1,
                fields: 2,
                registryId: 3,
                events: 12,
                firstPosition: 40,
                firstAt: '2026-11-27T08:00:00.000Z',
                lastPosition: 4711,
                lastAt: '2026-11-27T09:00:00.000Z',
              },
            ],
          },
        ],
        sharedRegistry: null,
        position: 4711,
        head: 4711,
      },
    ],
  },
)

export const SchemaChange = named(
  'SchemaChange',
  {
    path: Type.String({ description: '`lines[].quantity`; empty for the event itself.' }),
    message: Type.String({ description: 'What has changed, in words.' }),
    verdict: oneOf(VERDICTS, {
      description:
        '`backward only`: newer readers read older events, not the other way; `meaning`: everybody reads it, as something else.',
    }),
  },
  { description: 'A difference between a version and the one before it.' },
)

export const DescribedVersion = named(
  'DescribedVersion',
  {
    ...version,
    schema: nullable(Type.String({ description: 'Avro, as JSON text; null: this release does not know the version.' })),
    changes: nullable(
      Type.Array(ref(SchemaChange), { description: 'Null: nothing comes before it, or it is unknown.' }),
    ),
    deployFirst: nullable(
      oneOf(DEPLOYED_FIRST, {
        description: 'Who has to have this version first when it is new; `nobody`: no order helps.',
      }),
    ),
    sample: nullable(
      Type.Object({}, { additionalProperties: true, description: 'An event as this version writes it.' }),
    ),
  },
  { description: 'A version of an event, with its schema.' },
)

export const DescribedSchema = named(
  'DescribedSchema',
  {
    ...subject,
    versions: Type.Array(ref(DescribedVersion), { description: 'Oldest first.' }),
    sharedRegistry: nullable(Type.String({ description: 'As in GET /schemas.' })),
    ...whereItStands,
  },
  { description: 'An event and its versions, with their schemas.' },
)

export const EncodeEvent = named(
  'EncodeEvent',
  {
    version: Type.Optional(whole(1, 32_767, 'That writes it; the newest if absent.')),
    event: Type.Object({}, { additionalProperties: true, description: 'The fields of the event, without its type.' }),
  },
  {
    description: 'An event to look at as bytes.',
    examples: [{ version: 1, event: { customerId: 'c-0001', tier: 'vip' } }],
  },
)
export type EncodeEvent = Static<typeof EncodeEvent>

export const EncodedEvent = named(
  'EncodedEvent',
  {
    version: count('That wrote it.'),
    schemaId: count('Of the schema in the registry.'),
    bytes: Type.String({ description: 'The Avro body in hex: what the log holds.' }),
    framed: Type.String({ description: 'In hex, as Kafka carries it: byte 0, the id in four bytes, the body.' }),
    readBy: Type.Array(
      closed({
        version: count('That reads it.'),
        event: nullable(Type.Object({}, { additionalProperties: true, description: 'What it reads.' })),
        error: nullable(Type.String({ description: 'Why it cannot read it.' })),
      }),
      { description: 'Every version, oldest first.' },
    ),
  },
  {
    description: 'The bytes of an event, and what each version reads from them.',
    examples: [
      {
        version: 1,
        schemaId: 3,
        bytes: '0c632d3030303102',
        framed: '00000000030c632d3030303102',
        readBy: [{ version: 1, event: { customerId: 'c-0001', tier: 'vip' }, error: null }],
      },
    ],
  },
)
