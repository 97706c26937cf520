import { Type } from 'typebox'
import { LETTER_STATES } from '../../kafka/inbound/letter-table.ts'
import { closed, named, nullable, oneOf, ref, whole } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

export { LETTER_STATES }

export const cause = Type.String({
  pattern: '^[a-z-]{1,64}-[0-9a-f]{8}$',
  description: 'What letters of one group share.',
})
const id = count('Of the letter.')
const letterClass = Type.String({ description: 'A word for what was wrong.' })
const message = Type.String({ description: 'What was wrong.' })
const state = oneOf(LETTER_STATES, { description: '`retried`: it was executed; `discarded`: nobody wants it.' })

export const DeadLetterGroup = named(
  'DeadLetterGroup',
  {
    cause: Type.String({ description: 'What its letters share.' }),
    class: letterClass,
    message: Type.String({ description: 'What was wrong with the newest of them.' }),
    parked: count('Letters that wait.'),
    retried: count('Letters that were executed later.'),
    discarded: count('Letters that were given up.'),
    firstAt: time('When the first one was parked.'),
    lastAt: time('When the newest one was parked.'),
    sample: count('The newest letter.'),
  },
  { description: 'Records that could not be handled for one cause.' },
)

const summary = {
  id,
  topic: Type.String({ description: 'Where the record was.' }),
  partition: count('Of the topic.'),
  offset: count('In the partition.'),
  timestamp: nullable(time('As the record says; null when that is no time.')),
  key: nullable(Type.String({ description: 'Of the record, at most 256 bytes of it; what is no UTF-8 is replaced.' })),
  size: nullable(count('Of the value in bytes; null when it has none.')),
  class: letterClass,
  message,
  cause: Type.String({ description: 'What letters of its group share.' }),
  state,
  parkedAt: time('When it was parked.'),
  publishedAt: nullable(time('When the topic of dead letters was told of it; null: not yet.')),
}

export const DeadLetterSummary = named('DeadLetterSummary', summary, {
  description: 'A record that could not be handled, without its bytes.',
})

export const DeadLetter = named(
  'DeadLetter',
  {
    ...summary,
    decoded: nullable(Type.String({ description: 'The value as JSON, where it can be read.' })),
    text: nullable(Type.String({ description: 'The value, when it is UTF-8; at most 64 KiB of it.' })),
    base64: nullable(Type.String({ description: 'The first 64 KiB of the value.' })),
    headers: Type.Array(
      closed({
        name: Type.String(),
        text: nullable(Type.String({ description: 'When it is UTF-8.' })),
        base64: Type.String(),
      }),
    ),
    history: Type.Array(
      closed({
        at: time('When.'),
        act: oneOf(['retry', 'discard'], { description: 'What was done.' }),
        by: Type.String({ description: 'Who did it.' }),
        detail: Type.String({ description: 'What came of it.' }),
      }),
      { description: 'What was done with it, oldest first.' },
    ),
  },
  { description: 'A record that could not be handled.' },
)

export const DeadLetterList = named(
  'DeadLetterList',
  {
    groups: Type.Array(ref(DeadLetterGroup), { description: 'By cause, those with parked letters first.' }),
    items: Type.Array(ref(DeadLetterSummary), { description: 'A page of letters, newest first.' }),
    next: nullable(count('`before` of the next page; null on the last.')),
  },
  { description: 'Records that could not be handled.' },
)

const dryRun = Type.Optional(Type.Boolean({ description: 'Only say what would come of it.', default: false }))

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
    examples: [{ cause: 'wrong-key-0a1b2c3d', dryRun: true }],
  },
)

export const DeadLetterWish = named('DeadLetterWish', { dryRun }, { description: 'How.', examples: [{ dryRun: true }] })

export const DeadLetterRetry = named(
  'DeadLetterRetry',
  {
    dryRun: Type.Boolean({ description: 'Nothing was changed.' }),
    total: count('Parked letters of the selection when it began.'),
    succeeded: count('Placed, or would be.'),
    refused: count('Rejected, which is recorded, or would be.'),
    failed: count('Parked as before.'),
    left: count('Not tried this time: ask again.'),
  },
  { description: 'What came, or would come, of another try.' },
)

export const DeadLetterDiscard = named(
  'DeadLetterDiscard',
  {
    dryRun: Type.Boolean({ description: 'Nothing was changed.' }),
    discarded: count('Letters that were, or would be, discarded.'),
  },
  { description: 'What was, or would be, discarded.' },
)
