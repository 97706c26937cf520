/** What the server sends, as JSON texts: a message each (docs/live.md). What all clients share of one is encoded once. */
import type { Position } from '../../store/commit/command.ts'

/** Of a snapshot: why it is one. */
export const SNAPSHOT_REASONS = ['start', 'behind', 'slow', 'summary', 'epoch', 'ahead', 'state'] as const
export type SnapshotReason = (typeof SNAPSHOT_REASONS)[number]

/** Every 15 s each connection hears something; a client that does not is on a dead line. */
export const PING_SECONDS = 15

export interface Message {
  /** Of the event stream; its `type` too. */
  readonly event: 'subscribed' | 'snapshot' | 'change' | 'ping' | 'error' | 'close'
  readonly data: Buffer
}

export interface Stretch {
  readonly topic: string
  readonly to: Position
  readonly asOf: string | null
  /** RFC 3339, when it is made. */
  readonly at: string
  readonly items: readonly { readonly text: string }[]
  readonly beside: Readonly<Record<string, unknown>>
  /** How many events changed an item; null: no item was left out. */
  readonly count: number | null
}

/** A change for clients that come from different positions: all but the head is shared. */
export class ChangeFrame {
  readonly stretch: Stretch
  readonly #topic: string
  readonly #tail: string
  readonly #heads = new Map<Position, Message>()

  constructor(stretch: Stretch) {
    const { topic, to, asOf, at, items, beside, count } = stretch
    this.stretch = stretch
    this.#topic = JSON.stringify(topic)
    const summary = count === null ? {} : { summary: true, count }
    const about = JSON.stringify({ to, asOf, at, ...summary, ...beside }).slice(1, -1)
    this.#tail = `${about},"items":[${items.map(({ text }) => text).join(',')}]}`
  }

  from(position: Position): Message {
    let message = this.#heads.get(position)
    if (message === undefined) {
      const text = `{"type":"change","topic":${this.#topic},"from":${String(position)},${this.#tail}`
      message = { event: 'change', data: Buffer.from(text) }
      this.#heads.set(position, message)
    }
    return message
  }
}

export interface SnapshotContent {
  readonly topic: string
  readonly reason: SnapshotReason
  readonly from: Position | null
  readonly to: Position
  readonly epoch: string | null
  readonly asOf: string | null
  readonly at: string
  readonly beside: Readonly<Record<string, unknown>>
  readonly items: readonly { readonly text: string }[]
  readonly next: string | null
}

export function snapshotMessage({ items, next, beside, ...about }: SnapshotContent): Message {
  const head = JSON.stringify({ type: 'snapshot', ...about, ...beside }).slice(0, -1)
  const texts = items.map(({ text }) => text).join(',')
  return { event: 'snapshot', data: Buffer.from(`${head},"items":[${texts}],"next":${JSON.stringify(next)}}`) }
}

export interface Subscribed {
  /** Of the wish; null: it came with the address. */
  readonly id: number | null
  readonly release: string
  readonly at: string
  readonly head: Position
  readonly topics: readonly string[]
}

export function subscribedMessage({ id, release, at, head, topics }: Subscribed): Message {
  return message('subscribed', { id, version: 1, release, at, head, pingSeconds: PING_SECONDS, topics })
}

export interface TopicStanding {
  readonly to: Position | null
  readonly asOf: string | null
  readonly state: string
  readonly lagEvents: number
  readonly lagSeconds: number
}

export interface Ping {
  readonly at: string
  readonly head: Position
  readonly topics: Readonly<Record<string, TopicStanding>>
}

export function pingMessage(ping: Ping): Message {
  return message('ping', ping)
}

/** As in problem documents, where it can be. */
export type ErrorCode =
  'invalid-request' | 'unknown-topic' | 'too-many-topics' | 'unauthorized' | 'forbidden' | 'rebuilding'

export interface WireError {
  readonly id: number | null
  readonly topic: string | null
  readonly code: ErrorCode
  readonly detail: string
  readonly errors: readonly { readonly pointer: string; readonly message: string }[]
}

export function errorMessage(error: WireError): Message {
  return message('error', error)
}

/** The last event of a stream, where a WebSocket has a close frame. */
export function closeMessage(code: number, reason: string): Message {
  return message('close', { code, reason })
}

function message(event: Message['event'], content: object): Message {
  return { event, data: Buffer.from(JSON.stringify({ type: event, ...content })) }
}
