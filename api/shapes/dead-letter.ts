import { Type } from 'typebox'
import { LETTER_STATES } from '../../kafka/letters/letter-table.ts'
import { closed, named, nullable, oneOf, ref, whole } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

export { LETTER_STATES }

export const cause = Type.String({
  pattern: '^[a-z-]{1,64}-[0-9a-f]{8}$',
  description: 'Id of the cause; letters of one group share it.',
})
const id = count('Id of the letter.')
const letterClass = Type.String({ description: 'Class of the error.' })
const message = Type.String({ description: 'Error message.' })
const state = oneOf(LETTER_STATES, { description: '`retried`: it was executed; `discarded`: it was given up.' })

export const DeadLetterGroup = named(
  'DeadLetterGroup',
  {
    cause: Type.String({ description: 'Id of the cause.' }),
    class: letterClass,
    message: Type.String({ description: 'Error message of the newest letter.' }),
    parked: count('Letters that are still parked.'),
    retried: count('Letters that were executed later.'),
    discarded: count('Letters that were discarded.'),
    firstAt: time('When the first one was parked.'),
    lastAt: time('When the newest one was parked.'),
    sample: count('The newest letter.'),
  },
  { description: 'Records that could not be handled, with the same cause.' },
)

const summary = {
  id,
  topic: Type.String({ description: 'Topic of the record.' }),
  partition: nullable(count('Of the topic; null for a user event that came over HTTP.')),
  offset: nullable(count('In the partition; null as well.')),
  timestamp: nullable(time('Time in the record; null if it is not a valid time.')),
  key: nullable(Type.String({ description: 'Key of the record, at most 256 bytes; invalid UTF-8 is replaced.' })),
  size: nullable(count('Size of the value in bytes; null if the record has no value.')),
  class: letterClass,
  message,
  cause: Type.String({ description: 'Id of the cause.' }),
  state,
  parkedAt: time('When it was parked.'),
  publishedAt: nullable(time('When it was published to the dead-letters topic; null: not yet.')),
}

export const DeadLetterSummary = named(
  'DeadLetterSummary',
  {
    ...summary,
    text: Type.Optional(nullable(Type.String({ description: 'Of a user event alone: the first 4 KiB of it.' }))),
  },
  { description: 'A record that could not be handled, without its bytes.' },
)

export const DeadLetter = named(
  'DeadLetter',
  {
    ...summary,
    decoded: nullable(Type.String({ description: 'The value as JSON, if it can be decoded.' })),
    text: nullable(Type.String({ description: 'The value if it is UTF-8; at most 64 KiB.' })),
    base64: nullable(Type.String({ description: 'The first 64 KiB of the value.' })),
    headers: Type.Array(
      closed({
        name: Type.String({ description: 'The name; invalid UTF-8 is replaced.' }),
        nameBase64: nullable(Type.String({ description: 'The name if it is not UTF-8.' })),
        text: nullable(Type.String({ description: 'The value if it is UTF-8.' })),
        base64: Type.String(),
      }),
    ),
    history: Type.Array(
      closed({
        at: time('When.'),
        act: oneOf(['retry', 'discard'], { description: 'The action.' }),
        by: Type.String({ description: 'Who did it.' }),
        detail: Type.String({ description: 'The result.' }),
      }),
      { description: 'Actions on this record, oldest first.' },
    ),
  },
  { description: 'A record that could not be handled.' },
)

export const DeadLetterRoom = named(
  'DeadLetterRoom',
  {
    letters: count('Letters that are kept.'),
    bytes: count('Their size.'),
    parked: count('Those of them that are still parked.'),
    parkedBytes: count('Their size.'),
    most: count('DEAD_LETTERS_MAX: retried and discarded letters beyond it are deleted, the oldest first.'),
    mostBytes: count('DEAD_LETTERS_MAX_BYTES, in the same way.'),
    full: nullable(
      Type.String({
        description: 'Why no order is read from Kafka until letters are retried or discarded; null: orders are read.',
      }),
    ),
  },
  { description: 'How much is kept of records that could not be handled.' },
)

export const DeadLetterList = named(
  'DeadLetterList',
  {
    groups: Type.Array(ref(DeadLetterGroup), { description: 'Groups by cause; those with parked letters first.' }),
    room: ref(DeadLetterRoom),
    items: Type.Array(ref(DeadLetterSummary), { description: 'A page of letters, newest first.' }),
    next: nullable(count('`before` of the next page; null on the last.')),
  },
  { description: 'Records that could not be handled.' },
)

const dryRun = Type.Optional(Type.Boolean({ description: 'Dry run: only say what would happen.', default: false }))

export const SelectDeadLetters = named(
  'SelectDeadLetters',
  {
    cause: Type.Optional(cause),
    ids: Type.Optional(
      Type.Array(whole(1, Number.MAX_SAFE_INTEGER, 'A letter.'), {
        minItems: 1,
        maxItems: 500,
        description: 'Letters.',
      }),
    ),
    dryRun,
  },
  {
    description: 'Parked letters: those of a cause, or some by their ids.',
    examples: [{ cause: 'invalid-json-0a1b2c3d', dryRun: true }],
  },
)

export const DeadLetterWish = named('DeadLetterWish', { dryRun }, { description: 'How.', examples: [{ dryRun: true }] })

export const DeadLetterRetry = named(
  'DeadLetterRetry',
  {
    dryRun: Type.Boolean({ description: 'Whether this was a dry run: nothing was changed.' }),
    total: count('Number of selected letters that were parked at the start.'),
    succeeded: count('Orders placed, or that would be placed.'),
    refused: count('Orders rejected and recorded, or that would be.'),
    failed: count('Letters that stay parked.'),
    left: count('Letters not retried this time; ask again.'),
  },
  { description: 'Result of a retry or of its dry run.' },
)

export const DeadLetterDiscard = named(
  'DeadLetterDiscard',
  {
    dryRun: Type.Boolean({ description: 'Whether this was a dry run: nothing was changed.' }),
    discarded: count('Letters that were, or would be, discarded.'),
  },
  { description: 'Result of a discard or of its dry run.' },
)
