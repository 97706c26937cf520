/**
 * A client and what waits for it. Little is handed to the carrier at a time, so that what waits can still be dropped: a
 * client that reads too slowly loses its backlog and starts again, and costs one queue.
 */
import type { Message } from './frames.ts'
import type { Place, Subscription } from './subscription.ts'

/** How bytes get to a client. */
export interface Carrier {
  readonly kind: 'websocket' | 'event-stream'
  /** `id`: what the client then has; null: not all is known yet. `done` is called once the bytes have left this process. */
  send(message: Message, id: string | null, done: () => void): void
  /** Bytes that were sent and have not left this process. */
  unsent(): number
  /** Asks for a sign of life; only where the carrier has one of its own. */
  ping(): void
  /** Milliseconds of the monotonic clock at which it last gave one; null: it gives none. */
  aliveAt(): number | null
  /** False: it is being closed, by either side. */
  isOpen(): boolean
  /** Nothing of it is left. */
  isGone(): boolean
  close(code: number, reason: string): void
  /** Without a word. */
  cut(): void
}

/** Live changes that wait for a client. */
const MOST_QUEUED_BYTES = 1_048_576
/** Handed on and not gone: enough for the line, little enough to drop the rest. */
const HANDED_BYTES = 65_536

/** Where the client stands in a topic once the message is handed on. */
export interface Moves {
  readonly subscription: Subscription
  readonly place: Place
}

interface Queued {
  readonly message: Message
  readonly moves: readonly Moves[]
  /** `live`: counts for the bound. `made`: made as there was room. `kept`: an answer, which is never dropped. */
  readonly kind: 'live' | 'made' | 'kept'
}

export interface ClientEvents {
  /** There is room for what was not made yet. */
  readonly roomy: () => void
}

export class Client {
  readonly carrier: Carrier
  /** By topic. */
  readonly subscriptions = new Map<string, Subscription>()
  frames = 0
  bytes = 0
  readonly #events: ClientEvents
  readonly #queue: Queued[] = []
  #liveBytes = 0
  #handed = 0
  #ended = false

  constructor(carrier: Carrier, events: ClientEvents) {
    this.carrier = carrier
    this.#events = events
  }

  get hasRoom(): boolean {
    return !this.#ended && this.#queue.length === 0 && this.#handed < HANDED_BYTES
  }

  get isWaiting(): boolean {
    return this.#queue.length > 0 || this.#handed > 0
  }

  /** What everybody gets. */
  push(message: Message, moves: readonly Moves[] = []): void {
    const { length } = message.data
    if (this.#queue.length > 0 && this.#liveBytes + length > MOST_QUEUED_BYTES) {
      this.#drop()
      return
    }
    this.#liveBytes += length
    this.#add({ message, moves, kind: 'live' })
  }

  /** What is made for it as there is room. */
  give(message: Message, moves: readonly Moves[]): void {
    this.#add({ message, moves, kind: 'made' })
  }

  /** What it has to hear, whatever else is dropped. */
  answer(message: Message): void {
    this.#add({ message, moves: [], kind: 'kept' })
  }

  /** Nothing more is handed on. */
  end(): void {
    this.#ended = true
    this.#queue.length = 0
  }

  #add(queued: Queued): void {
    if (this.#ended) return
    for (const { subscription, place } of queued.moves) subscription.queued = place
    this.#queue.push(queued)
    this.#handOn()
  }

  #handOn(): void {
    while (this.#handed < HANDED_BYTES) {
      const next = this.#queue.shift()
      if (next === undefined) return
      const { message, moves, kind } = next
      const { length } = message.data
      if (kind === 'live') this.#liveBytes -= length
      for (const { subscription, place } of moves) subscription.taken = place
      this.#handed += length
      this.frames += 1
      this.bytes += length
      const named = this.carrier.kind === 'event-stream' && message.event !== 'subscribed'
      this.carrier.send(message, named ? this.#id() : null, () => this.#gone(length))
    }
  }

  #gone(length: number): void {
    this.#handed -= length
    if (this.#ended) return
    this.#handOn()
    if (this.hasRoom) this.#events.roomy()
  }

  #drop(): void {
    const kept = this.#queue.filter(({ kind }) => kind === 'kept')
    this.#queue.splice(0, this.#queue.length, ...kept)
    this.#liveBytes = 0
    for (const subscription of this.subscriptions.values()) subscription.dropped()
  }

  /** What the client has, topic by topic; null until that is known of each. */
  #id(): string | null {
    const parts: string[] = []
    for (const { topic, taken } of this.subscriptions.values()) {
      if (taken.has === null || taken.epoch === null) return null
      parts.push(`${topic}:${taken.epoch}:${String(taken.has)}`)
    }
    return parts.length === 0 ? null : parts.join()
  }
}
