/** Counts what became of the stored events of one version of one event when they were read as proposed. */
import type { ValueDifference } from '../../contract/diff/compare-values.ts'
import type { Position } from '../../store/commit/command.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { shownValue } from './shown-value.ts'

/** What may be shown of an event. */
export interface Place {
  readonly position: Position
  readonly stream: string
}

export interface PathReport {
  readonly path: string
  readonly kind: ValueDifference['kind']
  /** Events in which it is so. */
  readonly events: number
  /** The first of them: a value as text, null for none. */
  readonly example: Place & { readonly was: string | null; readonly is: string | null }
}

export type Stage = 'decode' | 'fold' | 'project'

/** Events by what could not be done with them: read their bytes, fold them into a state, project them into rows. */
export type Failed = { readonly [S in Stage]: number }

export interface FirstFailure extends Place {
  readonly stage: Stage
  /** Empty when it is not known where. */
  readonly path: string
  readonly message: string
}

export interface VersionReport {
  readonly event: string
  readonly version: number
  /** Stored events of it. */
  readonly events: number
  readonly decoded: number
  /** Of those that were decoded: how many then say something else where both readings have a value. */
  readonly changed: number
  readonly failed: Failed
  readonly paths: readonly PathReport[]
  readonly failure: FirstFailure | null
}

interface MutablePath {
  readonly path: string
  readonly kind: ValueDifference['kind']
  events: number
  last: Position
  readonly example: PathReport['example']
}

/** Keys of maps are places too: no report gets longer than this. */
const PATHS = 100

export class VersionTally {
  readonly #event: string
  readonly #version: number
  /** Texts that anybody may see: symbols of enums. */
  readonly #symbols: ReadonlySet<string>
  readonly #paths = new Map<string, MutablePath>()
  #decoded = 0
  #changed = 0
  #changedLast: Position = 0
  readonly #failed: { [S in Stage]: number } = { decode: 0, fold: 0, project: 0 }
  #failure: FirstFailure | null = null

  constructor(event: string, version: number, symbols: ReadonlySet<string>) {
    this.#event = event
    this.#version = version
    this.#symbols = symbols
  }

  decoded(): void {
    this.#decoded++
  }

  differs(stored: RecordedEvent, { path, kind, was, is }: ValueDifference): void {
    const { position, stream } = stored
    if (kind === 'changed' && this.#changedLast !== position) {
      this.#changedLast = position
      this.#changed++
    }
    const name = `${kind} ${path}`
    const seen = this.#paths.get(name)
    if (seen === undefined) {
      if (this.#paths.size >= PATHS) return
      const texts = { was: shownValue(was, stream, this.#symbols), is: shownValue(is, stream, this.#symbols) }
      const example = { position, stream, ...texts }
      this.#paths.set(name, { path, kind, events: 1, last: position, example })
    } else if (seen.last !== position) {
      seen.last = position
      seen.events++
    }
  }

  failed(stored: RecordedEvent, stage: Stage, path: string, message: string): void {
    const { position, stream } = stored
    this.#failed[stage]++
    this.#failure ??= { position, stream, stage, path, message }
  }

  report(): VersionReport {
    return {
      event: this.#event,
      version: this.#version,
      events: this.#decoded + this.#failed.decode,
      decoded: this.#decoded,
      changed: this.#changed,
      failed: { ...this.#failed },
      paths: [...this.#paths.values()].map(({ path, kind, events, example }) => ({ path, kind, events, example })),
      failure: this.#failure,
    }
  }
}
