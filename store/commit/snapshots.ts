/** Writes snapshots of long streams, off the hot path: they only save time, so a lost one costs nothing but time. */
import type pg from 'pg'
import { int4Array, textArray } from '../postgres/binary-array.ts'
import { aggregateFor } from './fold-event.ts'
import type { StreamState } from './stream-cache.ts'

/** Events of a stream between two snapshots. */
const INTERVAL = 500

export class SnapshotWriter {
  readonly #pool: pg.Pool
  readonly #onError: (error: unknown) => void
  #due = new Map<string, StreamState>()
  #writing: Promise<void> | null = null

  constructor(pool: pg.Pool, onError: (error: unknown) => void) {
    this.#pool = pool
    this.#onError = onError
  }

  /** Notes a committed state; it is written when the stream has grown past a multiple of the interval since `before`. */
  note(stream: string, before: number, after: StreamState): void {
    if (Math.floor(after.version / INTERVAL) === Math.floor(before / INTERVAL)) return
    this.#due.set(stream, after)
    this.#writing ??= this.#write()
  }

  /** Resolves when everything noted so far is written, or has failed. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#due.size > 0) {
      const due = [...this.#due]
      this.#due = new Map()
      try {
        await writeSnapshots(this.#pool, due)
      } catch (error) {
        this.#onError(error)
      }
    }
    // In the same breath as the last look at what is due: a state noted later starts again.
    this.#writing = null
  }
}

async function writeSnapshots(pool: pg.Pool, due: readonly (readonly [string, StreamState])[]): Promise<void> {
  await pool.query({
    name: 'write-snapshots',
    // A slower process must not put an older state over a newer one.
    text: `insert into log.snapshots as kept (stream, fold, version, state)
      select stream, fold, version, state::jsonb
      from unnest($1::text[], $2::int[], $3::int[], $4::text[]) as new(stream, fold, version, state)
      on conflict (stream, fold) do update set version = excluded.version, state = excluded.state
      where kept.version < excluded.version`,
    values: [
      textArray(due.map(([stream]) => stream)),
      int4Array(due.map(([stream]) => aggregateFor(stream).fold)),
      int4Array(due.map(([, { version }]) => version)),
      textArray(due.map(([, { state }]) => JSON.stringify(state))),
    ],
  })
}
