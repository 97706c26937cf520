/**
 * Several prepared statements in one message and one answer. The driver's own pipeline ends each statement with a Sync,
 * and Postgres sends what it has at each: a system call and a wake-up on either side for every statement, which a small
 * batch pays as often as a large one.
 *
 * One Sync is also one fate: behind a statement that fails the server skips all others, a commit among them.
 */
import type pg from 'pg'

/** Text as Postgres reads it, or its binary form (binary-array.ts). */
export type Parameter = string | Buffer | null

export interface Statement {
  /** Of the prepared statement: one text for each name. */
  readonly name: string
  readonly text: string
  readonly values: readonly Parameter[]
}

/** Each value as Postgres writes it. */
export type TextRow = readonly (string | null)[]

/** Rejects when it, or one before it, failed: all that fail have the same reason. */
export type Answer = Promise<readonly TextRow[]>

/** The names that the server of a connection knows. */
const prepared = new WeakMap<pg.Connection, Map<string, string>>()

/** Sends them at once, to a connection without the driver's pipeline; an answer for each. */
export function sendFlight(client: Pick<pg.ClientBase, 'query'>, statements: readonly Statement[]): readonly Answer[] {
  const legs = statements.map((statement) => new Leg(statement))
  if (legs.length > 0) client.query(new Flight(legs))
  return legs.map(({ answer }) => answer)
}

class Leg {
  readonly statement: Statement
  readonly rows: TextRow[] = []
  readonly answer: Answer
  resolve: (rows: readonly TextRow[]) => void = () => undefined
  reject: (error: unknown) => void = () => undefined

  constructor(statement: Statement) {
    this.statement = statement
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.answer.catch(() => undefined) // the one that waits for it gets the error; it may be that nobody does
  }
}

/** What the driver takes for one query: it calls these in the order of the answers. */
class Flight {
  readonly #legs: readonly Leg[]
  readonly #known = new Map<string, string>()
  #landed = 0
  /** Set by the driver, which tells it of a time-out of its own. */
  callback: (error: Error | null) => void

  constructor(legs: readonly Leg[]) {
    this.#legs = legs
    this.callback = (error) => {
      if (error !== null) this.#fail(error)
    }
  }

  submit(connection: pg.Connection): null {
    const known = prepared.get(connection) ?? new Map<string, string>()
    prepared.set(connection, known)
    connection.stream.cork()
    try {
      for (const { statement } of this.#legs) this.#send(connection, known, statement)
      connection.sync()
    } finally {
      connection.stream.uncork()
    }
    return null
  }

  /** Nothing is described: the caller knows the columns. */
  #send(connection: pg.Connection, known: Map<string, string>, { name, text, values }: Statement): void {
    // The driver keeps names of its own for the same connection.
    const statement = `flight ${name}`
    if (known.get(name) !== text && this.#known.get(name) !== text) {
      this.#known.set(name, text)
      // It may be there after a flight that failed. To close what is not there is no error.
      connection.close({ type: 'S', name: statement }, true)
      connection.parse({ name: statement, text, types: [] }, true)
    }
    connection.bind({ statement, values: [...values] }, true)
    connection.execute(null, true)
  }

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    this.#legs[this.#landed]?.rows.push(fields)
  }

  handleCommandComplete(_message: unknown, connection: pg.Connection): void {
    const leg = this.#legs[this.#landed]
    this.#landed += 1
    if (leg === undefined) return
    prepared.get(connection)?.set(leg.statement.name, leg.statement.text)
    leg.resolve(leg.rows)
  }

  handleReadyForQuery(): void {
    this.callback(null)
  }

  handleError(error: Error): void {
    this.callback(error)
  }

  #fail(error: Error): void {
    for (const leg of this.#legs.slice(this.#landed)) leg.reject(error)
  }
}
