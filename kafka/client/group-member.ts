/**
 * A member of a consumer group that goes on whatever becomes of its client.
 *
 *   connecting --the group dealt out its partitions--> consuming
 *   connecting, consuming --crash, silence, a handler that failed--> waiting --back-off--> connecting, with a new client
 *   any --the signal, or a failure that is final--> stopped, and the group has its partitions back
 *
 * kafkajs restarts nothing by itself: some of its crashes it would never restart, and of some it tells nobody.
 */
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { backOff, pause, type BackOff } from '../../store/waiting/pause.ts'
import type { KafkaSettings } from '../settings.ts'
import { kafkaClient, type ClientOptions } from './connection.ts'
import { endConsumer } from './end-consumer.ts'
import { isKafkaError } from './kafka-failure.ts'
import { fetchedBatches } from './kafkajs.ts'
import type { FetchedBatch } from './record-batches.ts'

export interface GroupMemberParts extends ClientOptions {
  readonly settings: KafkaSettings
  readonly group: string
  /** As they are called in the cluster. */
  readonly topics: readonly string[]
  /** Where a group begins that has committed nothing. */
  readonly fromBeginning: boolean
  readonly fetch: FetchBounds
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  readonly times?: Partial<MemberTimes>
  /** Called when the partitions are dealt out, each time. `tenure` ends with the next time, and with the client. */
  readonly joined: (partitions: Assignment, tenure: AbortSignal) => void
  /** Takes batches of one partition in the order of offsets. Heartbeats go out meanwhile. */
  readonly handle: (fetched: FetchedPartition, visit: Visit) => Promise<void>
  /** Told when the client is thrown away and another one is made. */
  readonly lost: (reason: string) => void
  /** Called after every client, when none of its handlers can do anything any more. */
  readonly left?: () => Promise<void>
  /** Whether a failure ends the member instead; default: none does. */
  readonly isFinal?: (error: Error) => boolean
}

/** By topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>

export interface FetchBounds {
  /** Milliseconds: a rebalance waits for the fetch under way. */
  readonly wait: number
  /** Of one partition. */
  readonly bytes: number
  readonly partitionsAtOnce: number
}

/** In milliseconds. */
export interface MemberTimes {
  /** After which the brokers take a member for dead; they allow no less than 6 s by default. */
  readonly session: number
  readonly heartbeat: number
  /** For members that are asked to give their partitions back. */
  readonly rebalance: number
  /** Without a fetch or a heartbeat for so long, the client is taken for dead whatever it says. */
  readonly silence: number
  /** After so long without either, `health` says so: well above a heartbeat, and in time for people. */
  readonly quiet: number
  /** Partitions that were added are found so soon. */
  readonly metadata: number
  /** Before another client is made. */
  readonly again: BackOff
  /** How long a client may take to leave its group. */
  readonly goodbye: number
}

const MEMBER_TIMES: MemberTimes = {
  session: 10_000,
  heartbeat: 1_000,
  rebalance: 15_000,
  silence: 30_000,
  quiet: 5_000,
  metadata: 30_000,
  again: { first: 500, most: 5_000 },
  goodbye: 5_000,
}

export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  /** At least one. */
  readonly batches: readonly FetchedBatch[]
  /** Behind the newest record that is replicated. */
  readonly end: number
}

/** What batches are handled in. */
export interface Visit {
  /** Ends all waiting: the partition is lost, or the member stops. */
  readonly signal: AbortSignal
  /** False once what follows is not ours to handle. */
  readonly goesOn: () => boolean
  /** Called for each offset up to which everything is done with; what is not comes again. */
  readonly done: (offset: number) => void
  /** Nothing more of this partition comes until `resume`. */
  readonly pause: () => void
  /** Tells the group how far it is done. */
  readonly commit: () => Promise<void>
}

export interface MemberHealth {
  readonly state: 'connecting' | 'consuming' | 'waiting' | 'stopped'
  /** What it waits for, or that nothing is heard though it should be; null when nothing is wrong. */
  readonly reason: string | null
}

export class GroupMember {
  readonly #parts: GroupMemberParts
  readonly #times: MemberTimes
  #consumer: Consumer | null = null
  #heard = 0
  #health: MemberHealth = { state: 'connecting', reason: null }

  constructor(parts: GroupMemberParts) {
    this.#parts = parts
    this.#times = { ...MEMBER_TIMES, ...parts.times }
  }

  /** Resolves when the signal came and the group is left; rejects with a failure that is final. */
  async run(stop: AbortSignal): Promise<void> {
    for (let failures = 0; !stop.aborted; failures++) {
      this.#health = { state: 'connecting', reason: this.#health.reason }
      const failure = await this.#session(stop, () => {
        failures = 0
        this.#health = { state: 'consuming', reason: null }
      }).catch(errorOf)
      if (stop.aborted) break
      if (this.#parts.isFinal?.(failure) === true) throw failure
      const reason = rootOf(failure).message
      this.#health = { state: 'waiting', reason }
      this.#parts.lost(reason)
      await pause(backOff(failures, this.#times.again), stop)
    }
    this.#health = { state: 'stopped', reason: null }
  }

  health(): MemberHealth {
    const quiet = this.#quiet()
    if (this.#health.state !== 'consuming' || quiet < this.#times.quiet) return this.#health
    return { state: 'consuming', reason: silentFor(quiet) }
  }

  seek(topic: string, partition: number, offset: number): void {
    this.#consumer?.seek({ topic, partition, offset: String(offset) })
  }

  resume(partitions: readonly { readonly topic: string; readonly partition: number }[]): void {
    try {
      this.#consumer?.resume(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] })))
    } catch {
      // It is being thrown away: the next one begins with no partition paused.
    }
  }

  async commit(offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: string }[]) {
    await this.#consumer?.commitOffsets([...offsets])
  }

  /** Milliseconds since the brokers were last heard. */
  #quiet(): number {
    return this.#parts.monotonic() - this.#heard
  }

