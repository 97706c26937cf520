/** Records that could not be handled, over HTTP: what is wrong with them, and another try. */
import { isUtf8 } from 'node:buffer'
import { Type } from 'typebox'
import { closed, nullable, oneOf, ref, whole } from '../../commands/shape.ts'
import type { DeadLetters } from '../../kafka/inbound/dead-letters.ts'
import type { UserEventLetter } from '../../insights/behaviour/letters.ts'
import { noRoom } from '../../kafka/letters/letter-room.ts'
import type { LetterGroup, LetterSelection, LetterSummary, StoredLetter } from '../../kafka/letters/letter-table.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import { principalName } from '../commands.ts'
import { invalidRequest, ProblemError } from '../http/problem-document.ts'
import type { ProblemCode } from '../http/problems.ts'
import { actingWith, NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'
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
import { DEFAULT_LIMIT, limit } from '../shapes/list.ts'
import { uncached } from '../answers/read-answers.ts'

/** Of a value, in an answer. */
const MOST_BYTES = 64 * 1024
const MOST_KEY_BYTES = 256
/** The latest time that RFC 3339 can say. */
const LATEST = Date.UTC(9999, 11, 31)

const tag = 'operations'
const letterId = whole(1, Number.MAX_SAFE_INTEGER, 'Id of the letter.')
// A path has no integers: its parts are text, and a number in text is none.
const params = closed({ letterId: Type.String({ description: 'Id of the letter.' }) })
const LETTER_ID = /^[1-9][0-9]{0,14}$/

const listDeadLetters = reading('/dead-letters', {
  tag,
  summary: 'Show the records that could not be handled',
  description: 'Records from Kafka that could not be handled: their causes, and a page of letters.',
  role: 'read',
  params: NOTHING,
  query: closed({
    topic: Type.Optional(
      oneOf(['user-events'], {
        description:
          'User events that were not taken, without their keys: the newest 10,000 of 7 days. They cannot be retried, and `cause` and `state` do not apply to them.',
      }),
    ),
    cause: Type.Optional(cause),
    state: Type.Optional(oneOf(LETTER_STATES, { description: 'Only letters in this state.' })),
    before: Type.Optional(letterId),
    limit,
  }),
  answers: { 200: { description: 'All causes, and a page of letters.', shape: ref(DeadLetterList) } },
  problems: ['store-unavailable'],
})

const getDeadLetter = reading('/dead-letters/:letterId', {
  tag,
  summary: 'Show a dead letter',
  role: 'read',
  params,
  query: NOTHING,
  answers: { 200: { description: 'With its bytes and its history.', shape: ref(DeadLetter) } },
  problems: ['dead-letter-not-found', 'store-unavailable'],
})

const TRYING: readonly ProblemCode[] = ['outcome-unknown', 'stopping']

const retryDeadLetters = actingWith('/dead-letters/retry', {
  tag,
  summary: 'Retry parked letters',
  description:
    'Retries them in the order in which their records arrived. Each keeps its key, so it places one order however often you retry it. With `dryRun` each is decided on the current stock, after those before it, and nothing is written.',
  role: 'operate',
  params: NOTHING,
  body: ref(SelectDeadLetters),
  answers: { 200: { description: 'The result.', shape: ref(DeadLetterRetry) } },
  problems: TRYING,
})

const retryDeadLetter = actingWith('/dead-letters/:letterId/retry', {
  tag,
  summary: 'Retry a parked letter',
  description: 'A letter that is no longer parked does not change: `total` is 0.',
  role: 'operate',
  params,
  body: nullable(ref(DeadLetterWish)),
  answers: { 200: { description: 'The result.', shape: ref(DeadLetterRetry) } },
  problems: ['dead-letter-not-found', ...TRYING],
})

const discardDeadLetters = actingWith('/dead-letters/discard', {
  tag,
  summary: 'Discard parked letters',
  description: 'They stay in the table, but will not be retried.',
  role: 'admin',
  params: NOTHING,
  body: ref(SelectDeadLetters),
  answers: { 200: { description: 'Number of letters.', shape: ref(DeadLetterDiscard) } },
})

const discardDeadLetter = actingWith('/dead-letters/:letterId/discard', {
  tag,
  summary: 'Discard a parked letter',
  role: 'admin',
  params,
  body: nullable(ref(DeadLetterWish)),
  answers: { 200: { description: 'Whether the letter was parked.', shape: ref(DeadLetterDiscard) } },
  problems: ['dead-letter-not-found'],
})

export interface DeadLetterParts {
  readonly deadLetters: DeadLetters
  readonly behaviour: {
    /** Newest first, before an id. */
    readonly letters: (page: {
      readonly before: number | null
      readonly limit: number
    }) => Promise<readonly UserEventLetter[]>
  }
}

export const deadLetters = resource(
  { listDeadLetters, getDeadLetter, retryDeadLetters, retryDeadLetter, discardDeadLetters, discardDeadLetter },
  ({ deadLetters: letters, behaviour }: DeadLetterParts) => {
    async function listUserEvents(before: number | null, limit: number): Promise<object> {
      const [room, page] = await Promise.all([letters.room(), behaviour.letters({ before, limit: limit + 1 })])
      const items = page.slice(0, limit)
      return {
        groups: [],
        room: { ...room, full: noRoom(room) },
        items: items.map(userEventAnswer),
        next: page.length > limit ? (items.at(-1)?.id ?? null) : null,
      }
    }

    async function find(letterId: string): Promise<StoredLetter> {
      const letter = LETTER_ID.test(letterId) ? await letters.letter(Number(letterId)) : null
      if (letter !== null) return letter
      throw new ProblemError({ code: 'dead-letter-not-found', detail: `no dead letter has the id ${letterId}` })
    }
    return {
      async listDeadLetters(request, reply) {
        const { topic, cause = null, state = null, before = null, limit = DEFAULT_LIMIT } = request.query
        if (topic !== undefined) {
          if (cause === null && state === null) return uncached(reply).send(await listUserEvents(before, limit))
          const message = 'does not go with cause or state'
          throw new ProblemError(invalidRequest('query', [{ pointer: '/topic', message }]))
        }
        const [groups, room, page] = await Promise.all([
          letters.groups(),
          letters.room(),
          letters.letters({ cause, state, before, limit: limit + 1 }),
        ])
        const items = page.slice(0, limit)
        const next = page.length > limit ? (items.at(-1)?.id ?? null) : null
        return uncached(reply).send({
          groups: groups.map(groupAnswer),
          room: { ...room, full: noRoom(room) },
          items: items.map(summaryAnswer),
          next,
        })
      },

      async getDeadLetter(request, reply) {
        const letter = await find(request.params.letterId)
        return uncached(reply).send({ ...letterAnswer(letter), decoded: letters.decoded(letter) })
      },

      async retryDeadLetters(request, reply) {
        const { dryRun = false, ...selection } = request.body
        const by = principalName(request)
        return uncached(reply).send(await letters.retry(selectionOf(selection), { dryRun, by }))
      },

      async retryDeadLetter(request, reply) {
        const { id } = await find(request.params.letterId)
        const wish = { dryRun: request.body?.dryRun ?? false, by: principalName(request) }
        return uncached(reply).send(await letters.retry({ kind: 'ids', ids: [id] }, wish))
      },

      async discardDeadLetters(request, reply) {
        const { dryRun = false, ...selection } = request.body
        const by = principalName(request)
        const discarded = await letters.discard(selectionOf(selection), { dryRun, by })
        return uncached(reply).send({ dryRun, discarded })
      },

      async discardDeadLetter(request, reply) {
        const { id } = await find(request.params.letterId)
        const wish = { dryRun: request.body?.dryRun ?? false, by: principalName(request) }
        const discarded = await letters.discard({ kind: 'ids', ids: [id] }, wish)
        return uncached(reply).send({ dryRun: wish.dryRun, discarded })
      },
    }
  },
)

function selectionOf({ cause, ids }: { readonly cause?: string; readonly ids?: readonly number[] }): LetterSelection {
  if (cause !== undefined && ids === undefined) return { kind: 'cause', cause }
  if (ids !== undefined && cause === undefined) return { kind: 'ids', ids }
  const message = 'needs either cause or ids'
  const errors = [{ in: 'body', pointer: '', message }] as const
  throw new ProblemError({ code: 'invalid-request', detail: `body ${message}`, errors })
}

function userEventAnswer({ id, partition, offset, code, message, size, value, parkedAt }: UserEventLetter): object {
  return {
    ...{ id, topic: 'user-events', partition, offset, timestamp: null, key: null, size, class: code, message },
    ...{ cause: code, state: 'parked', parkedAt: rfc3339(parkedAt), publishedAt: null, text: textOf(value) },
  }
}

function groupAnswer({ firstAt, lastAt, ...group }: LetterGroup): object {
  return { ...group, firstAt: rfc3339(firstAt), lastAt: rfc3339(lastAt) }
}

function summaryAnswer(letter: LetterSummary): object {
  const { id, topic, partition, offset, timestamp, key, size, message, cause, state, parkedAt, publishedAt } = letter
  return {
    ...{ id, topic, partition, offset },
    timestamp: timestamp >= 0 && timestamp < LATEST ? rfc3339(timestamp) : null,
    key: key === null ? null : key.subarray(0, MOST_KEY_BYTES).toString(),
    ...{ size, class: letter.class, message, cause, state },
    parkedAt: rfc3339(parkedAt),
    publishedAt: publishedAt === null ? null : rfc3339(publishedAt),
  }
}

function letterAnswer(letter: StoredLetter): object {
  const { value, headers, history } = letter
  const shown = value?.subarray(0, MOST_BYTES) ?? null
  return {
    ...summaryAnswer(letter),
    text: textOf(shown),
    base64: shown === null ? null : shown.toString('base64'),
    headers: headers.map(([name, bytes]) => ({
      name: name.toString(),
      nameBase64: isUtf8(name) ? null : name.toString('base64'),
      text: textOf(bytes),
      base64: bytes?.toString('base64') ?? '',
    })),
    history,
  }
}

function textOf(bytes: Buffer | null): string | null {
  return bytes !== null && isUtf8(bytes) ? bytes.toString() : null
}
