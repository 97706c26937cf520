/**
 * One term of the relay: from the checkpoints on, until the end or the first error that is not a topic's own doing.
 *
 *   together --a topic refuses--> the others go on together, and it is held back
 *   held back --after a pause, longer each time--> tried alone, from its checkpoint
 *   tried alone --it refuses again--> held back · --it is as far as the others--> all begin together again
 *
 * A topic that is far behind at the beginning (a new one, one that refused before) is tried alone at once.
 */
import { noteRefusal, openCheckpoints } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import { backOff, pause, untilAborted } from '../../store/waiting/pause.ts'
import type { CheckedSender } from '../client/checked-sender.ts'
import type { TopicName } from '../topics/topics.ts'
import { TopicPublisher, type PublisherEnd } from './topic-publisher.ts'
import type { Refusal } from '../client/kafka-failure.ts'
import { publishedTopics, topicReader } from './relay-target.ts'
import type { Term } from './term.ts'

/** One that is not further behind begins together with the others: they wait for it so long. */
const NEAR = 5_000
/** Before a topic that refuses is tried again. */
const AGAIN_MS = { first: 500, most: 10_000 }
/** The same for what comes and goes with the brokers. */
const SOON_MS = { first: 250, most: 2_000 }

/** Resolves with why it ended (null: `end` aborted); rejects with what failed. */
export async function runTerm(term: Term): Promise<string | null> {
  const { pool, sender, trying, reader, begun, heldBack, end } = term
  try {
    await untilAborted(sender.open(), end)
    const positions = await openCheckpoints(
      pool,
      publishedTopics.map((topic) => topicReader(reader, topic)),
    )
    const places = new Map(publishedTopics.map((topic) => [topic.name, positions.get(topicReader(reader, topic)) ?? 0]))
    const missing = await untilAborted(term.missing(publishedTopics), end)
    heldBack.clear()
    for (const [topic, reason] of missing) heldBack.set(topic.name, reason)
    begun(Math.min(...places.values()))
    for (;;) {
      const outcome = await new Round(term, places).run()
      if (outcome === 'another') return 'another relay publishes'
      if (outcome === 'ended') return null
    }
  } finally {
    // It does not end what is under way (nothing does), and may take its time.
    void sender.close()
    void trying.close()
  }
}

/** From all topics that are near each other to the next time that they are. */
class Round {
  readonly #term: Term
  readonly #places: Map<TopicName, Position>
  readonly #over = new AbortController()
  readonly #end: AbortSignal
  readonly #work = new Set<Promise<void>>()
  #settle: { resolve(end: PublisherEnd): void; reject(error: unknown): void } | null = null
  #together: TopicPublisher | null = null

  constructor(term: Term, places: Map<TopicName, Position>) {
    this.#term = term
    this.#places = places
    this.#end = AbortSignal.any([this.#over.signal, term.end])
  }

  async run(): Promise<PublisherEnd> {
    const { heldBack } = this.#term
    const names = publishedTopics.map(({ name }) => name)
    const ready = names.filter((name) => !heldBack.has(name))
    const furthest = Math.max(...ready.map((name) => this.#places.get(name) ?? 0))
    const together = ready.filter((name) => (this.#places.get(name) ?? 0) >= furthest - NEAR)
    const ended = new Promise<PublisherEnd>((resolve, reject) => (this.#settle = { resolve, reject }))
    try {
      this.#launch(this.#publishTogether(together))
      for (const name of names) if (!together.includes(name)) this.#launch(this.#publishAlone(name, heldBack.has(name)))
      return await untilEnded(ended, this.#term.end)
    } finally {
      this.#over.abort()
      await Promise.all(this.#work)
    }
  }

  #launch(publisher: Promise<PublisherEnd>): void {
    const running = publisher.then(
      (end) => {
        if (end !== 'empty') this.#settle?.resolve(end)
      },
      (error: unknown) => this.#settle?.reject(error),
    )
    this.#work.add(running)
  }

  async #publishTogether(topics: readonly TopicName[]): Promise<PublisherEnd> {
    if (topics.length === 0) return 'empty'
    const publisher = this.#publisher(topics, this.#term.sender, (topic, refusal) => {
      this.#hold(topic, refusal.reason)
      this.#launch(this.#publishAlone(topic, true, refusal.passing))
    })
    this.#together = publisher
    return publisher.run(this.#end)
  }

  /** `held`: not before the first pause. */
  async #publishAlone(name: TopicName, held: boolean, soon = false): Promise<PublisherEnd> {
    const { trying, heldBack } = this.#term
    const topic = publishedTopics.filter((one) => one.name === name)
    for (let refusals = held ? 1 : 0, passing = soon; !this.#end.aborted; refusals++) {
      const wait = backOff(refusals - 1, passing ? SOON_MS : AGAIN_MS)
      if (refusals > 0 && !(await pause(wait, this.#end))) break
      const [missing] = (await untilAborted(this.#term.missing(topic), this.#end)).values()
      if (missing !== undefined) {
        await this.#note(name, missing)
        continue
      }
      const publisher: TopicPublisher = this.#publisher(
        [name],
        trying,
        (_, refusal) => {
          passing = refusal.passing
          this.#hold(name, refusal.reason)
        },
        () => {
          heldBack.delete(name)
          refusals = 0
          return publisher.added >= (this.#together?.added ?? Infinity) - NEAR
        },
      )
      const end = await publisher.run(this.#end)
      if (end !== 'empty') return end
    }
    return 'ended'
  }

  #publisher(
    topics: readonly TopicName[],
    sender: CheckedSender,
    refused: (topic: TopicName, refusal: Refusal) => void,
    arrived: () => boolean = () => false,
  ): TopicPublisher {
    const term = this.#term
    const reader = (name: TopicName) => topicReader(term.reader, { name })
    return new TopicPublisher({ term, topics, places: this.#places, sender, reader, refused, arrived })
  }

  #hold(topic: TopicName, reason: string): void {
    this.#term.heldBack.set(topic, `refused by topic ${topic}: ${reason}`)
  }

  async #note(topic: TopicName, reason: string): Promise<void> {
    if (this.#term.heldBack.get(topic) === reason) return
    this.#term.heldBack.set(topic, reason)
    await noteRefusal(this.#term.pool, topicReader(this.#term.reader, { name: topic }), reason)
  }
}

/** `ended` when the signal comes first. */
function untilEnded(ended: Promise<PublisherEnd>, signal: AbortSignal): Promise<PublisherEnd> {
  return untilAborted(ended, signal).catch((error: unknown) => {
    if (signal.aborted) return 'ended'
    throw error
  })
}
