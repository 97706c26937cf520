/** The committer's one connection: opened when needed, thrown away after any error. */
import pg from 'pg'
import { clientConfig, LOOK_UP_SETTINGS, prepareSession, WRITER_SETTINGS } from '../postgres/database.ts'

const SESSION = { name: 'writer', settings: { ...WRITER_SETTINGS, ...LOOK_UP_SETTINGS } } as const

export class WriterConnection {
  readonly #config: pg.ClientConfig
  #client: pg.Client | null = null

  constructor(url: string) {
    this.#config = clientConfig(url, SESSION)
  }

  /** The open connection, or a new one. Rejects when Postgres cannot be reached. */
  async open(): Promise<pg.Client> {
    if (this.#client !== null) return this.#client
    const client = new pg.Client(this.#config)
    // A connection that dies while idle is noticed here; one that dies in a query rejects the query as well.
    client.on('error', () => {
      if (this.#client === client) this.#client = null
    })
    try {
      await client.connect()
      await prepareSession(client, SESSION)
    } catch (error) {
      void client.end().catch(() => undefined)
      throw error
    }
    this.#client = client
    return client
  }

  /** Drops the connection without waiting: its transaction, if any, is rolled back by the server. */
  discard(): void {
    const client = this.#client
    this.#client = null
    if (client === null) return
    // `end` alone would wait for a query that never returns.
    client.connection.stream.destroy()
    void client.end().catch(() => undefined)
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    await client?.end()
  }
}
