/** Which items events change: a projection's `apply` is asked, and of what it does only the keys are kept. */
import { setImmediate } from 'node:timers/promises'
import type { Position } from '../../store/commit/command.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { decodeEvent, foldEvent } from '../live/read-batch.ts'
import type { Projected, Projection, Rows, Table } from '../projection.ts'
import { toKey, type Key, type KeyValue } from '../row-key.ts'

/** Of the item that shows a row; null: none does. */
export type ItemKey = (table: Table, key: Key) => Key | null

/** What a stretch of the log changed. */
export interface Changed {
  /** Of each item that changed the position of its last change, in the order of these. */
  readonly last: ReadonlyMap<Key, Position>
  /** How many events changed any. */
  readonly events: number
}

/** Decoding and folding this many takes a millisecond or two; then requests that wait in this process get their turn. */
const SLICE = 250

export class ChangedKeys {
  readonly #projection: Projection
  readonly #itemKey: ItemKey
  /** Types that were read and do not concern the projection: they are not read again. */
  readonly #passed = new Set<string>()

  constructor(projection: Projection, itemKey: ItemKey) {
    this.#projection = projection
    this.#itemKey = itemKey
  }

  /** Of events in log order. Rejects with DecodeError when this release cannot read one that the projection needs. */
  async of(events: readonly RecordedEvent[]): Promise<Changed> {
    const notes = new Notes(this.#itemKey)
    let concerning = 0
    for (const event of events) {
      if (this.#passed.has(event.type)) continue
      this.#note(event, notes)
      concerning += 1
      if (concerning % SLICE === 0) await setImmediate()
    }
    return notes
  }

  #note(event: RecordedEvent, notes: Notes): void {
    const logged = decodeEvent(event)
    if ('event' in logged && !this.#projection.handles.includes(logged.event.type)) {
      this.#passed.add(event.type)
      return
    }
    notes.begin(event.position)
    foldEvent(this.#projection, notes, logged)
    notes.end()
  }
}

type Named = KeyValue | readonly KeyValue[]

/** Keeps keys where a fold keeps columns. */
class Notes implements Rows, Changed {
  readonly last = new Map<Key, Position>()
  events = 0
  readonly #itemKey: ItemKey
  #position: Position = 0
  #changed = false

  constructor(itemKey: ItemKey) {
    this.#itemKey = itemKey
  }

  begin(position: Position): void {
    this.#position = position
    this.#changed = false
  }

  end(): void {
    if (this.#changed) this.events += 1
  }

  apply(projection: Projection, projected: Projected): void {
    if (projection.handles.includes(projected.event.type)) projection.apply(projected, this)
  }

  set(table: Table, key: Named): void {
    this.#note(table, toKey(key))
  }

  add(table: Table, key: Named): void {
    this.#note(table, toKey(key))
  }

  remove(table: Table, key: Named): void {
    this.#note(table, toKey(key))
  }

  #note(table: Table, key: Key): void {
    const item = this.#itemKey(table, key)
    if (item === null) return
    this.#changed = true
    this.last.delete(item) // a map keeps the order in which keys came first
    this.last.set(item, this.#position)
  }
}
