/** Checks of the log's form, event by event in its order: dense, dense within each stream, readable, well addressed. */
import { aggregateOf } from '../domain/aggregates.ts'
import { streamName } from '../domain/decision.ts'
import { fraud, TABLES } from '../domain/payments/fraud.ts'
import { IntegerTable } from './spill/integer-table.ts'
import { hashName } from './spill/name-hash.ts'
import { PARTS, Partitions } from './spill/partitions.ts'
import type { Spill } from './spill/spill-file.ts'
import { tally, type Check, type Locate } from './tally.ts'
import { ID_PATTERN } from '../domain/values.ts'
import { decodeUntrusted } from '../schemas/codec.ts'
import {
  eventSchemas,
  type DomainEvent,
  type HistoricEvent,
  type HistoricType,
  type StreamKind,
} from '../schemas/events.ts'
import { upcast } from '../schemas/upcast.ts'
import type { Position } from '../store/commit/command.ts'
import type { StoredEvent } from '../store/log/feed.ts'

/** What stands at the ends of the log, read in one statement. */
export interface LogEnds {
  readonly head: Position
  /** Of the events themselves; null when no event is there. */
  readonly first: Position | null
  readonly last: Position | null
}

export interface LogAudit {
  /** The event decoded, as it is read today, or null when it cannot be. */
  see(stored: StoredEvent): readonly DomainEvent[] | null
  /** `log-dense`, `versions-dense`, `events-decode` and `streams-fit`, in this order. */
  finish(locate: Locate): Promise<readonly Check[]>
}

interface Decoded {
  readonly event: HistoricEvent
  readonly today: readonly DomainEvent[]
}

const idPattern = new RegExp(ID_PATTERN)
/** The one stream whose id nobody may choose. */
const TABLE_STREAM = streamName(fraud, TABLES)

/**
 * Call `see` for each event up to the head that `ends` names. Versions are spilled by their streams, and
 * judged at the end.
 */
export function auditLog({ head, first, last }: LogEnds, spill: Spill): LogAudit {
  const dense = tally(1, 'log-dense')
  const versions = tally(1, 'versions-dense')
  const decoding = tally(9, 'events-decode')
  const fitting = tally(1, 'streams-fit')
  const written = new Partitions(spill, 2)
  const place = new Float64Array(2)
  let position: Position = 0

  if (first !== null && first < 1) dense.breach(`the first event is at position ${first}`)
  if ((last ?? 0) > head) dense.breach(`the head is ${head}, the last event is at position ${last ?? 0}`)

  function see(stored: StoredEvent): readonly DomainEvent[] | null {
    dense.count()
    if (stored.position !== position + 1) {
      dense.breach(`position ${position + 1} is missing: ${stored.position} follows ${position}`)
    }
    position = stored.position
    seeVersion(stored)
    const read = decoded(stored)
    fitting.count()
    const fault = addressFault(stored.stream, stored.type, read?.event ?? null)
    if (fault !== null) fitting.breach(`${at(stored)}: ${fault}`)
    return read?.today ?? null
  }

  function seeVersion({ stream, version, position: where }: StoredEvent): void {
    const { low, high } = hashName(stream)
    place[0] = version
    place[1] = where
    written.add(low, high, place)
  }

  function judgeVersions(): void {
    const streams = new IntegerTable(1)
    for (let part = 0; part < PARTS; part++) {
      streams.clear()
      written.each(part, (low, high, cells, start) => {
        const row = streams.rowOf(low, high)
        const before = streams.get(row, 0)
        const version = cells[start] ?? 0
        if (before === 0) versions.count()
        streams.set(row, 0, version)
        if (version === before + 1) return
        versions.breachAt(
          cells[start + 1] ?? 0,
          ({ position: where, stream }) => `position ${where}: ${stream} goes from version ${before} to ${version}`,
        )
      })
      written.drop(part)
    }
  }

  function decoded(stored: StoredEvent): Decoded | null {
    decoding.count()
    try {
      const event = decodeUntrusted(stored.type, stored.schemaVersion, stored.data)
      return { event, today: upcast(event) }
    } catch (error) {
      decoding.breach(`${at(stored)}: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
  }

  async function finish(locate: Locate): Promise<readonly Check[]> {
    judgeVersions()
    if (position < head) dense.breach(`the head is ${head}, the last event is at position ${position}`)
    return [dense.check(), await versions.located(locate), decoding.check(), fitting.check()]
  }

  return { see, finish }
}

/** Why an event does not belong into its stream; null when it does. */
function addressFault(stream: string, type: string, event: HistoricEvent | null): string | null {
  const kind = aggregateOf(stream)?.kind
  if (kind === undefined) return 'no aggregate has streams of this kind'
  const id = stream.slice(kind.length + 1)
  if (!idPattern.test(id) && stream !== TABLE_STREAM) return `"${id}" is not an id`
  if (!isEventType(type)) return null // counted as unreadable
  const home: StreamKind = eventSchemas[type].stream
  if (home !== kind) return `${type} belongs to streams of ${home}`
  if (event === null) return null
  const named = idOf(event, home)
  return named === null || named === id ? null : `${type} names ${String(named)}`
}

/** The id that the event itself names; null where events of the kind name none. */
function idOf(event: HistoricEvent, kind: StreamKind): string | null | undefined {
  switch (kind) {
    case 'inventory':
    case 'demand':
      return 'sku' in event ? event.sku : undefined
    case 'order':
    case 'payment':
    case 'delivery':
      return 'orderId' in event ? event.orderId : undefined
    case 'customer':
      return 'customerId' in event ? event.customerId : undefined
    case 'fraud':
      return 'orderId' in event ? event.orderId : TABLES
    case 'notification':
      return null
  }
}

function isEventType(type: string): type is HistoricType {
  return Object.hasOwn(eventSchemas, type)
}

function at({ position, stream, version }: StoredEvent): string {
  return `position ${position}, ${stream} version ${version}`
}
