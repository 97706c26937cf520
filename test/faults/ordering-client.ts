/**
 * A client as they should be: it gives every order a key and asks again until it is answered, whatever dies meanwhile.
 * It keeps a journal of every answer, which is what the shop is held to afterwards.
 */
import { Agent, request } from 'undici'

export interface AskedOrder {
  readonly key: string
  readonly body: {
    readonly customerId: string
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
  }
}

export interface Answered {
  readonly key: string
  readonly status: number
  readonly body: string
  readonly position: number
  readonly replayed: boolean
  /** How often it was asked until there was an answer. */
  readonly attempts: number
}

export interface ClientOptions {
  /** Where the service is now; asked before every attempt, for it may have moved. */
  readonly url: (attempt: number) => string
  /** Milliseconds after which an order that is still not answered is an error. */
  readonly patience?: number
}

export class OrderingClient {
  readonly answers: Answered[] = []
  /** Answers that mean "not now": how often each status was seen, and whether each said when to come back. */
  readonly busy = new Map<number, number>()
  readonly #agent = new Agent({ connections: 64, headersTimeout: 15_000, bodyTimeout: 15_000 })
  readonly #url: ClientOptions['url']
  readonly #patience: number

  constructor({ url, patience = 90_000 }: ClientOptions) {
    this.#url = url
    this.#patience = patience
  }

  /** Places all orders, `concurrency` at a time, and returns their answers in the order they came. */
  async placeAll(orders: readonly AskedOrder[], concurrency: number): Promise<readonly Answered[]> {
    const queue = [...orders]
    const worker = async (): Promise<void> => {
      for (let order = queue.shift(); order !== undefined; order = queue.shift()) await this.place(order)
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
    return this.answers
  }

  async place(order: AskedOrder): Promise<Answered> {
    const deadline = Date.now() + this.#patience
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#ask(order, attempt)
      if (answer !== null) {
        this.answers.push(answer)
        return answer
      }
      if (Date.now() > deadline) throw new Error(`order ${order.key} was not answered in ${String(attempt)} attempts`)
      await new Promise((resolve) => setTimeout(resolve, Math.min(10 * attempt, 200)))
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #ask({ key, body }: AskedOrder, attempt: number): Promise<Answered | null> {
    try {
      const response = await request(new URL('/orders', this.#url(attempt)), {
        dispatcher: this.#agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      })
      const text = await response.body.text()
      const { statusCode: status, headers } = response
      // A process that was stopped meanwhile finds, once it goes on, that the request had not arrived in time.
      if (status === 408) return null
      if (status >= 500) {
        this.busy.set(status, (this.busy.get(status) ?? 0) + 1)
        if (status !== 503 || headers['retry-after'] === undefined) throw new UnexpectedAnswer(status, text)
        return null
      }
      const replayed = headers['idempotency-replayed'] === 'true'
      return { key, status, body: text, position: Number(headers['x-position']), replayed, attempts: attempt }
    } catch (error) {
      if (error instanceof UnexpectedAnswer) throw error
      return null // the connection died: the same key makes asking again harmless
    }
  }
}

export class UnexpectedAnswer extends Error {
  constructor(status: number, body: string) {
    super(`the service answered ${String(status)}: ${body}`)
    this.name = 'UnexpectedAnswer'
  }
}
