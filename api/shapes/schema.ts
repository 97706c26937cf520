import { Type, type Static } from 'typebox'
import { DEPLOYED_FIRST, VERDICTS } from '../../contract/diff/change.ts'
import { closed, named, nullable, oneOf, ref, whole } from '../../commands/shape.ts'
import { count, Position, time } from './shape.ts'

const usage = {
  events: count('Events in the log, as far as it is counted.'),
  firstPosition: nullable(Type.Integer({ description: 'Position of the first of them; null: the log has none.' })),
  firstAt: nullable(time('When the first of them was recorded.')),
  lastPosition: nullable(Type.Integer({ description: 'Position of the last of them; null: the log has none.' })),
  lastAt: nullable(time('When the last of them was recorded.')),
}

const version = {
  version: count('From 1.'),
  fields: nullable(count('Number of fields of the event; null: this release does not know the version.')),
  registryId: nullable(count('Id of the schema in the registry; null: this release does not know the version.')),
  ...usage,
}

const subject = {
  type: Type.String({ description: 'The event.' }),
  subject: Type.String({ description: 'Its subject in the registry.' }),
  stream: nullable(Type.String({ description: 'The kind of its stream; null: unknown to this release.' })),
  level: nullable(Type.String({ description: 'Compatibility level for new versions; null: unknown to this release.' })),
  retiredBy: nullable(
    Type.Array(Type.String(), { description: 'The events that replace it; null: it is not retired.' }),
  ),
}

const whereItStands = {
  position: Position,
  head: count('Position of the newest event in the log.'),
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
        description: 'URL of the shared registry; null: the embedded one, at /registry.',
      }),
    ),
    ...whereItStands,
  },
  {
    description: 'Every event and its versions, by name: those of this release, and later ones that are in the log.',
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
    message: Type.String({ description: 'What changed, in words.' }),
    verdict: oneOf(VERDICTS, {
      description:
        '`backward only`: newer readers read older events, but not the other way round; `meaning`: all can read it, but its meaning changes.',
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
      Type.Array(ref(SchemaChange), {
        description: 'Changes from the version before; null: it is the first, or unknown.',
      }),
    ),
    deployFirst: nullable(
      oneOf(DEPLOYED_FIRST, {
        description: 'Whom to deploy first with a new version; `nobody`: no order is safe.',
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
    version: Type.Optional(whole(1, 32_767, 'Version that writes it; the newest if absent.')),
    event: Type.Object({}, { additionalProperties: true, description: 'The fields of the event, without its type.' }),
  },
  {
    description: 'An event to encode.',
    examples: [{ version: 1, event: { customerId: 'customer-00001', tier: 'vip' } }],
  },
)
export type EncodeEvent = Static<typeof EncodeEvent>

export const EncodedEvent = named(
  'EncodedEvent',
  {
    version: count('Version that wrote it.'),
    schemaId: count('Of the schema in the registry.'),
    bytes: Type.String({ description: 'The Avro body in hex, as the log stores it.' }),
    framed: Type.String({ description: 'Framed message in hex, as on Kafka: byte 0, the id in four bytes, the body.' }),
    readBy: Type.Array(
      closed({
        version: count('Version that reads it.'),
        event: nullable(Type.Object({}, { additionalProperties: true, description: 'Result of reading.' })),
        error: nullable(Type.String({ description: 'Why this version cannot read it.' })),
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
        readBy: [{ version: 1, event: { customerId: 'customer-00001', tier: 'vip' }, error: null }],
      },
    ],
  },
)
