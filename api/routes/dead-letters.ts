/** Records that could not be handled, over HTTP: what is wrong with them, and another try. */
import { isUtf8 } from 'node:buffer'
import { rfc3339 } from '../../projections/views/shown.ts'
import type { LetterGroup, LetterSelection, LetterSummary, StoredLetter } from '../../kafka/inbound/letter-table.ts'
import type { ApiServer } from '../api-server.ts'
import { principalName } from '../commands.ts'
import {
  discardingLetter,
  discardingLetters,
  listingLetters,
  retryingLetter,
  retryingLetters,
  showingLetter,
} from './dead-letter-operations.ts'
import { ProblemError } from '../http/problem-document.ts'
import type { ApiParts } from '../parts.ts'
import { uncached } from './read-answers.ts'
import { DEFAULT_LIMIT } from '../shapes/list.ts'

/** Of a value, in an answer. */
const MOST_BYTES = 64 * 1024
const MOST_KEY_BYTES = 256
/** The latest time that RFC 3339 can say. */
const LATEST = Date.UTC(9999, 11, 31)

export function deadLetterRoutes(app: ApiServer, { deadLetters }: Pick<ApiParts, 'deadLetters'>): void {
  app.get('/dead-letters', listingLetters, async (request, reply) => {
    const { cause = null, state = null, before = null, limit = DEFAULT_LIMIT } = request.query
    const [groups, letters] = await Promise.all([
      deadLetters.groups(),
      deadLetters.letters({ cause, state, before, limit: limit + 1 }),
    ])
    const items = letters.slice(0, limit)
    const next = letters.length > limit ? (items.at(-1)?.id ?? null) : null
    return uncached(reply).send({ groups: groups.map(groupAnswer), items: items.map(summaryAnswer), next })
  })

  app.get('/dead-letters/:letterId', showingLetter, async (request, reply) => {
    const letter = await find(request.params.letterId)
    return uncached(reply).send({ ...letterAnswer(letter), decoded: deadLetters.decoded(letter) })
  })

  app.post('/dead-letters/retry', retryingLetters, async (request, reply) => {
    const { dryRun = false, ...selection } = request.body
    const by = principalName(request)
    return uncached(reply).send(await deadLetters.retry(selectionOf(selection), { dryRun, by }))
  })

  app.post('/dead-letters/:letterId/retry', retryingLetter, async (request, reply) => {
    const { id } = await find(request.params.letterId)
    const wish = { dryRun: request.body?.dryRun ?? false, by: principalName(request) }
    return uncached(reply).send(await deadLetters.retry({ kind: 'ids', ids: [id] }, wish))
  })

  app.post('/dead-letters/discard', discardingLetters, async (request, reply) => {
    const { dryRun = false, ...selection } = request.body
    const by = principalName(request)
    const discarded = await deadLetters.discard(selectionOf(selection), { dryRun, by })
    return uncached(reply).send({ dryRun, discarded })
  })

  app.post('/dead-letters/:letterId/discard', discardingLetter, async (request, reply) => {
    const { id } = await find(request.params.letterId)
    const wish = { dryRun: request.body?.dryRun ?? false, by: principalName(request) }
    const discarded = await deadLetters.discard({ kind: 'ids', ids: [id] }, wish)
    return uncached(reply).send({ dryRun: wish.dryRun, discarded })
  })

  async function find(letterId: string): Promise<StoredLetter> {
    const letter = await deadLetters.letter(Number(letterId))
    if (letter !== null) return letter
    throw new ProblemError({ code: 'dead-letter-not-found', detail: `there is no dead letter ${letterId}` })
  }
}

function selectionOf({ cause, ids }: { readonly cause?: string; readonly ids?: readonly number[] }): LetterSelection {
  if (cause !== undefined && ids === undefined) return { kind: 'cause', cause }
  if (ids !== undefined && cause === undefined) return { kind: 'ids', ids }
  const message = 'must have either cause or ids'
  const errors = [{ in: 'body', pointer: '', message }] as const
  throw new ProblemError({ code: 'invalid-request', detail: `body ${message}`, errors })
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
    headers: headers.map(([name, bytes]) => ({ name, text: textOf(bytes), base64: bytes.toString('base64') })),
    history,
  }
}

function textOf(bytes: Buffer | null): string | null {
  return bytes !== null && isUtf8(bytes) ? bytes.toString() : null
}
