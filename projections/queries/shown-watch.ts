/**
 * Read your own write: waits until a view shows what a command has just written. All who wait for one view share one look
 * at its checkpoint, and each look serves all who came before it.
 */
import type { Position } from '../../store/commit/command.ts'
import type { Progress } from '../live/progress.ts'
import type { ViewReader } from './view-reader.ts'

const BOUND_MS = 5_000

/** A notice may be lost with its connection, so the checkpoint itself is looked at this often. */
const LOOK_MS = 500

export interface ShownWatchParts {
  readonly projection: string
  readonly reader: ViewReader
  readonly progress: Progress
  /** Of the log, as the database has it now. */
  readonly head: () => Promise<Position>
}

interface Waiting {
  readonly position: Position
  /** Nothing was looked at since it came. */
  isNew: boolean
  readonly shown: (is: boolean) => void
  readonly failed: (error: unknown) => void
}

export class ShownWatch {
  readonly #parts: ShownWatchParts
  readonly #waiting = new Set<Waiting>()
  #joined = new AbortController()
  #watching = false

  constructor(parts: ShownWatchParts) {
    this.#parts = parts
  }

  /**
   * Resolves with true as soon as the projection's committed position is there; with false after 5 s, when `signal`
   * aborts, and at once where the log itself does not reach so far. Rejects when the database cannot be asked.
   */
  async waitFor(position: Position, signal: AbortSignal | undefined): Promise<boolean> {
    const { projection, reader, progress } = this.#parts
    if (progress.position(projection, await reader.generation()) >= position) return true
    const bound = AbortSignal.timeout(BOUND_MS)
    const end = signal === undefined ? bound : AbortSignal.any([bound, signal])
    if (end.aborted) return false
    return new Promise<boolean>((resolve, reject) => {
      const leave = (): void => settle(() => resolve(false))
      const settle = (how: () => void): void => {
        end.removeEventListener('abort', leave)
        this.#waiting.delete(waiting)
        how()
      }
      const waiting: Waiting = {
        position,
        isNew: true,
        shown: (is) => settle(() => resolve(is)),
        failed: (error) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
      }
      end.addEventListener('abort', leave)
      this.#waiting.add(waiting)
      this.#joined.abort()
      if (!this.#watching) void this.#watch()
    })
  }

  async #watch(): Promise<void> {
    const { projection, reader, progress } = this.#parts
    this.#watching = true
    try {
      while (this.#waiting.size > 0) {
        this.#joined = new AbortController()
        await this.#look()
        for (let lowest = this.#lowest(); lowest !== null; lowest = this.#lowest()) {
          const notice = { projection, generation: await reader.generation(), position: lowest }
          await progress.heard(notice, LOOK_MS, this.#joined.signal)
          const heard = progress.position(projection, notice.generation)
          if (heard < lowest) break
          this.#settle(heard, null)
        }
      }
    } catch (error) {
      for (const waiting of [...this.#waiting]) waiting.failed(error)
    } finally {
      this.#watching = false
    }
  }

  #lowest(): Position | null {
    let lowest: Position | null = null
    for (const { position } of this.#waiting) if (lowest === null || position < lowest) lowest = position
    return lowest
  }

  async #look(): Promise<void> {
    const looked = [...this.#waiting]
    const position = await this.#parts.reader.position()
    const head = looked.some(({ isNew }) => isNew) ? await this.#parts.head() : null
    for (const waiting of looked) waiting.isNew = false
    this.#settle(position, head === null ? null : { head, looked })
  }

  /** `beyond`: who was there before the head was asked for, and waits for nothing when it is behind them. */
  #settle(position: Position, beyond: { readonly head: Position; readonly looked: readonly Waiting[] } | null): void {
    for (const waiting of [...this.#waiting]) if (waiting.position <= position) waiting.shown(true)
    if (beyond === null) return
    for (const waiting of beyond.looked) {
      if (waiting.position > beyond.head && this.#waiting.has(waiting)) waiting.shown(false)
    }
  }
}
