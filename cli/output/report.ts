/** Counts what became of everything that was sent, and says it at the end. */
import { LatencyHistogram } from '../load/latency-histogram.ts'
import type { Delivery } from '../load/delivery.ts'

/** What a load command prints: with --json exactly this. */
export interface DeliveryReport {
  /** Everything that was answered, or given up: the sum of the five counts below it. */
  readonly sent: number
  readonly accepted: number
  readonly alreadyThere: number
  readonly refused: number
  readonly invalid: number
  readonly failed: number
  /** Refusals by the code of the problem, most frequent first. */
  readonly refusedBy: Readonly<Record<string, number>>
  /** Failures by their reason, most frequent first. */
  readonly failedBy: Readonly<Record<string, number>>
  readonly seconds: number
  /** Answers a second, of whatever kind. */
  readonly ratePerSecond: number
  /** From the moment a request was due, all attempts and pauses included, to its answer. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
}

export class DeliveryTally {
  readonly #counts: Record<Delivery['outcome'], number> = {
    accepted: 0,
    'already-there': 0,
    refused: 0,
    invalid: 0,
    failed: 0,
  }
  readonly #refusedBy = new Map<string, number>()
  readonly #failedBy = new Map<string, number>()
  readonly #latency = new LatencyHistogram()

  /** Counts one delivery that took this many milliseconds. */
  count(delivery: Delivery, millis: number): void {
    this.#counts[delivery.outcome] += 1
    if (delivery.outcome === 'refused') increment(this.#refusedBy, delivery.reason)
    if (delivery.outcome === 'failed') increment(this.#failedBy, delivery.reason)
    // What was given up has no answer, so no latency; it stands in the report as failed.
    if (delivery.outcome !== 'failed') this.#latency.record(millis)
  }

  /** Counts a record that was not worth sending. */
  countUnsent(): void {
    this.#counts.invalid += 1
  }

  /** So far; `millis` is how long it took. */
  report(millis: number): DeliveryReport {
    const { accepted, refused, invalid, failed, 'already-there': alreadyThere } = this.#counts
    const sent = accepted + alreadyThere + refused + invalid + failed
    const seconds = millis / 1_000
    const latency = this.#latency
    return {
      sent,
      accepted,
      alreadyThere,
      refused,
      invalid,
      failed,
      refusedBy: byCount(this.#refusedBy),
      failedBy: byCount(this.#failedBy),
      seconds: rounded(seconds),
      ratePerSecond: seconds === 0 ? 0 : rounded(sent / seconds),
      latencyMs: {
        p50: rounded(latency.percentile(50)),
        p90: rounded(latency.percentile(90)),
        p99: rounded(latency.percentile(99)),
        max: rounded(latency.max),
      },
    }
  }
}

/** The report as rows of a table: what, how many, and the reasons. */
export function reportRows(report: DeliveryReport): readonly (readonly [string, string])[] {
  const { p50, p90, p99, max } = report.latencyMs
  const present: readonly (readonly [string, number, string])[] = [
    ['already there', report.alreadyThere, ''],
    ['refused', report.refused, reasons(report.refusedBy)],
    ['invalid', report.invalid, ''],
    ['failed', report.failed, reasons(report.failedBy)],
  ]
  return [
    ['sent', grouped(report.sent)],
    ['accepted', grouped(report.accepted)],
    ...present
      .filter(([, count]) => count > 0)
      .map(([name, count, why]) => [name, why === '' ? grouped(count) : `${grouped(count)} (${why})`] as const),
    ['rate', `${grouped(Math.round(report.ratePerSecond))} a second, ${report.seconds.toFixed(1)} s`],
    ['latency', `p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, max ${max} ms`],
  ]
}

function reasons(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ${grouped(count)}`)
    .join(', ')
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function byCount(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one))
}

/** A number with its thousands apart, the same on every machine. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
