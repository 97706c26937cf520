/**
 * What reactors have still to do in a log that is made from a dump. It is worked out of the events as they are restored, and
 * written with them: each reactor then stands at the restored head, and finds due what it had not settled there.
 */
import type pg from 'pg'
import type { DomainEvent, EventType } from '../schemas/events.ts'
import type { Position } from '../store/commit/command.ts'
import type { RestoreWatcher } from '../store/dump/restore-dump.ts'
import type { DueRow } from './serving/due-table.ts'
import type { Due, ReadEvent } from './reactor.ts'
import { readerName } from './serving/reactor-table.ts'
import { passedBy, readEvent } from './serving/read-stretch.ts'

/** How it is found what a reactor has not settled, by names that are its own. */
export interface ReadBack {
  readonly handles: readonly EventType[]
  /** What an event leaves to be done under a name, or (`due` null) that nothing is left under it; null: neither. */
  meaning(event: DomainEvent): { readonly name: string; readonly due: Due | null } | null
}

interface ReadBackOf<Type extends EventType> {
  readonly handles: readonly Type[]
  meaning(event: Extract<DomainEvent, { readonly type: Type }>): ReturnType<ReadBack['meaning']>
}

/** States one so that the compiler holds its `meaning` to the types that it handles. */
export function readBack<const Type extends EventType>(definition: ReadBackOf<Type>): ReadBack {
  return definition
}

interface Course {
  readonly reactor: string
  /** Null: what lies before the head is over for it. */
  readonly back: ReadBack | null
  /** Types of events that do not concern it. */
  readonly passed: ReadonlySet<string>
  /** By name. */
  readonly left: Map<string, DueRow>
  /** Before the first event that it cannot read: it goes on from there, which stops it, and it says why. */
  stoppedAt: Position | null
}

/** It reads all of the log that is made, from its first event on. */
export const FROM_THE_FIRST = 'from the first'

/** Rows of one insert. */
const BATCH = 2_000

/** For each reactor by name; null: it looks at nothing of before. */
export function watchRestore(
  reactors: Readonly<Record<string, ReadBack | typeof FROM_THE_FIRST | null>>,
): RestoreWatcher {
  const courses = Object.entries(reactors).flatMap(([reactor, back]): Course | [] => {
    if (back === FROM_THE_FIRST) return []
    return { reactor, back, passed: new Set(passedBy(back === null ? [] : [back])), left: new Map(), stoppedAt: null }
  })
  return {
    see(events) {
      for (const event of events) {
        const concerned = courses.filter(({ passed, stoppedAt }) => stoppedAt === null && !passed.has(event.type))
        if (concerned.length === 0) continue
        const found = readEvent({ ...event, id: event.id.toString('hex') })
        for (const course of concerned) note(course, found)
      }
    },
    async write(client, head) {
      for (const { reactor, left, stoppedAt } of courses) {
        await write(client, reactor, { rows: [...left.values()], position: stoppedAt ?? head })
      }
    },
  }
}

function note(course: Course, { position, stream, id, read }: ReadEvent): void {
  const { back, left } = course
  if (back === null) return
  if ('code' in read) {
    course.stoppedAt = position - 1
    return
  }
  for (const event of read) {
    if (!back.handles.includes(event.type)) continue
    const found = back.meaning(event)
    if (found === null) continue
    const { name, due } = found
    if (due === null) left.delete(name)
    else left.set(name, { ...{ stream, position, cause: id }, part: 0, detail: due.detail ?? null, dueAt: due.due })
  }
}

interface Left {
  readonly rows: readonly DueRow[]
  readonly position: Position
}

async function write(client: pg.ClientBase, reactor: string, { rows, position }: Left): Promise<void> {
  await client.query(
    `insert into log.checkpoints (reader, position, recorded_at)
    values ($1, $2, (select recorded_at from log.events where position = $2))
    on conflict (reader) do update set position = excluded.position, recorded_at = excluded.recorded_at`,
    [readerName(reactor), position],
  )
  for (let first = 0; first < rows.length; first += BATCH) {
    const some = rows.slice(first, first + BATCH)
    await client.query({
      name: 'restore-due',
      text: `with made as (
          insert into log.due (reactor, stream, position, part, cause, due_at, detail)
          select $1, d.stream, d.position, 0, d.cause, to_timestamp(d.due_at / 1000.0), d.detail::jsonb
          from unnest($2::text[], $3::bigint[], $4::uuid[], $5::bigint[], $6::text[])
            as d (stream, position, cause, due_at, detail)
          returning position
        )
        insert into log.reactors as r (name, due) select $1, count(*) from made
        on conflict (name) do update set due = r.due + excluded.due`,
      values: [
        reactor,
        some.map(({ stream }) => stream),
        some.map((row) => row.position),
        some.map(({ cause }) => cause),
        some.map(({ dueAt }) => dueAt),
        some.map(({ detail }) => (detail === null ? null : JSON.stringify(detail))),
      ],
    })
  }
}
