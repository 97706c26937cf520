/** Reads stored events as today and as proposed. */
import type { EventSchema } from '../../schemas/avro-schema.ts'
import { decodeUntrusted } from '../../schemas/codec.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { eventSchemas, type DomainEvent, type HistoricEvent } from '../../schemas/events.ts'
import { compareValues } from '../../contract/diff/compare-values.ts'
import type { Proposal } from './proposal.ts'
import { proposedReader, type ProposedReader, type Reading } from '../../contract/diff/proposed-reader.ts'
import { placesOf } from '../../contract/check/walk-schema.ts'
import { upcast } from '../../schemas/upcast.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { VersionTally } from './version-tally.ts'

/** `untouched`: the proposal does not read it; `alike`: both readings say the same. */
export type Twice =
  | { readonly outcome: 'unreadable'; readonly message: string }
  | { readonly outcome: 'untouched' | 'alike'; readonly today: readonly DomainEvent[] }
  | { readonly outcome: 'differs'; readonly today: readonly DomainEvent[]; readonly proposed: readonly DomainEvent[] }
  /** As proposed it cannot be read. */
  | { readonly outcome: 'failed'; readonly today: readonly DomainEvent[] }

interface Touched {
  readonly proposal: Proposal
  readonly proposed: ProposedReader
  /** Null: what this program reads it with anyway. */
  readonly today: ProposedReader | null
}

export class TwiceReader {
  readonly #touched: ReadonlyMap<string, Touched>
  readonly #tallies = new Map<string, VersionTally>()
  /** Texts that may be shown: symbols of enums. */
  readonly symbols: ReadonlySet<string>

  /** Throws SchemaRuleError for a schema that cannot be read with. */
  constructor(proposals: readonly Proposal[]) {
    this.#touched = new Map(proposals.map((proposal) => [proposal.event, touched(proposal)]))
    this.symbols = new Set(proposals.flatMap(({ schema, today }) => [...symbolsOf(schema), ...symbolsOf(today)]))
  }

  touches(type: string): boolean {
    return this.#touched.has(type)
  }

  /** Of the event's version; what is counted there is counted once, in the first pass over the log. */
  tally({ type, schemaVersion }: RecordedEvent): VersionTally {
    const name = `${type} ${schemaVersion}`
    let tally = this.#tallies.get(name)
    if (tally === undefined) this.#tallies.set(name, (tally = new VersionTally(type, schemaVersion, this.symbols)))
    return tally
  }

  get tallies(): readonly VersionTally[] {
    return [...this.#tallies.values()]
  }

  /** `tally` null: nothing is counted. Never throws for what is stored. */
  read(stored: RecordedEvent, tally: VersionTally | null): Twice {
    const { type, schemaVersion, data } = stored
    const found = this.#touched.get(type)
    try {
      const checked = decodeUntrusted(type, schemaVersion, data)
      if (found === undefined) return { outcome: 'untouched', today: upcast(checked) }
      const today = found.today === null ? checked : eventOf(found.today(schemaVersion, data))
      return compared(stored, { today, proposed: found.proposed(schemaVersion, data), tally })
    } catch (error) {
      if (error instanceof DecodeError) return { outcome: 'unreadable', message: error.message }
      throw error
    }
  }
}

interface Readings {
  readonly today: HistoricEvent
  readonly proposed: Reading
  readonly tally: VersionTally | null
}

function compared(stored: RecordedEvent, { today, proposed, tally }: Readings): Twice {
  const parts = upcast(today)
  if (!proposed.ok) {
    tally?.failed(stored, 'decode', proposed.fault.path, proposed.fault.message)
    return { outcome: 'failed', today: parts }
  }
  tally?.decoded()
  let differs = false
  compareValues(today, proposed.event, (difference) => {
    differs = true
    tally?.differs(stored, difference)
  })
  if (!differs) return { outcome: 'alike', today: parts }
  try {
    return { outcome: 'differs', today: parts, proposed: upcast(proposed.event) }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    tally?.failed(stored, 'fold', '', error.message)
    return { outcome: 'failed', today: parts }
  }
}

function touched(proposal: Proposal): Touched {
  const { event, schema, today, written } = proposal
  const newest = Object.entries(eventSchemas)
    .find(([type]) => type === event)?.[1]
    .versions.at(-1)
  return {
    proposal,
    proposed: proposedReader(event, schema, written),
    today: newest === today ? null : proposedReader(event, today, written),
  }
}

function eventOf(reading: Reading): HistoricEvent {
  if (reading.ok) return reading.event
  throw new DecodeError('undecodable-event', reading.fault.message)
}

function symbolsOf(schema: EventSchema): readonly string[] {
  return placesOf(schema).types.flatMap(({ schema: type }) => (type.type === 'enum' ? type.symbols : []))
}
