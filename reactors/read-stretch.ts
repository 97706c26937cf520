/** Reads what a stretch of the log says to a reactor. */
import { decode } from '../schemas/codec.ts'
import { eventSchemas } from '../schemas/events.ts'
import { readAs, upcast } from '../schemas/upcast.ts'
import type { Position } from '../store/commit/command.ts'
import { readPage, type LogPage, type PageEvent } from '../store/log/read-page.ts'
import type { Pool } from '../store/postgres/database.ts'
import { whyOf, type Failure, type Stretch, type Why } from './due-table.ts'
import type { Meaning, Reactor } from './reactor.ts'

/** Events looked at in one read. The wanted ones are decoded at once, 2 ms for 500 orders: requests wait that long. */
const PAGE = 1_000

export interface ReadStretch {
  /** Up to the event that cannot be read, where there is one. */
  readonly stretch: Stretch
  readonly failure: Failure | null
  /** There may be more behind it. */
  readonly full: boolean
}

/** Rejects with LogGap when the log is not dense. */
export async function readStretch(pool: Pool, reactor: Reactor, after: Position): Promise<ReadStretch> {
  const page = await readPage(pool, { after, limit: PAGE, passed: passedBy(reactor) })
  return stretchOf(reactor, after, page)
}

/** Pure. */
export function stretchOf(reactor: Reactor, from: Position, { end, events, full }: LogPage): ReadStretch {
  const due = new Map<string, Stretch['due']>()
  const over = new Set<string>()
  const stretch = (to: Position) => ({ from, to, due: [...due.values()].flat(), over: [...over] })
  for (const { stream, position, id, ...stored } of events) {
    const meanings = meaningsOf(reactor, stored)
    if ('code' in meanings) return { stretch: stretch(position - 1), failure: { ...meanings, position }, full }
    for (const meaning of meanings) {
      if (meaning === null) continue
      if (meaning === 'over') {
        due.delete(stream)
        over.add(stream)
      } else due.set(stream, [...(due.get(stream) ?? []), { stream, position, cause: id, dueAt: meaning.due }])
    }
  }
  return { stretch: stretch(end), failure: null, full }
}

/** What a stored event says: as the events of handled types that it stands for today. */
function meaningsOf(
  reactor: Reactor,
  { type, schemaVersion, data }: Pick<PageEvent, 'type' | 'schemaVersion' | 'data'>,
): readonly Meaning[] | Why {
  try {
    return upcast(decode(type, schemaVersion, data))
      .filter((event) => reactor.handles.includes(event.type))
      .map((event) => reactor.meaning(event))
  } catch (error) {
    return whyOf(error)
  }
}

/** Types that are known to be none of its business; of an unknown one nobody knows whose business it is. */
function passedBy({ handles }: Reactor): readonly string[] {
  return Object.keys(eventSchemas).filter((type) => !readAs(type).some((as) => handles.some((one) => one === as)))
}
