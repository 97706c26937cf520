/** Looks now and then whether the topic of user events is there, no matter who sends: without it each of them is refused. */
import { pause, untilAborted } from '../../store/waiting/pause.ts'
import { kafkaClient, type ClientOptions } from '../client/connection.ts'
import { missingTopics } from '../relay/relay-target.ts'
import type { KafkaSettings } from '../settings.ts'
import { topics } from '../topics/topics.ts'

/** Milliseconds to the next look. The one who has made the topic wants to see that it is seen. */
const NEXT_LOOK = { there: 60_000, missing: 5_000 }

const wanted = topics.filter(({ name }) => name === 'user-events')

export interface TopicWatchParts extends ClientOptions {
  readonly settings: KafkaSettings
}

export class TopicWatch {
  readonly #parts: TopicWatchParts
  readonly #stop = new AbortController()
  #missing: string | null = null

  constructor(parts: TopicWatchParts) {
    this.#parts = parts
  }

  start(): void {
    void this.#run()
  }

  /** A look under way ends by itself: brokers that are silent hold up no end. */
  stop(): void {
    this.#stop.abort()
  }

  /** What is wrong with the topic and what to do; null: nothing is, as far as the brokers have said. */
  missing(): string | null {
    return this.#missing
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    do await untilAborted(this.#look(), signal).catch(() => undefined)
    while (await pause(this.#missing === null ? NEXT_LOOK.there : NEXT_LOOK.missing, signal))
  }

  /** While the brokers are away it is as it was. */
  async #look(): Promise<void> {
    const { settings, ...client } = this.#parts
    const admin = kafkaClient(settings, client).admin()
    try {
      await admin.connect()
      const [why = null] = (await missingTopics(admin, settings.prefix, wanted)).values()
      this.#missing = why
    } catch (error) {
      client.log.info({ err: error }, 'could not look whether the topic of user events is there')
    } finally {
      await admin.disconnect().catch(() => undefined)
    }
  }
}
