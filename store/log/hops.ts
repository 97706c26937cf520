/**
 * When this process decided, committed, published, showed and pushed the newest events: measured by its own clock, kept in
 * its memory alone, and in no table (law 7). All its threads write to one buffer; each hop has one writer at a time.
 */
import type { Position } from '../commit/command.ts'

/** In the order in which an event passes them. */
export const HOPS = ['decided', 'committed', 'published', 'projected', 'pushed'] as const

export type Hop = (typeof HOPS)[number]

/** Milliseconds since 1970, with their fractions; null where this process was not the one, or it is too long ago. */
export type HopTimes = Readonly<Record<Hop, number | null>>

/** Positions that are kept: the newest of each hop. */
const KEPT = 100_000
/** A position and its time. A time is believed only beside its position: slots are used again. */
const SLOT = 2

const offsets: Readonly<Record<Hop, number>> = {
  ...{ decided: 0, committed: KEPT * SLOT, published: 2 * KEPT * SLOT },
  ...{ projected: 3 * KEPT * SLOT, pushed: 4 * KEPT * SLOT },
}

export class Hops {
  /** To be handed to the threads of the process. */
  readonly buffer: SharedArrayBuffer
  readonly #slots: Float64Array

  constructor(buffer = new SharedArrayBuffer(HOPS.length * KEPT * SLOT * Float64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#slots = new Float64Array(buffer)
  }

  /** The events behind `after`, up to `to`. */
  mark(hop: Hop, { after, to }: { readonly after: Position; readonly to: Position }, at: number): void {
    for (let position = Math.max(after, to - KEPT) + 1; position <= to; position++) this.markOne(hop, position, at)
  }

  markOne(hop: Hop, position: Position, at: number): void {
    const slot = offsets[hop] + (position % KEPT) * SLOT
    this.#slots[slot] = 0
    this.#slots[slot + 1] = at
    this.#slots[slot] = position
  }

  of(position: Position): HopTimes {
    const at = (hop: Hop): number | null => {
      const slot = offsets[hop] + (position % KEPT) * SLOT
      return this.#slots[slot] === position ? (this.#slots[slot + 1] ?? null) : null
    }
    return {
      ...{ decided: at('decided'), committed: at('committed'), published: at('published') },
      ...{ projected: at('projected'), pushed: at('pushed') },
    }
  }
}