  /** One client, from its first connection to its end. Resolves with why it ended. */
  async #session(stop: AbortSignal, onJoined: () => void): Promise<Error> {
    const { silence, heartbeat, goodbye } = this.#times
    const consumer = this.#makeConsumer()
    const over = new AbortController()
    let tenure = new AbortController()
    this.#consumer = consumer
    this.#heard = this.#parts.monotonic()
    const end: { with: (error: Error) => void } = { with: () => undefined }
    const ended = new Promise<Error>((resolve) => (end.with = resolve))
    const stopped = () => end.with(new Error('it was stopped'))
    stop.addEventListener('abort', stopped)
    const watch = setInterval(() => {
      if (this.#quiet() > silence) end.with(new Error(silentFor(this.#quiet())))
    }, heartbeat)
    const beginning = this.#begin(consumer, over.signal, {
      crashed: end.with,
      joined: (partitions) => {
        tenure.abort()
        tenure = new AbortController()
        onJoined()
        this.#parts.joined(partitions, tenure.signal)
      },
      handle: (payload) =>
        this.#visit(payload, AbortSignal.any([tenure.signal, stop])).catch((error: unknown) => {
          // Those of Kafka are for the client to get over: it joins again.
          if (!isKafkaError(error)) end.with(errorOf(error))
          throw error
        }),
    })
    beginning.catch((error: unknown) => end.with(errorOf(error)))
    try {
      return await ended
    } finally {
      stop.removeEventListener('abort', stopped)
      clearInterval(watch)
      over.abort()
      tenure.abort()
      // A client that hangs is left behind: it can do nothing without its tenure.
      await endConsumer(consumer, beginning, goodbye)
      this.#consumer = null
      await this.#parts.left?.()
    }
  }

  async #begin(consumer: Consumer, over: AbortSignal, told: Told): Promise<void> {
    const { topics, fromBeginning, fetch } = this.#parts
    for (const event of ['consumer.fetch', 'consumer.heartbeat', 'consumer.group_join'] as const) {
      consumer.on(event, () => (this.#heard = this.#parts.monotonic()))
    }
    consumer.on('consumer.crash', ({ payload }) => told.crashed(payload.error))
    consumer.on('consumer.group_join', ({ payload: { memberAssignment } }) => {
      if (over.aborted) return
      consumer.resume(Object.entries(memberAssignment).map(([topic, partitions]) => ({ topic, partitions })))
      told.joined(memberAssignment)
    })
    await consumer.connect()
    if (over.aborted) return
    await consumer.subscribe({ topics: [...topics], fromBeginning })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: fetch.partitionsAtOnce,
      eachBatch: told.handle,
    })
  }

  async #visit(payload: EachBatchPayload, outer: AbortSignal): Promise<void> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload
    const { topic, partition } = batch
    const lost = new AbortController()
    const signal = AbortSignal.any([lost.signal, outer])
    const beating = setInterval(() => {
      heartbeat().catch((error: unknown) => lost.abort(error))
    }, this.#times.heartbeat)
    try {
      const goesOn = () => isRunning() && !isStale() && !signal.aborted
      if (!goesOn()) return
      await this.#parts.handle(
        { topic, partition, batches: fetchedBatches(batch), end: Number(batch.highWatermark) },
        {
          signal,
          goesOn,
          done: (offset) => resolveOffset(String(offset)),
          pause: () => void payload.pause(),
          commit: () => payload.commitOffsetsIfNecessary(payload.uncommittedOffsets()),
        },
      )
    } finally {
      clearInterval(beating)
    }
    if (lost.signal.aborted) throw errorOf(lost.signal.reason)
  }

  #makeConsumer(): Consumer {
    const { settings, group, fetch, ...options } = this.#parts
    const { session, heartbeat, rebalance, metadata } = this.#times
    return kafkaClient(settings, options).consumer({
      groupId: group,
      sessionTimeout: session,
      heartbeatInterval: heartbeat,
      rebalanceTimeout: rebalance,
      metadataMaxAge: metadata,
      maxWaitTimeInMs: fetch.wait,
      maxBytesPerPartition: fetch.bytes,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
    })
  }
}

interface Told {
  readonly crashed: (error: Error) => void
  readonly joined: (partitions: Assignment) => void
  readonly handle: (payload: EachBatchPayload) => Promise<void>
}

function silentFor(millis: number): string {
  return `the brokers have been silent for ${String(Math.round(millis / 1_000))} s`
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** kafkajs wraps the reason in errors of its own, several deep. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error
}
