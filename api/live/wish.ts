/** What a client wants: read from the first bytes that it sends, before anything is done for it. */
import { printable, type Fault } from '../../commands/faults.ts'
import { isObject } from '../../schemas/is-object.ts'
import type { Position } from '../../store/commit/command.ts'
import { DEFAULT_LIMIT, MOST_ITEMS } from '../shapes/list.ts'
import type { WireError } from './frames.ts'

export interface TopicWish {
  /** What the client has; null: nothing. */
  readonly after: Position | null
  /** What it has belongs to this; null: to whatever is there now. */
  readonly epoch: string | null
  readonly limit: number
}

export interface Wish {
  /** Null: it came with the address of an event stream. */
  readonly id: number | null
  readonly token: string | null
  readonly topics: ReadonlyMap<string, TopicWish>
}

/** Of a message: a wish, a wish that is refused and changes nothing, or none, which ends the connection. */
export type ReadWish =
  | { readonly kind: 'wish'; readonly wish: Wish }
  | { readonly kind: 'refused'; readonly error: WireError; readonly token: string | null }
  | { readonly kind: 'broken'; readonly reason: string }

export const MOST_TOPICS = 8
const EPOCH = /^[A-Za-z0-9._-]{1,64}$/
/** Longer than any token. */
const MOST_TOKEN = 4_096
/** Of what the client sent, as it is sent back. */
const MOST_SHOWN = 64

/** `known`: the names of all topics. */
export function readWish(text: string, known: ReadonlySet<string>): ReadWish {
  const message = parsed(text)
  if (!isObject(message)) return broken('a message has to be a JSON object')
  if (message['type'] !== 'subscribe') return broken('the only type of message is "subscribe"')
  const { id, topics } = message
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) return broken('id has to be an integer from 1')
  if (!isObject(topics)) return broken('topics has to be an object')
  const token = typeof message['token'] === 'string' ? message['token'] : null
  const refused = (error: Omit<WireError, 'id'>): ReadWish => ({ kind: 'refused', error: { id, ...error }, token })

  const faults: Fault[] = []
  for (const name of Object.keys(message)) {
    if (!['type', 'id', 'token', 'topics'].includes(name))
      faults.push({ pointer: `/${shown(name)}`, message: 'is unknown' })
  }
  if (message['token'] !== undefined && (token === null || token.length > MOST_TOKEN)) {
    faults.push({ pointer: '/token', message: `must be a text of at most ${String(MOST_TOKEN)} characters` })
  }
  const names = Object.keys(topics)
  const unasked = askedTopics(names, known)
  if (unasked !== null) return refused(unasked)
  const wishes = new Map<string, TopicWish>()
  for (const name of names) {
    const found = topicWish(topics[name], `/topics/${name}`)
    if (Array.isArray(found)) faults.push(...found)
    else wishes.set(name, found)
  }
  const [first] = faults
  if (first === undefined) return { kind: 'wish', wish: { id, token, topics: wishes } }
  const detail = `${first.pointer} ${first.message}`
  return refused({ topic: null, code: 'invalid-request', detail, errors: faults.slice(0, MOST_TOPICS) })
}

/** Why these cannot be asked for; null: they can. */
export function askedTopics(names: readonly string[], known: ReadonlySet<string>): Omit<WireError, 'id'> | null {
  if (names.length > MOST_TOPICS) {
    const message = `must have at most ${String(MOST_TOPICS)} names`
    const errors = [{ pointer: '/topics', message }]
    return { topic: null, code: 'too-many-topics', detail: `topics ${message}`, errors }
  }
  const unknown = names.find((name) => !known.has(name))
  if (unknown === undefined) return null
  const name = shown(unknown)
  return {
    topic: null,
    code: 'unknown-topic',
    detail: `there is no topic ${JSON.stringify(name)}`,
    errors: [{ pointer: `/topics/${name}`, message: 'unknown' }],
  }
}

function topicWish(value: unknown, pointer: string): TopicWish | Fault[] {
  if (!isObject(value)) return [{ pointer, message: 'must be an object' }]
  const faults: Fault[] = []
  const { after, epoch, limit } = value
  for (const name of Object.keys(value)) {
    if (!['after', 'epoch', 'limit'].includes(name))
      faults.push({ pointer: `${pointer}/${shown(name)}`, message: 'is unknown' })
  }
  if (after !== undefined && !isPosition(after)) {
    faults.push({ pointer: `${pointer}/after`, message: 'must be an integer from 0 to 2^53 - 1' })
  }
  if (epoch !== undefined && !(typeof epoch === 'string' && EPOCH.test(epoch))) {
    faults.push({ pointer: `${pointer}/epoch`, message: 'must be an epoch that a snapshot named' })
  }
  if (limit !== undefined && !isLimit(limit)) {
    faults.push({ pointer: `${pointer}/limit`, message: `must be an integer from 1 to ${String(MOST_ITEMS)}` })
  }
  if (faults.length > 0) return faults
  return {
    after: isPosition(after) ? after : null,
    epoch: typeof epoch === 'string' ? epoch : null,
    limit: isLimit(limit) ? limit : DEFAULT_LIMIT,
  }
}

/**
 * What an event stream that comes back has, topic by topic: as its last `id:` said it, or one position for all. Null: it
 * is neither, and everything starts again.
 */
export function readHad(
  text: string,
  topics: readonly string[],
): ReadonlyMap<string, Pick<TopicWish, 'after' | 'epoch'>> | null {
  const one = positionOf(text)
  if (one !== null) return new Map(topics.map((name) => [name, { after: one, epoch: null }]))
  const had = new Map<string, Pick<TopicWish, 'after' | 'epoch'>>()
  for (const part of text.split(',')) {
    const [name = '', epoch = '', position = '', ...more] = part.split(':')
    const after = positionOf(position)
    if (more.length > 0 || after === null || !EPOCH.test(epoch)) return null
    if (topics.includes(name)) had.set(name, { after, epoch })
  }
  return had
}

function positionOf(text: string): Position | null {
  return /^(?:0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null
}

function isPosition(value: unknown): value is Position {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isLimit(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_ITEMS
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function shown(text: string): string {
  return printable(text).slice(0, MOST_SHOWN)
}

function broken(reason: string): ReadWish {
  return { kind: 'broken', reason }
}
