/** Reads the book of a gateway (docs/payments.md), from its address or from a file, entry by entry. */
import { createReadStream } from 'node:fs'
import { request } from 'undici'
import { hidePassword } from '../../app/config/describe-config.ts'
import { StartFailure, systemCode } from '../../app/start-failure.ts'
import { BOOK_LISTS, type BookEntry, type BookList } from '../../audit/payments/book-entry.ts'
import { cleanReference } from '../../reactors/payments/foreign-text.ts'
import { parseGatewayKey } from '../../reactors/payments/gateway-keys.ts'
import type { Money } from '../../schemas/events.ts'
import { DamagedContent } from './damaged-content.ts'
import { jsonElements, type JsonElement } from './json-elements.ts'
import { contentOf, unreadable } from './json-lines.ts'

/** A gateway that sends nothing for so long is away. */
const SILENCE_MS = 30_000
/** More than the book of ten million charges: what goes on for longer has no end. */
const MOST_BYTES = 4 * 1024 ** 3
const LONGEST_KEY = 200
const FIRST_ERROR = 400
const FIRST_FAILURE = 500

const STATUSES: Readonly<Record<BookList, readonly string[]>> = {
  charges: ['captured', 'declined', 'pending'],
  refunds: ['refunded', 'refused', 'pending'],
  reversals: ['reversed'],
}

/** `source`: http(s)://..., or a path. Throws a StartFailure: 3 where nobody answers, 2 where there is no book, 1 where it is damaged. */
export async function* readBook(source: string): AsyncGenerator<BookEntry, void, undefined> {
  const isAddress = /^https?:/i.test(source)
  const shown = isAddress ? hidePassword(source) : source
  const lists = new Set<string>()
  try {
    const stored = isAddress ? await fetched(source, shown) : createReadStream(source)
    for await (const element of jsonElements(contentOf(bounded(stored)), (name) => lists.add(name))) {
      const entry = entryOf(element)
      if (entry !== null) yield entry
    }
  } catch (cause) {
    throw told(cause, isAddress ? null : source, shown)
  }
  const missing = BOOK_LISTS.filter((list) => !lists.has(list))
  if (missing.length === 0) return
  throw new StartFailure({
    code: 'no-book',
    exitCode: 2,
    what: `the JSON has no list ${missing.join(', ')}`,
    tried: `to read the book of a gateway from ${shown}`,
    next: `use the address of a gateway, or a file with ${BOOK_LISTS.join(', ')} as docs/payments.md has them`,
  })
}

async function fetched(source: string, shown: string): Promise<AsyncIterable<Buffer>> {
  const url = bookUrl(source, shown)
  const { username, password } = url
  url.username = url.password = ''
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const { statusCode, body } = await request(url, {
    headers: {
      accept: 'application/json',
      ...(credentials !== ':' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    },
    ...{ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS },
  })
  if (statusCode < 300) return body as AsyncIterable<Buffer>
  await body.dump()
  const isAway = statusCode >= FIRST_FAILURE || statusCode === 429
  throw new StartFailure({
    code: isAway ? 'gateway-unreachable' : 'no-book',
    exitCode: isAway ? 3 : 2,
    what: `it answered ${statusCode}`,
    tried: `GET ${hidePassword(bookUrl(source, shown).href)}`,
    next: isAway
      ? 'run the same command again once the gateway answers'
      : statusCode < FIRST_ERROR
        ? 'use the address that it leads to'
        : 'check the address, the user and the password, or name a file with the book',
  })
}

/** `/book` below the address of the gateway, unless that is named already. */
function bookUrl(source: string, shown: string): URL {
  if (!URL.canParse(source)) {
    throw new StartFailure({
      ...{ code: 'no-book', exitCode: 2, what: `${shown} is not a URL`, tried: 'to read a book from it' },
      next: 'use an address such as http://127.0.0.1:4010, or the path of a file',
    })
  }
  const url = new URL(source)
  const path = url.pathname.replace(/\/+$/, '')
  url.pathname = path.endsWith('/book') ? path : `${path}/book`
  return url
}

async function* bounded(stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let length = 0
  for await (const chunk of stored) {
    length += chunk.length
    if (length > MOST_BYTES) throw new DamagedContent('the book does not end within 4 GiB', length)
    yield chunk
  }
}

/** Null: of a list that is none of the book's, or a refund that has not gone back. Throws DamagedContent. */
function entryOf({ name, at, value }: JsonElement): BookEntry | null {
  const list = BOOK_LISTS.find((each) => each === name)
  if (list === undefined) return null
  const { key, status, amount, reference = null } = fieldsOf(value)
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY) {
    throw new DamagedContent(`an entry of ${list} without a key of 1 to ${String(LONGEST_KEY)} characters`, at)
  }
  const money = moneyOf(amount)
  if (money === null) throw new DamagedContent(`an entry of ${list} without an amount and its currency`, at)
  if (reference !== null && typeof reference !== 'string') {
    throw new DamagedContent(`an entry of ${list} whose reference is not a text`, at)
  }
  if (typeof status !== 'string' || !STATUSES[list].includes(status)) {
    throw new DamagedContent(`an entry of ${list} with another status than ${STATUSES[list].join(', ')}`, at)
  }
  if (list === 'refunds' && status !== 'refunded') return null
  const named = parseGatewayKey(key)
  const isOurs = named !== null && named.kind === (list === 'refunds' ? 'refund' : 'charge')
  return {
    ...{ list, key, amount: money },
    orderId: isOurs ? named.orderId : key,
    number: !isOurs ? 0 : named.kind === 'charge' ? named.attempt : named.refund,
    status: status as BookEntry['status'],
    reference: reference === null ? null : cleanReference(reference),
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function moneyOf(value: unknown): Money | null {
  const { amount, currency } = fieldsOf(value)
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0) return null
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { amount, currency } : null
}

function told(cause: unknown, file: string | null, shown: string): unknown {
  if (cause instanceof StartFailure) return cause
  if (file !== null) return unreadable(file, cause)
  const what = cause instanceof Error ? cause.message || systemCode(cause) : String(cause)
  const damaged = cause instanceof DamagedContent
  if (!damaged && systemCode(cause) === '') return cause
  return new StartFailure(
    {
      code: damaged ? 'book-damaged' : 'gateway-unreachable',
      exitCode: damaged ? 1 : 3,
      what: what === '' ? systemCode(cause) : what,
      tried: `to read the book of the gateway at ${shown}`,
      next: damaged
        ? 'mend what the gateway sends: docs/payments.md says how a book looks'
        : 'run the same command again once the gateway answers',
    },
    { cause },
  )
}
