/**
 * Publishes some topics from where they stand on. Three things go on beside each other: pages are read ahead and framed,
 * each partition sends what waits for it, and the checkpoints follow what is acknowledged.
 */
import { setTimeout } from 'node:timers/promises'
import { noteRefusal } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import { readEvents } from '../../store/log/read-log.ts'
import { pause } from '../../store/waiting/pause.ts'
import { Publication } from './publication.ts'
import { BLOCK_RECORDS } from '../client/record-block.ts'
import { refusalOf, type Refusal } from '../client/kafka-failure.ts'
import { RelayCheckpoint } from './relay-checkpoint.ts'
import { publishedTopics } from './relay-target.ts'
import type { CheckedSender } from '../client/checked-sender.ts'
import type { TopicName } from '../topics/topics.ts'
import type { Term } from './term.ts'

export interface TopicPublisherParts {
  readonly term: Term
  readonly topics: readonly TopicName[]
  readonly places: Map<TopicName, Position>
  readonly sender: CheckedSender
  readonly reader: (topic: TopicName) => string
  /** Called with a topic that refuses, once what is under way to it has settled. The others go on. */
  readonly refused: (topic: TopicName, refusal: Refusal) => void
  /** Asked as the checkpoints move: true ends the publisher. */
  readonly arrived?: () => boolean
}

/** One read of the log. */
const PAGE = 5_000
/** Framed and handed to the senders at a time: between two, acknowledgements are heard. */
const SLICE = 500
/**
 * Records that wait for their acknowledgement: more than all partitions can hold in blocks that are not full, so that
 * something is always under way.
 */
const PENDING = BLOCK_RECORDS * (publishedTopics.reduce((sum, { partitions }) => sum + partitions, 0) + 2)
/** The checkpoints move this often at most. */
const CHECKPOINT_MS = 25
/** How long the end of a term waits for the sends under way: half of what a hand-over may take. */
const SETTLE_MS = 1_000

/** `another`: another relay has moved a checkpoint. `empty`: every topic of it refuses. `ended`: as it was asked to. */
export type PublisherEnd = 'another' | 'empty' | 'arrived' | 'ended'

export class TopicPublisher {
  readonly #parts: TopicPublisherParts
  readonly #publication: Publication
  readonly #checkpoint: RelayCheckpoint
  readonly #carried: Set<TopicName>

  constructor(parts: TopicPublisherParts) {
    const { term, topics, places, sender, reader } = parts
    const { pool, prefix, wire, source, loses, reachPoint, moved } = term
    this.#parts = parts
    this.#carried = new Set(topics)
    this.#publication = new Publication({
      after: new Map(topics.map((topic) => [topic, places.get(topic) ?? 0])),
      ...{ prefix, wire, source, loses, acknowledged: moved },
      send: (partition, { messages }) => sender.send(partition, messages),
      // Later than now, so that it may have left.
      sent: () => void setImmediate(() => reachPoint('relay.sent')),
      refused: (topic, error) => this.#refused(topic, error),
    })
    this.#checkpoint = new RelayCheckpoint({ pool, places, reader, publication: this.#publication })
  }

  /** The last event that was read. */
  get added(): Position {
    return this.#publication.added
  }

  /** Rejects with what failed. */
  async run(outer: AbortSignal): Promise<PublisherEnd> {
    const over = new AbortController()
    const end = AbortSignal.any([over.signal, outer])
    const work = [this.#read(end), this.#follow(end)]
    let outcome: PublisherEnd = 'ended'
    try {
      outcome = await Promise.race(work)
      return outcome
    } finally {
      over.abort()
      // What is under way may arrive, so that the next one need not send it again; one that goes on has to wait for it.
      const closed = this.#publication.close()
      if (outer.aborted) await Promise.race([closed, setTimeout(SETTLE_MS, null, { ref: false })])
      else await closed
      await Promise.allSettled(work)
      if (outcome !== 'another') await this.#checkpoint.move().catch(() => undefined)
    }
  }

  #refused(topic: TopicName, error: unknown): boolean {
    const refusal = refusalOf(error)
    if (refusal === null) return false
    const { term, reader, refused } = this.#parts
    this.#carried.delete(topic)
    void this.#publication
      .drop(topic)
      .then(() => noteRefusal(term.pool, reader(topic), refusal.reason))
      .catch(() => undefined) // a database that is away ends the term by itself
      .then(() => refused(topic, refusal))
    return true
  }

  /** Reads ahead: the next page is on its way while one is framed and sent. */
  async #read(end: AbortSignal): Promise<PublisherEnd> {
    const { pool, head, reachPoint } = this.#parts.term
    const publication = this.#publication
    const readAfter = (after: Position) => {
      const page = head.next(() => readEvents(pool, after, PAGE), after, end)
      page.catch(() => undefined) // it is awaited in the next round
      return page
    }
    for (let next = readAfter(publication.added); !end.aborted;) {
      const page = await this.#arrivedOrFlushed(next)
      reachPoint('relay.read')
      const last = page.at(-1)
      if (last !== undefined) next = readAfter(last.position)
      for (let at = 0; at < page.length && !end.aborted; at += SLICE) {
        while (publication.pending >= PENDING && !end.aborted) await publication.changed(end)
        publication.add(page.slice(at, at + SLICE))
        await new Promise(setImmediate)
      }
      if (page.length < PAGE) publication.flush()
    }
    return 'ended'
  }

  /** While there is a backlog the next page is here already, and blocks fill; else nothing may wait for it. */
  async #arrivedOrFlushed<Page>(next: Promise<Page>): Promise<Page> {
    const none = Symbol('not here yet')
    const page = await Promise.race([next, new Promise<typeof none>((resolve) => setImmediate(resolve, none))])
    if (page !== none) return page
    this.#publication.flush()
    return next
  }

  /** Moves the checkpoints behind the acknowledgements. */
  async #follow(end: AbortSignal): Promise<PublisherEnd> {
    const { term, arrived } = this.#parts
    while (!end.aborted) {
      if (this.#carried.size === 0) return 'empty'
      if (this.#checkpoint.isBehind()) {
        term.reachPoint('relay.acked')
        if (!(await this.#checkpoint.move())) return 'another'
        term.reachPoint('relay.checkpointed')
        if (arrived?.() === true) return 'arrived'
        await pause(CHECKPOINT_MS, end)
      } else await this.#publication.changed(end)
    }
    return 'ended'
  }
}
