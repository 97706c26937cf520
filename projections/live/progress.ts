/** How far the projections got, as far as this process heard: from its own projector, and from others by NOTIFY. */
import type { Position } from '../../store/commit/command.ts'

/** The channel on which each commit of a batch is told. */
export const PROGRESS_CHANNEL = 'views'

export interface ProgressNotice {
  readonly projection: string
  readonly generation: number
  readonly position: Position
}

interface Sample {
  readonly at: number
  readonly position: Position
}

interface Course {
  position: Position
  /** Oldest first, of the last RATE_WINDOW_MS. */
  samples: Sample[]
  readonly waiting: Set<Waiting>
}

interface Waiting {
  readonly position: Position
  readonly wake: () => void
}

const RATE_WINDOW_MS = 10_000
/** At 40 samples a window the rate is exact enough, and a busy projection costs no more than a quiet one. */
const SAMPLE_MS = 250

/** A hint and a measure, never the truth: that is the checkpoint. */
export class Progress {
  readonly #clock: () => number
  readonly #courses = new Map<string, Course>()

  /** `clock`: milliseconds since 1970. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** A commit became known; the same one may be told twice, by our own projector and by NOTIFY. */
  moved({ projection, generation, position }: ProgressNotice): void {
    const course = this.#course(projection, generation)
    if (position <= course.position) return
    course.position = position
    sample(course.samples, { at: this.#clock(), position })
    for (const waiting of course.waiting) if (position >= waiting.position) waiting.wake()
  }

  /** As `moved`, from the payload of a notification; one that is none of ours is ignored. */
  notified(payload: string): void {
    const notice = parseNotice(payload)
    if (notice !== null) this.moved(notice)
  }

  /** 0 when nothing was heard yet. */
  position(projection: string, generation: number): Position {
    return this.#course(projection, generation).position
  }

  /** Events a second over the last 10 s. */
  rate(projection: string, generation: number): number {
    const { samples } = this.#course(projection, generation)
    const now = this.#clock()
    const first = samples.find(({ at }) => at > now - RATE_WINDOW_MS)
    const last = samples.at(-1)
    if (first === undefined || last === undefined || now <= first.at) return 0
    return Math.round(((last.position - first.position) * 1_000) / (now - first.at))
  }

  /** Resolves when the position is heard of, when `signal` aborts, or after `millis`: the caller looks what it was. */
  async heard(notice: ProgressNotice, millis: number, signal: AbortSignal): Promise<void> {
    const { waiting, position } = this.#course(notice.projection, notice.generation)
    if (position >= notice.position || signal.aborted) return
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        waiting.delete(entry)
        resolve()
      }
      const entry = { position: notice.position, wake }
      const timer = setTimeout(wake, millis)
      signal.addEventListener('abort', wake)
      waiting.add(entry)
    })
  }

  #course(projection: string, generation: number): Course {
    const name = `${projection} ${String(generation)}`
    let course = this.#courses.get(name)
    if (course === undefined) {
      course = { position: 0, samples: [], waiting: new Set() }
      this.#courses.set(name, course)
    }
    return course
  }
}

function sample(samples: Sample[], newest: Sample): void {
  while (samples.length > 1 && (samples[0]?.at ?? 0) < newest.at - RATE_WINDOW_MS) samples.shift()
  // The newest stands for all of its quarter of a second; the one before it stays, or nothing would ever be kept.
  const former = samples.at(-2)
  if (former !== undefined && newest.at - former.at < SAMPLE_MS) samples.pop()
  samples.push(newest)
}

function parseNotice(payload: string): ProgressNotice | null {
  try {
    const { projection, generation, position } = JSON.parse(payload) as ProgressNotice
    const ours = typeof projection === 'string' && Number.isSafeInteger(generation) && Number.isSafeInteger(position)
    return ours ? { projection, generation, position } : null
  } catch {
    return null
  }
}
