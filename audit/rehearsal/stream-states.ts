/**
 * The states of streams under two readings of their events. As long as both have led to equal states one is kept, and
 * each event that is read differently is folded onto it twice; a stream whose states differ is reported and forgotten.
 */
import type { DomainEvent } from '../../schemas/events.ts'
import { compareValues, sameValue, type ValueDifference } from '../../contract/diff/compare-values.ts'
import type { Position } from '../../store/commit/command.ts'
import type { SpilledEvents } from '../spill/spilled-events.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { aggregateOf } from '../../domain/aggregates.ts'
import { shownValue } from './shown-value.ts'

export interface StateSample {
  readonly stream: string
  readonly position: Position
  /** Where in the state. */
  readonly path: string
  readonly was: string | null
  readonly is: string | null
}

export interface StatesSeen {
  readonly folded: number
  readonly different: number
  /** Not folded to their end: one of their events cannot be read. */
  readonly unfolded: number
  /** The first ones. */
  readonly samples: readonly StateSample[]
}

const SAMPLES = 5

export class StreamStates {
  readonly #limit: number
  readonly #open: ReadonlySet<string>
  readonly #states = new Map<string, unknown>()
  #samples: readonly StateSample[] = []
  #folded = 0
  #different = 0
  #unfolded = 0
  /** Where events of streams go that found no room; null once these are folded. */
  #spilled: SpilledEvents | null
  #full = false

  /** Keeps at most `limit` states until `refold`; `open` are texts that may be shown. */
  constructor(limit: number, open: ReadonlySet<string>, spilled: SpilledEvents) {
    this.#limit = limit
    this.#open = open
    this.#spilled = spilled
  }

  /** Whether to fold an event now. */
  takes(stored: RecordedEvent): boolean {
    const { stream, version } = stored
    if (this.#states.has(stream)) return true
    const aggregate = aggregateOf(stream)
    if (aggregate === undefined) return false
    if (this.#spilled !== null) {
      // Room that is made later stays empty: a stream that found none was spilled, and would be folded from its middle.
      this.#full ||= this.#states.size >= this.#limit
      if (this.#full) {
        this.#spilled.add(stored)
        return false
      }
    }
    if (version > 1) return false
    this.#states.set(stream, aggregate.initial)
    this.#folded++
    return true
  }

  /** Forgets all states, and takes every stream from its first event: before each part of what was spilled. */
  refold(): void {
    this.#states.clear()
    this.#spilled = null
  }

  /** Folds an event that `takes` took. Why the state cannot be made of the proposed reading; null: it can. */
  fold(stored: RecordedEvent, today: readonly DomainEvent[], proposed: readonly DomainEvent[]): string | null {
    const { stream } = stored
    const aggregate = aggregateOf(stream)
    const before = this.#states.get(stream)
    const next = (events: readonly DomainEvent[]): unknown =>
      events.reduce((state, event) => aggregate?.evolve(state, event), before)
    const was = attempt(() => next(today))
    if (!was.ok) {
      // A stream that cannot be folded today is for `verify` to report.
      this.leave(stream)
      return null
    }
    if (proposed === today) {
      this.#states.set(stream, was.state)
      return null
    }
    const is = attempt(() => next(proposed))
    if (!is.ok) {
      this.leave(stream)
      return `the state of ${stream}: ${is.message}`
    }
    if (sameValue(was.state, is.state)) this.#states.set(stream, was.state)
    else this.#differ(stored, was.state, is.state)
    return null
  }

  /** Its state is not known from here on. */
  leave(stream: string): void {
    if (this.#states.delete(stream)) this.#unfolded++
  }

  #differ({ stream, position }: RecordedEvent, was: unknown, is: unknown): void {
    this.#different++
    this.#states.delete(stream)
    const last = this.#samples.at(-1)
    if (last !== undefined && this.#samples.length >= SAMPLES && last.position < position) return
    const found: ValueDifference[] = []
    compareValues(was, is, (difference) => found.push(difference))
    const [first] = found
    if (first === undefined) throw new Error('states that differ have a difference')
    // A property that was not there is something else than one that is null.
    const shown = (value: unknown) => (value === undefined ? 'nothing' : shownValue(value, stream, this.#open))
    const sample = { stream, position, path: first.path, was: shown(first.was), is: shown(first.is) }
    const sorted = [...this.#samples, sample].sort((one, other) => one.position - other.position)
    this.#samples = sorted.slice(0, SAMPLES)
  }

  seen(): StatesSeen {
    return {
      folded: this.#folded,
      different: this.#different,
      unfolded: this.#unfolded,
      samples: this.#samples,
    }
  }
}

type Attempt = { readonly ok: true; readonly state: unknown } | { readonly ok: false; readonly message: string }

function attempt(work: () => unknown): Attempt {
  try {
    return { ok: true, state: work() }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
