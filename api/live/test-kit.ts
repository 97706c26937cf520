/** For specs: a topic of products in memory, with a log that specs let grow, a clock, and carriers that take what they may. */
import { openTopics, type Items, type Topic } from '../../projections/changes/topics.ts'
import { RecentLog } from '../../projections/changes/recent-log.ts'
import { ViewNotReady } from '../../projections/queries/view-reader.ts'
import { encode } from '../../schemas/codec.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { Client, type Carrier } from './client.ts'
import { Subscription } from './subscription.ts'
import { TopicFeed } from './topic-feed.ts'

export interface Told {
  readonly type: string
  readonly reason?: string
  readonly from: number | null
  readonly to: number
  readonly epoch?: string
  readonly summary?: boolean
  readonly count?: number
  readonly items: readonly { readonly sku: string; readonly at: number }[]
}

export interface TestClient {
  readonly client: Client
  readonly told: readonly Told[]
  readonly subscription: Subscription
  /** Takes nothing more, until it takes all that waits. */
  hold(): void
  release(): void
}

export function feeding({ position = 0 }: { readonly position?: number } = {}) {
  const log: RecordedEvent[] = []
  const state = { now: 0, epoch: 'e', checkpoint: 0, hasTables: true, padding: 0, reads: 0, newest: 0, logReads: 0 }

  const record = (sku: string): void => {
    log.push({
      ...{
        position: log.length + 1,
        stream: `inventory-${sku}`,
        version: log.length + 1,
        recordedAt: log.length * 1_000,
      },
      ...encode({ type: 'StockReceived', sku, quantity: 1 }),
    })
  }
  for (let index = 0; index < position; index++) record(`s${String(index % 10)}`)
  state.checkpoint = log.length

  const read = (keys: readonly unknown[]): Items => {
    if (!state.hasTables) throw new ViewNotReady('products')
    const pad = 'x'.repeat(state.padding)
    const textOf = (sku: unknown): string => JSON.stringify({ sku, at: state.checkpoint, pad })
    const items = keys.map((key) => ({ key: String(key), text: textOf(key) }))
    return { position: state.checkpoint, asOf: null, epoch: state.epoch, items, beside: {} }
  }
  const stock = openTopics({} as never).find(({ name }) => name === 'stock') as Topic
  const topic: Topic = {
    ...stock,
    byKeys: (keys) => {
      if (keys.length > 0) state.reads += 1
      return Promise.resolve().then(() => read(keys))
    },
    newest: () => {
      state.newest += 1
      return Promise.resolve().then(() => ({
        ...read(['all']),
        first: () => ({ items: read(['all']).items, next: null }),
      }))
    },
  }
  const reasons: string[] = []
  const feed = new TopicFeed({
    topic,
    log: new RecentLog((after, limit) => {
      state.logReads += 1
      return Promise.resolve(log.slice(after, after + limit))
    }),
    head: () => Promise.resolve(log.length),
    clock: () => 0,
    monotonic: () => state.now,
    receivers: () => 1,
    pushed: () => undefined,
    snapshotMade: (reason) => reasons.push(reason),
    failed: (error) => {
      throw error
    },
  })

  return {
    feed,
    log,
    state,
    reasons,
    record,
    /** Records an event of each of these products and shows it; then the feed hears of it. */
    show(...skus: readonly string[]): void {
      for (const sku of skus) record(sku)
      state.checkpoint = log.length
      feed.heard({ position: state.checkpoint, generation: 1 })
    },
    join(wish: { readonly after?: number; readonly epoch?: string } = {}): TestClient {
      const told: Told[] = []
      const waiting: (() => void)[] = []
      let isHeld = false
      const carrier: Carrier = {
        ...{ kind: 'websocket', unsent: () => 0, ping: () => undefined, aliveAt: () => null },
        ...{ isOpen: () => true, isGone: () => false, close: () => undefined, cut: () => undefined },
        send({ data }, _id, done) {
          told.push(JSON.parse(data.toString()) as Told)
          if (isHeld) waiting.push(done)
          else setImmediate(done)
        },
      }
      const client = new Client(carrier, { roomy: () => feed.wake() })
      const subscription = new Subscription('stock', {
        after: wish.after ?? null,
        epoch: wish.epoch ?? null,
        limit: 50,
      })
      client.subscriptions.set('stock', subscription)
      feed.join({ client, subscription })
      return {
        ...{ client, told, subscription },
        hold: () => (isHeld = true),
        release() {
          isHeld = false
          for (const done of waiting.splice(0)) done()
        },
      }
    },
    /** Until everything that was begun has come to rest. */
    async rest(): Promise<void> {
      for (let turn = 0; turn < 60; turn++) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
