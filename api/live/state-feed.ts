/** A topic that is true for a moment: each frame is all of it. */
import { rfc3339 } from '../../projections/queries/shown.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Client } from './client.ts'
import { snapshotMessage, type Message } from './frames.ts'

/** At most so often, and at least. */
const EVERY_MS = 1_000
const AT_LEAST_MS = 5_000

export interface StateTopic {
  readonly name: string
  readonly read: () => Promise<readonly unknown[]>
}

export interface StateFeedParts {
  readonly topic: StateTopic
  readonly head: () => Position
  readonly clock: () => number
  readonly monotonic: () => number
  readonly snapshotMade: (reason: 'state') => void
  readonly failed: (error: unknown) => void
}

interface Told {
  text: string | null
  at: number
}

export class StateFeed {
  readonly #parts: StateFeedParts
  readonly #told = new Map<Client, Told>()
  #state: { readonly text: string; readonly message: Message; readonly at: number } | null = null
  #reading = false

  constructor(parts: StateFeedParts) {
    this.#parts = parts
  }

  get receivers(): number {
    return this.#told.size
  }

  join(client: Client): void {
    if (this.#told.has(client)) return
    this.#told.set(client, { text: null, at: -Infinity })
    void this.look()
  }

  leave(client: Client): void {
    this.#told.delete(client)
  }

  /** Called every second or more often; what was read within a second stands. */
  async look(): Promise<void> {
    const { monotonic, failed } = this.#parts
    if (this.#told.size === 0 || this.#reading) return
    this.#reading = true
    try {
      if (this.#state === null || monotonic() - this.#state.at >= EVERY_MS) await this.#read()
      this.#tell()
    } catch (error) {
      failed(error)
    } finally {
      this.#reading = false
    }
  }

  async #read(): Promise<void> {
    const { topic, head, clock, monotonic } = this.#parts
    const items = (await topic.read()).map((item) => ({ text: JSON.stringify(item) }))
    const message = snapshotMessage({
      ...{ topic: topic.name, reason: 'state', from: null, to: head(), epoch: null, asOf: null },
      ...{ at: rfc3339(clock()), beside: {}, items, next: null },
    })
    this.#state = { text: items.map(({ text }) => text).join(), message, at: monotonic() }
  }

  #tell(): void {
    const state = this.#state
    if (state === null) return
    const now = this.#parts.monotonic()
    for (const [client, told] of this.#told) {
      if (!client.hasRoom || (told.text === state.text && now - told.at < AT_LEAST_MS)) continue
      told.text = state.text
      told.at = now
      client.give(state.message, [])
      this.#parts.snapshotMade('state')
    }
  }
}
