/** Counts what became of the lines that were produced. */
import type { TopicName } from '../../kafka/topics/topics.ts'
import { LatencyHistogram } from '../load/latency-histogram.ts'
import { LinesNotTaken } from '../load/lines-not-taken.ts'
import { grouped } from '../output/report.ts'

/** What `produce` prints: with --json this and what stands beside it. */
export interface ProduceReport {
  /** Lines that are not empty. */
  readonly read: number
  /** Stored by all brokers that have to. */
  readonly acked: number
  readonly invalid: number
  /** What user events cannot have: lines of unknown types, and properties of others; how many of each, the first 100 names. */
  readonly leftOut: {
    readonly types: Readonly<Record<string, number>>
    readonly properties: Readonly<Record<string, number>>
  }
  /** Taken from the file for each topic. */
  readonly topics: Readonly<Record<string, number>>
  readonly sends: number
  /** Sends that failed and were repeated by another producer. */
  readonly retries: number
  readonly seconds: number
  readonly ratePerSecond: number
  /** Of one send of up to 500 messages. */
  readonly sendMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

export class ProduceTally {
  readonly notSent = new LinesNotTaken()
  readonly #note: (line: string) => void
  readonly #latency = new LatencyHistogram()
  readonly #topics = new Map<TopicName, number>()
  readonly #begun = performance.now()
  #acked = 0
  #invalid = 0
  #retries = 0
  #lastReason = ''
  #linesLeftOut = 0
  readonly #types = new Map<string, number>()
  readonly #properties = new Map<string, number>()

  /** `note`: called for each new reason why something has to be sent again. */
  constructor(note: (line: string) => void) {
    this.#note = note
  }

  taken(topic: TopicName): void {
    this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1)
  }

  invalid(line: number, message: string): void {
    this.#invalid += 1
    this.notSent.note(line, { outcome: 'invalid', faults: [{ pointer: '', message }] })
  }

  leftOutLine(type: string): void {
    this.#linesLeftOut += 1
    count(this.#types, type)
  }

  leftOutOf(properties: readonly string[]): void {
    for (const property of properties) count(this.#properties, property)
  }

  acked(count: number, milliseconds: number): void {
    this.#acked += count
    this.#latency.record(milliseconds)
  }

  retried(reason: string): void {
    this.#retries += 1
    if (reason !== this.#lastReason) this.#note(`retrying: ${reason}`)
    this.#lastReason = reason
  }

  report(): ProduceReport {
    const seconds = (performance.now() - this.#begun) / 1_000
    const latency = (percent: number) => rounded(this.#latency.percentile(percent))
    return {
      read: [...this.#topics.values()].reduce((sum, count) => sum + count, 0) + this.#invalid + this.#linesLeftOut,
      acked: this.#acked,
      invalid: this.#invalid,
      leftOut: { types: Object.fromEntries(this.#types), properties: Object.fromEntries(this.#properties) },
      topics: Object.fromEntries(this.#topics),
      sends: this.#latency.count,
      retries: this.#retries,
      seconds: rounded(seconds),
      ratePerSecond: Math.round(this.#acked / seconds),
      sendMs: { p50: latency(50), p99: latency(99), max: rounded(this.#latency.max) },
    }
  }
}

/** Names come from files: what is counted must not grow with them. */
const MOST_NAMES = 100

function count(counts: Map<string, number>, name: string): void {
  const known = counts.get(name)
  if (known !== undefined || counts.size < MOST_NAMES) counts.set(name, (known ?? 0) + 1)
}

function named(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join(', ')
}

export function produceRows(report: ProduceReport): readonly (readonly [string, string])[] {
  const { read, acked, invalid, leftOut, topics, sends, retries, seconds, ratePerSecond, sendMs } = report
  const perTopic = Object.entries(topics).map(([topic, count]) => `${topic} ${grouped(count)}`)
  return [
    ['lines', grouped(read)],
    ['acked', perTopic.length === 0 ? grouped(acked) : `${grouped(acked)} (of ${perTopic.join(', ')})`],
    ...(invalid > 0 ? [['not sent', grouped(invalid)] as const] : []),
    ...(Object.keys(leftOut.types).length > 0 ? [['types left out', named(leftOut.types)] as const] : []),
    ...(Object.keys(leftOut.properties).length > 0 ? [['left out', named(leftOut.properties)] as const] : []),
    ['rate', `${grouped(ratePerSecond)} a second, ${seconds.toFixed(1)} s`],
    ['send', `p50 ${sendMs.p50} ms, p99 ${sendMs.p99} ms, max ${sendMs.max} ms (${grouped(sends)} sends)`],
    ...(retries > 0 ? [['retried', `${grouped(retries)} sends`] as const] : []),
  ]
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
