/**
 * Listens to Postgres notifications on one connection, and reconnects for as long as it runs. Hints may be lost. One for
 * all of a process: a notification wakes every session that listens, whatever channel it listens to.
 */
import pg from 'pg'
import { clientConfig } from './database.ts'

const RECONNECT_MS = 500

export type Heard = (payload: string) => void

/** What a part of a process needs to hear of notifications. */
export interface Notices {
  /** Resolves when notifications of the channel arrive; while the database is away, once it is back. */
  hear(channel: string, heard: Heard): Promise<void>
}

export class Listener implements Notices {
  readonly #config: pg.ClientConfig
  readonly #channels: Map<string, readonly Heard[]>
  #client: pg.Client | null = null
  #retry: NodeJS.Timeout | null = null
  #stopped = false

  constructor(url: string, channels: Readonly<Record<string, Heard>>) {
    this.#config = clientConfig(url, { name: 'listener' })
    this.#channels = new Map(Object.entries(channels).map(([channel, heard]) => [channel, [heard]]))
  }

  async hear(channel: string, heard: Heard): Promise<void> {
    const hearing = this.#channels.get(channel)
    this.#channels.set(channel, [...(hearing ?? []), heard])
    // Where the connection is lost, the next one listens to it.
    if (hearing === undefined) await this.#client?.query(listenTo(channel)).catch(() => undefined)
  }

  /** Resolves when it listens; rejects when Postgres cannot be reached. Later losses are mended in the background. */
  async start(): Promise<void> {
    const client = new pg.Client(this.#config)
    client.on('notification', ({ channel, payload }) => {
      for (const heard of this.#channels.get(channel) ?? []) heard(payload ?? '')
    })
    client.on('error', () => undefined) // 'end' follows
    try {
      await client.connect()
      for (const channel of this.#channels.keys()) await client.query(listenTo(channel))
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

function listenTo(channel: string): string {
  return `listen ${pg.escapeIdentifier(channel)}`
}
