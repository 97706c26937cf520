/** How far the projections got, as far as this process heard: from its own projector, and from others by NOTIFY. */
import type { Position } from '../../store/commit/command.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { RateMeter } from '../../store/waiting/rate-meter.ts'

/** The channel that notifies of each commit of a batch. */
export const PROGRESS_CHANNEL = 'views'

export interface ProgressNotice {
  readonly projection: string
  readonly generation: number
  readonly position: Position
}

interface Course {
  position: Position
  readonly rate: RateMeter
  readonly waiting: Set<Waiting>
}

interface Waiting {
  readonly position: Position
  readonly reached: LatchedSignal
}

const RATE_WINDOW_MS = 10_000

/** A hint and a measure, never the truth: that is the checkpoint. */
export class Progress {
  readonly #clock: () => number
  readonly #courses = new Map<string, Course>()
  readonly #listening = new Set<(notice: ProgressNotice) => void>()

  /** `clock`: milliseconds since 1970. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Reports each commit as it becomes known. */
  onMoved(heard: (notice: ProgressNotice) => void): void {
    this.#listening.add(heard)
  }

  /** A commit became known; the same one may be reported twice, by our own projector and by NOTIFY. */
  moved({ projection, generation, position }: ProgressNotice): void {
    const course = this.#course(projection, generation)
    if (position <= course.position) return
    course.position = position
    course.rate.count(position)
    for (const waiting of course.waiting) if (position >= waiting.position) waiting.reached.wake()
    for (const heard of this.#listening) heard({ projection, generation, position })
  }

  /** As `moved`, from the payload of a notification; one that is none of ours is ignored. */
  notified(payload: string): void {
    for (const notice of parseNotices(payload)) this.moved(notice)
  }

  /** 0 when nothing was heard yet. */
  position(projection: string, generation: number): Position {
    return this.#course(projection, generation).position
  }

  /** Events a second over the last 10 s. */
  rate(projection: string, generation: number): number {
    return Math.round(this.#course(projection, generation).rate.perSecond())
  }

  /** Resolves when the position is heard of, when `signal` aborts, or after `millis`: the caller looks what it was. */
  async heard(notice: ProgressNotice, millis: number, signal: AbortSignal): Promise<void> {
    const { waiting, position } = this.#course(notice.projection, notice.generation)
    if (position >= notice.position) return
    const awaited = { position: notice.position, reached: new LatchedSignal() }
    waiting.add(awaited)
    await awaited.reached.wait(millis, { count: 0, signal })
    waiting.delete(awaited)
  }

  #course(projection: string, generation: number): Course {
    const name = `${projection} ${String(generation)}`
    let course = this.#courses.get(name)
    if (course === undefined) {
      const rate = new RateMeter({ now: this.#clock, windowMs: RATE_WINDOW_MS, from: null })
      course = { position: 0, rate, waiting: new Set() }
      this.#courses.set(name, course)
    }
    return course
  }
}

/** The payload of a notification: these generations, one of each projection, moved to the position. */
export function progressNotice(
  position: Position,
  projections: readonly string[],
  generations: readonly number[],
): string {
  return JSON.stringify({
    position,
    generations: Object.fromEntries(projections.map((name, index) => [name, generations[index]])),
  })
}

function parseNotices(payload: string): readonly ProgressNotice[] {
  try {
    const { position, generations } = JSON.parse(payload) as {
      readonly position: Position
      readonly generations: Readonly<Record<string, number>>
    }
    const notices = Object.entries(generations).map(([projection, generation]) => ({
      projection,
      generation,
      position,
    }))
    const ours = Number.isSafeInteger(position) && notices.every(({ generation }) => Number.isSafeInteger(generation))
    return ours ? notices : []
  } catch {
    return []
  }
}
