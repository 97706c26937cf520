/** Tells the service what the customers of a day look at. The day goes on whatever becomes of it. */
import { randomUUID } from 'node:crypto'
import type { BrowsedEvent } from '../../simulation/visits/browse.ts'
import { RequestGivenUp, type HttpClient } from '../client/http-client.ts'
import { field } from '../load/delivery.ts'

export class Browsing {
  readonly #client: HttpClient
  #accepted = 0
  #visitors = 0

  constructor(client: HttpClient) {
    this.#client = client
  }

  /** Events that were accepted. */
  get accepted(): number {
    return this.#accepted
  }

  /** `customerId`: null: a visitor whom nobody knows. */
  async tell(events: readonly BrowsedEvent[], customerId: string | null): Promise<void> {
    const who = customerId === null ? { subject: `day-visitor-${String(++this.#visitors)}` } : { customerId }
    const at = new Date().toISOString()
    const body = events.map((event) => ({ eventId: randomUUID(), at, channel: 'web', ...who, ...event }))
    try {
      const reply = await this.#client.post('/user-events', JSON.stringify(body))
      this.#accepted += Number(field(reply.body, 'accepted') ?? 0)
    } catch (error) {
      if (!(error instanceof RequestGivenUp)) throw error
    }
  }
}
