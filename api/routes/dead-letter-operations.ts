/** What is asked of dead letters and answered, for validation and for the document. */
import { Type } from 'typebox'
import { actingWith, NOTHING, reading } from '../operation.ts'
import type { ProblemCode } from '../http/problems.ts'
import {
  cause,
  DeadLetter,
  DeadLetterDiscard,
  DeadLetterList,
  DeadLetterRetry,
  DeadLetterWish,
  LETTER_STATES,
  SelectDeadLetters,
} from '../shapes/dead-letter.ts'
import { limit } from '../shapes/list.ts'
import { closed, nullable, oneOf, ref, whole } from '../shapes/shape.ts'

const tag = 'operations'
const letterId = whole(1, Number.MAX_SAFE_INTEGER, 'Of the letter.')
// A path has no integers: its parts are text, and a number in text is none.
const params = closed({ letterId: Type.String({ pattern: '^[1-9][0-9]{0,14}$', description: 'Of the letter.' }) })

export const listingLetters = reading({
  id: 'listDeadLetters',
  tag,
  summary: 'Show what could not be handled',
  description: 'Records that came in over Kafka and could not be handled: their causes, and a page of letters.',
  role: 'read',
  params: NOTHING,
  query: closed({
    cause: Type.Optional(cause),
    state: Type.Optional(oneOf(LETTER_STATES, { description: 'Only letters of this state.' })),
    before: Type.Optional(letterId),
    limit,
  }),
  answers: { 200: { description: 'Every cause, and a page of letters.', shape: ref(DeadLetterList) } },
  problems: ['store-unavailable'],
})

export const showingLetter = reading({
  id: 'getDeadLetter',
  tag,
  summary: 'Show a dead letter',
  role: 'read',
  params,
  query: NOTHING,
  answers: { 200: { description: 'With its bytes and its history.', shape: ref(DeadLetter) } },
  problems: ['dead-letter-not-found', 'path-too-long', 'store-unavailable'],
})

const TRYING: readonly ProblemCode[] = ['outcome-unknown', 'stopping']

export const retryingLetters = actingWith({
  id: 'retryDeadLetters',
  tag,
  summary: 'Try parked letters again',
  description:
    'In the order in which their records came; each has the key that it had, so that it places one order however often it is tried. With `dryRun` each is decided on the stock as it is now, after those before it, and nothing is written.',
  role: 'operate',
  params: NOTHING,
  body: ref(SelectDeadLetters),
  answers: { 200: { description: 'What came of it.', shape: ref(DeadLetterRetry) } },
  problems: TRYING,
})

export const retryingLetter = actingWith({
  id: 'retryDeadLetter',
  tag,
  summary: 'Try a parked letter again',
  description: 'One that is not parked any more stays as it is: `total` is 0.',
  role: 'operate',
  params,
  body: nullable(ref(DeadLetterWish)),
  answers: { 200: { description: 'What came of it.', shape: ref(DeadLetterRetry) } },
  problems: ['dead-letter-not-found', 'path-too-long', ...TRYING],
})

export const discardingLetters = actingWith({
  id: 'discardDeadLetters',
  tag,
  summary: 'Discard parked letters',
  description: 'They stay in the table, and are not tried again.',
  role: 'admin',
  params: NOTHING,
  body: ref(SelectDeadLetters),
  answers: { 200: { description: 'How many.', shape: ref(DeadLetterDiscard) } },
})

export const discardingLetter = actingWith({
  id: 'discardDeadLetter',
  tag,
  summary: 'Discard a parked letter',
  role: 'admin',
  params,
  body: nullable(ref(DeadLetterWish)),
  answers: { 200: { description: 'Whether it was parked.', shape: ref(DeadLetterDiscard) } },
  problems: ['dead-letter-not-found', 'path-too-long'],
})
