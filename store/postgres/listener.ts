/** Listens to Postgres notifications on one connection, and reconnects for as long as it runs. Hints may be lost. */
import pg from 'pg'
import { clientConfig } from './database.ts'

const RECONNECT_MS = 500

export class Listener {
  readonly #config: pg.ClientConfig
  readonly #channels: ReadonlyMap<string, (payload: string) => void>
  #client: pg.Client | null = null
  #retry: NodeJS.Timeout | null = null
  #stopped = false

  constructor(url: string, channels: Readonly<Record<string, (payload: string) => void>>) {
    this.#config = clientConfig(url, { name: 'listener' })
    this.#channels = new Map(Object.entries(channels))
  }

  /** Resolves when it listens; rejects when Postgres cannot be reached. Later losses are mended in the background. */
  async start(): Promise<void> {
    const client = new pg.Client(this.#config)
    client.on('notification', ({ channel, payload }) => this.#channels.get(channel)?.(payload ?? ''))
    client.on('error', () => undefined) // 'end' follows
    try {
      await client.connect()
      for (const channel of this.#channels.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      void client.end().catch(() => undefined)
      throw error
    }
    client.on('end', () => this.#reconnect())
    this.#client = client
    if (this.#stopped) await this.stop()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    const client = this.#client
    this.#client = null
    await client?.end().catch(() => undefined)
  }

  #reconnect(): void {
    this.#client = null
    if (this.#stopped) return
    this.#retry = setTimeout(() => {
      this.start().catch(() => this.#reconnect())
    }, RECONNECT_MS)
  }
}
