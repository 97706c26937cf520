/**
 * How far the reactor `fraud` has scored, for the one that charges in the same process: all reactors share one lease. It is
 * asked here and not at the checkpoint, which is written once a second where nothing looks like fraud.
 *
 *   waited for --scored, and its alert raised--> passed
 *              --paused, stopped, over a second behind, or a second is over--> passed all the same
 */
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'

const MOST_WAIT_MS = 1_000
/** For so long it is believed whether the reactor works. */
const ASKED_EVERY_MS = 250

export class ScoringProgress {
  readonly #pool: Pick<Pool, 'query'>
  readonly #monotonic: () => number
  #position: Position = 0
  /** Positions of attempts that an alert has to be raised for. */
  #raising = new Set<Position>()
  readonly #waiting = new Set<{ readonly position: Position; readonly pass: () => void }>()
  #asked: { readonly at: number; readonly away: Promise<boolean> } | null = null

  constructor(pool: Pick<Pool, 'query'>, monotonic: () => number) {
    this.#pool = pool
    this.#monotonic = monotonic
  }

  /** The reactor begins behind its checkpoint. Alerts that it was to raise before are still to be raised. */
  async begin(checkpoint: Position): Promise<void> {
    const { rows } = await this.#pool.query<{ position: string }>(
      `select position from log.due where reactor = 'fraud' and failure is null`,
    )
    this.#raising = new Set(rows.map(({ position }) => Number(position)))
    this.#asked = null
    this.reached(checkpoint)
  }

  /** The attempt that was asked for at this position raises an alert. */
  raising(position: Position): void {
    this.#raising.add(position)
  }

  /** Its alert is raised, or cannot be. */
  raised(position: Position): void {
    this.#raising.delete(position)
    this.#wake()
  }

  /** All events up to here are scored. */
  reached(position: Position): void {
    this.#position = position
    this.#wake()
  }

  /** Resolves when the attempt that was asked for at this position is scored, or nobody should wait for that any longer. */
  async passed(position: Position): Promise<void> {
    if (this.#isPast(position) || (await this.#isAway()) || this.#isPast(position)) return
    await new Promise<void>((resolve) => {
      const waiting = {
        position,
        pass: () => {
          clearTimeout(timer)
          this.#waiting.delete(waiting)
          resolve()
        },
      }
      const timer = setTimeout(waiting.pass, MOST_WAIT_MS)
      this.#waiting.add(waiting)
    })
  }

  #isPast(position: Position): boolean {
    return position <= this.#position && !this.#raising.has(position)
  }

  #wake(): void {
    for (const { position, pass } of [...this.#waiting]) if (this.#isPast(position)) pass()
  }

  #isAway(): Promise<boolean> {
    const now = this.#monotonic()
    if (this.#asked === null || now - this.#asked.at > ASKED_EVERY_MS)
      this.#asked = { at: now, away: this.#askWhetherAway() }
    return this.#asked.away
  }

  async #askWhetherAway(): Promise<boolean> {
    try {
      const { rows } = await this.#pool.query<{ away: boolean }>({
        name: 'fraud-away',
        text: `select paused is not null or failure is not null or exists (
            select from log.events where position = $1::bigint + 1 and recorded_at < clock_timestamp() - interval '1 second'
          ) as away
          from log.reactors where name = 'fraud'`,
        values: [this.#position],
      })
      return rows[0]?.away ?? true
    } catch {
      return true
    }
  }
}
