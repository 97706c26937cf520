/**
 * Delivers the webhooks of the simulated gateway: each is sent until it is answered with a 2xx, after 1, 2, 4 ... 60 s,
 * signed at each sending with the time of that sending. They overtake each other, as those of real providers do.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { SIGNATURE_HEADER, signWebhook } from '../../reactors/payments/webhook-signature.ts'
import type { Clock } from '../clock.ts'
import type { Webhook } from './book.ts'

export interface WebhookTarget {
  readonly url: string
  /** Each gives a signature of its own: two while one replaces the other. */
  readonly secrets: readonly string[]
}

export interface WebhookSenderOptions {
  readonly clock: Clock
  /** How often a webhook is sent although it was taken: once more where a fault wants it. */
  readonly copies: (webhook: Webhook) => number
  readonly onDelivered: (webhook: Webhook) => void
  /** Milliseconds after the first failure. */
  readonly firstPause?: number
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
const TIMEOUT_MS = 10_000
const MOST_UNDER_WAY = 16

export class WebhookSender {
  readonly #options: WebhookSenderOptions
  readonly #agent = new Agent({
    connections: MOST_UNDER_WAY,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS },
  })
  readonly #stopping = new AbortController()
  readonly #waiting: Webhook[] = []
  readonly #deliveries = new Set<Promise<void>>()
  #target: WebhookTarget | null = null
  #sending = 0

  constructor(options: WebhookSenderOptions) {
    this.#options = options
    // Each webhook that waits to be sent again listens.
    setMaxListeners(0, this.#stopping.signal)
  }

  /** Whether somebody wants to hear of what happens now. */
  get hasTarget(): boolean {
    return this.#target !== null
  }

  /** From now on; what waits goes there too. */
  sendTo(target: WebhookTarget): void {
    this.#target = target
    this.#next()
  }

  add(webhook: Webhook): void {
    this.#waiting.push(webhook)
    this.#next()
  }

  /** What is not delivered stays in the book. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#agent.destroy()
    await Promise.all(this.#deliveries)
  }

  #next(): void {
    while (this.#target !== null && this.#sending < MOST_UNDER_WAY && !this.#stopping.signal.aborted) {
      const webhook = this.#waiting.shift()
      if (webhook === undefined) return
      const delivery = this.#deliver(webhook).finally(() => this.#deliveries.delete(delivery))
      this.#deliveries.add(delivery)
    }
  }

  /** One that waits for its next sending holds up no other. */
  async #deliver(webhook: Webhook): Promise<void> {
    const { firstPause = FIRST_PAUSE_MS, copies, onDelivered } = this.#options
    for (let left = copies(webhook), millis = firstPause; left > 0;) {
      if (await this.#send(webhook)) left -= 1
      else {
        await pause(millis, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
        millis = Math.min(2 * millis, LONGEST_PAUSE_MS)
      }
      if (this.#stopping.signal.aborted) return
    }
    onDelivered(webhook)
  }

  async #send({ body }: Webhook): Promise<boolean> {
    const target = this.#target
    if (target === null) return false
    this.#sending += 1
    try {
      const text = Buffer.from(JSON.stringify(body))
      const signature = signWebhook(text, { secrets: target.secrets, at: this.#options.clock() / 1_000 })
      const { statusCode, body: answer } = await request(target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
        body: text,
        dispatcher: this.#agent,
      })
      await answer.dump()
      return statusCode >= 200 && statusCode < 300
    } catch {
      return false
    } finally {
      this.#sending -= 1
      this.#next()
    }
  }
}
