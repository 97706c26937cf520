/** The statements of the write path, each one round trip: append, lock the tail, and what is needed after a doubt. */
import type pg from 'pg'
import { byteaArray, int2Array, int4Array, textArray, uuidArray } from '../postgres/binary-array.ts'
import type { CommandKey, Position } from '../commit/command.ts'
import type { KeyedAnswer, NewEvent } from '../commit/decide-batch.ts'

/** The channel that notifies of each append. */
export const LOG_CHANNEL = 'log'

export interface AppendNotice {
  readonly head: Position
  /** Of the events that were appended; none: it is not said. */
  readonly types: readonly string[]
}

/** From the payload of a notification. */
export function appendNotice(payload: string): AppendNotice {
  const [head, types] = payload.split(' ')
  return { head: Number(head), types: types?.split(',') ?? [] }
}

export type Appended =
  | { readonly outcome: 'appended' }
  | { readonly outcome: 'moved' }
  /** Indexes into the keyed answers. */
  | { readonly outcome: 'keys-known'; readonly indexes: readonly number[] }

const STATUS = { appended: 0, moved: 1, keysKnown: 2 } as const

/** An append that is ready to be sent: whatever in the batch cannot be written down has thrown by now. */
export type AppendStatement = pg.QueryArrayConfig

/** Appends behind `known`, with everything that belongs to the batch, or writes nothing and says why. */
export function appendStatement(
  known: Position,
  batch: { readonly events: readonly NewEvent[]; readonly keyed: readonly KeyedAnswer[] },
): AppendStatement {
  const { events, keyed } = batch
  return {
    name: 'append',
    text: `select status, known_keys from log.append($1::bigint,
      $2::text[], $3::int[], $4::text[], $5::smallint[], $6::bytea[], $7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[],
      $11::text[], $12::text[], $13::bytea[], $14::text[], $15::uuid[], $16::int[], $17::int[])`,
    values: [
      known,
      textArray(events.map((event) => event.stream)),
      int4Array(events.map((event) => event.version)),
      textArray(events.map((event) => event.type)),
      int2Array(events.map((event) => event.schemaVersion)),
      byteaArray(events.map((event) => event.data)),
      uuidArray(events.map((event) => event.id)),
      uuidArray(events.map((event) => event.commandId)),
      uuidArray(events.map((event) => event.correlationId)),
      uuidArray(events.map((event) => event.causationId)),
      textArray(keyed.map(({ key }) => key.source)),
      textArray(keyed.map(({ key }) => key.key)),
      byteaArray(keyed.map(({ key }) => key.fingerprint)),
      textArray(keyed.map(({ answer }) => answer)),
      uuidArray(keyed.map(({ commandId }) => commandId)),
      int4Array(keyed.map((answered) => answered.events)),
      int4Array(keyed.map(({ offset }) => offset)),
    ],
    rowMode: 'array',
  }
}

export async function append(client: pg.ClientBase, statement: AppendStatement): Promise<Appended> {
  const { rows } = await client.query<[number, number[] | null]>(statement)
  const [status, knownKeys] = rows[0] ?? []
  if (status === STATUS.appended) return { outcome: 'appended' }
  if (status === STATUS.moved) return { outcome: 'moved' }
  return { outcome: 'keys-known', indexes: (knownKeys ?? []).map((index) => index - 1) }
}

export interface TailEvent {
  readonly position: Position
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: Buffer
}

export interface Tail {
  readonly head: Position
  /** Null when more than `most` were written since: too many to follow. */
  readonly events: readonly TailEvent[] | null
}

type TailRow = [string, string | null, string, number, string, number, Buffer]

/** Begins a transaction that holds the head's lock, and returns what was written after `known`. */
export async function beginBehindLock(client: pg.ClientBase, known: Position, most: number): Promise<Tail> {
  // Two statements in one message: one round trip. The numbers are ours, so there is nothing to quote.
  const text = `begin; select * from log.lock_tail(${String(known)}, ${String(most)})`
  const results: unknown = await client.query({ text, rowMode: 'array' })
  const [, locked] = results as [unknown, pg.QueryArrayResult<TailRow>]
  return tailOf(locked.rows, known)
}

/** The same without a lock, for a process that follows others. */
export async function readTail(client: pg.ClientBase, known: Position, most: number): Promise<Tail> {
  const { rows } = await client.query<TailRow>({
    name: 'read-tail',
    text: `select h.position, e.position, e.stream, e.version, e.type, e.schema_version, e.data
      from log.log_head h
      left join log.events e on e.position <= h.position
        and e.position > case when h.position - $1 <= $2 then $1 else h.position end
      order by e.position`,
    values: [known, most],
    rowMode: 'array',
  })
  return tailOf(rows, known)
}

function tailOf(rows: readonly TailRow[], known: Position): Tail {
  const head = Number(rows[0]?.[0] ?? known)
  const events = rows.flatMap(([, position, stream, version, type, schemaVersion, data]) =>
    position === null ? [] : [{ position: Number(position), stream, version, type, schemaVersion, data }],
  )
  return { head, events: events.length === head - known ? events : null }
}

/** Where an event stands that may or may not have been appended; null when it was not. */
export async function findAppended(client: pg.ClientBase, event: NewEvent): Promise<Position | null> {
  const { rows } = await client.query<[string]>({
    name: 'find-appended',
    text: "select position from log.events where stream = $1 and version = $2 and id = encode($3, 'hex')::uuid",
    values: [event.stream, event.version, event.id],
    rowMode: 'array',
  })
  const position = rows[0]?.[0]
  return position === undefined ? null : Number(position)
}

export interface StoredAnswer {
  readonly fingerprint: Buffer
  readonly answer: string | null
  readonly position: Position
}

/** The answers given before to these keys, in their order; null where a key is not known (any more). */
export async function readAnswers(
  client: pg.ClientBase,
  keys: readonly CommandKey[],
): Promise<readonly (StoredAnswer | null)[]> {
  const { rows } = await client.query<[number, Buffer, string | null, string]>({
    name: 'read-answers',
    text: `select wanted.index::int, c.fingerprint, c.answer, c.position
      from unnest($1::text[], $2::text[]) with ordinality as wanted(source, key, index)
      join log.commands c on c.source = wanted.source and c.key = wanted.key`,
    values: [textArray(keys.map((key) => key.source)), textArray(keys.map((key) => key.key))],
    rowMode: 'array',
  })
  const answers = new Array<StoredAnswer | null>(keys.length).fill(null)
  for (const [index, fingerprint, answer, position] of rows) {
    answers[index - 1] = { fingerprint, answer, position: Number(position) }
  }
  return answers
}

export async function readHead(client: Pick<pg.ClientBase, 'query'>): Promise<Position> {
  const { rows } = await client.query<[string]>({ text: 'select position from log.log_head', rowMode: 'array' })
  return Number(rows[0]?.[0] ?? 0)
}
