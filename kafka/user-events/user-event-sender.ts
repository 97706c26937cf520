/**
 * Sends user events to their topic for those who wait for the brokers. What comes while a send to a partition is under way
 * goes with the next. A send that fails is tried again for a moment, because leaders move; where it goes on failing, all that
 * wait for that partition get the failure, and who sent them sends them again.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { backOff } from '../../store/waiting/pause.ts'
import type { Message } from 'kafkajs'
import { kafkaClient, type ClientOptions } from '../client/connection.ts'
import { CheckedSender } from '../client/checked-sender.ts'
import { kafkaFailure } from '../client/kafka-failure.ts'
import { bytesOf } from '../client/record-encoder.ts'
import type { KafkaSettings } from '../settings.ts'

/** Of one send, before compression: a broker takes 1 MiB. */
const MOST_RECORDS = 2_000
const MOST_BYTES = 512 * 1024

/** How long it is tried again, and after how long. */
const PATIENCE_MS = 2_000
const AGAIN_MS = { first: 100, most: 500 }

export interface SentEvent {
  readonly partition: number
  readonly message: Message
}

interface Waiting extends SentEvent {
  readonly done: (failure: Error | null) => void
}

export class UserEventSender {
  readonly #topic: string
  /** Milliseconds by a clock that never goes back. */
  readonly #monotonic: () => number
  readonly #sender: CheckedSender
  readonly #queues = new Map<number, Waiting[]>()
  #waiting = 0

  constructor(settings: KafkaSettings, topic: string, options: ClientOptions & { readonly monotonic: () => number }) {
    this.#topic = topic
    this.#monotonic = options.monotonic
    this.#sender = new CheckedSender(kafkaClient(settings, options))
  }

  /** Events that wait for the brokers. */
  get waiting(): number {
    return this.#waiting
  }

  /** Resolves when the brokers have all of them; rejects with a KafkaFailure, and then they may have some. */
  send(events: readonly SentEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve()
    this.#waiting += events.length
    return new Promise((resolve, reject) => {
      let left = events.length
      const done = (failure: Error | null) => {
        this.#waiting -= 1
        left -= 1
        if (failure !== null) reject(failure)
        else if (left === 0) resolve()
      }
      for (const event of events) this.#add({ ...event, done })
    })
  }

  async #sendPatiently(partition: number, messages: readonly Message[]): Promise<void> {
    const begun = this.#monotonic()
    for (let failures = 0; ; failures++) {
      try {
        return await this.#sender.send({ topic: this.#topic, partition }, messages)
      } catch (error) {
        if (this.#monotonic() - begun > PATIENCE_MS) throw error
      }
      await delay(backOff(failures, AGAIN_MS))
    }
  }

  close(): Promise<void> {
    return this.#sender.close()
  }

  #add(event: Waiting): void {
    const queue = this.#queues.get(event.partition)
    if (queue !== undefined) return void queue.push(event)
    const waiting = [event]
    this.#queues.set(event.partition, waiting)
    // What the same request brings goes with it.
    queueMicrotask(() => void this.#run(event.partition, waiting))
  }

  async #run(partition: number, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const block = queue.splice(0, blockOf(queue))
      try {
        await this.#sendPatiently(
          partition,
          block.map(({ message }) => message),
        )
        for (const { done } of block) done(null)
      } catch (error) {
        const failure = kafkaFailure(error)
        for (const { done } of [...block, ...queue.splice(0)]) done(failure)
      }
    }
    this.#queues.delete(partition)
  }
}

/** How many go together: one at least. */
function blockOf(queue: readonly Waiting[]): number {
  let [count, bytes] = [0, 0]
  for (const { message } of queue) {
    bytes += bytesOf(message)
    if (count > 0 && (count >= MOST_RECORDS || bytes > MOST_BYTES)) break
    count += 1
  }
  return count
}
