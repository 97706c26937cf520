/** Plays the orders of a day, with what their customers look at before, and with what becomes of each: paid or declined, given up, dispatched and delivered. */
import { randomUUID } from 'node:crypto'
import type { Life } from '../../simulation/lives.ts'
import type { SimulatedOrder } from '../../simulation/orders.ts'
import type { BrowsedEvent, Browser } from '../../simulation/visits/browse.ts'
import type { HttpClient, Reply } from '../client/http-client.ts'
import { DeliveryTally, type DeliveryReport } from '../output/report.ts'
import { Agenda } from './agenda.ts'
import { Browsing } from './tell-browsing.ts'
import { deliver, field, onward, problemCode, type Delivery } from '../load/delivery.ts'
import { sendAll, type Onward } from '../load/send-all.ts'

/** Of one parcel. Times in milliseconds of the shop's day. */
export interface DayCarrier {
  fetchedAfter(orderId: string, dispatch: number): number
  underWay(orderId: string, dispatch: number): number
  /** Null: it arrives. */
  failure(orderId: string, dispatch: number): string | null
}

export interface PlayingDay {
  readonly client: HttpClient
  /** When each order comes in, in milliseconds since midnight, ascending. */
  readonly arrivals: Float64Array
  readonly nextOrder: () => SimulatedOrder
  readonly lifeOf: (order: SimulatedOrder) => Life
  readonly browser: Browser
  /** Null: the service has its own. */
  readonly carrier: DayCarrier | null
  /** How many times faster than real time. */
  readonly speed: number
  readonly concurrency: number
  readonly signal: AbortSignal
  readonly advance: () => void
}

export interface LivesReport {
  readonly paid: number
  readonly declined: number
  /** Without an outcome within the time that the service waits for it. */
  readonly pending: number
  readonly cancelled: number
  /** Reported by the day; 0 where the service has a carrier of its own. */
  readonly delivered: number
  readonly deliveriesFailed: number
  /** User events that were accepted. */
  readonly userEvents: number
  /** Steps that were turned down, by the code of the problem. */
  readonly refused: Readonly<Record<string, number>>
}

export interface DayReport extends DeliveryReport {
  readonly lives: LivesReport
}

interface Order {
  readonly orderId: string
  readonly customerId: string
  readonly life: Life
}

type Step =
  | { readonly does: 'place' }
  | { readonly does: 'pay'; readonly order: Order; readonly attempt: number }
  | { readonly does: 'cancel'; readonly order: Order }
  | { readonly does: 'dispatch' | 'end'; readonly order: Order; readonly dispatch: number }

const DAY_MS = 86_400_000
/** From a decline to the next method. */
const THINKING_MS = 120_000

/** Each step is done once, however often it has to be sent: it carries an Idempotency-Key of its own. What is due after midnight is left. */
export async function playDay(playing: PlayingDay): Promise<DayReport> {
  const { arrivals, speed, signal, concurrency } = playing
  const start = performance.now()
  const day = new Day(playing, start)
  function* placing() {
    for (const arrival of arrivals) yield { at: start + arrival / speed, item: { does: 'place' } as const }
  }
  const agenda = new Agenda<Step>({ first: placing(), signal, now: () => performance.now() })
  await sendAll({
    source: agenda,
    concurrency,
    signal,
    async send({ at, item }) {
      try {
        return await day.take(item, at, agenda)
      } finally {
        agenda.done()
      }
    },
  })
  return day.report()
}

class Day {
  readonly #playing: PlayingDay
  readonly #start: number
  readonly #run = randomUUID()
  readonly #orders = new DeliveryTally()
  readonly #browsing: Browsing
  #placed = 0
  readonly #counts = { paid: 0, declined: 0, pending: 0, cancelled: 0, delivered: 0, deliveriesFailed: 0 }
  readonly #refused = new Map<string, number>()

  constructor(playing: PlayingDay, start: number) {
    this.#playing = playing
    this.#browsing = new Browsing(playing.client)
    this.#start = start
  }

  async take(step: Step, dueAt: number, agenda: Agenda<Step>): Promise<Onward> {
    const now = (performance.now() - this.#start) * this.#playing.speed
    const then = (after: number, next: Step): void => {
      if (now + after < DAY_MS) agenda.add(this.#start + (now + after) / this.#playing.speed, next)
    }
    switch (step.does) {
      case 'place':
        return this.#place(dueAt, then)
      case 'pay':
        return this.#pay(step.order, step.attempt, then)
      case 'cancel':
        return this.#post(`/orders/${step.order.orderId}/cancel`, { reason: 'changed my mind' }, () => {
          this.#counts.cancelled += 1
        })
      case 'dispatch':
      case 'end':
        return this.#carry(step.does, step, then)
    }
  }

  report(): DayReport {
    const lives = { ...this.#counts, userEvents: this.#browsing.accepted, refused: Object.fromEntries(this.#refused) }
    return { ...this.#orders.report(performance.now() - this.#start), lives }
  }

  async #place(dueAt: number, then: Then): Promise<Onward> {
    const { client, nextOrder, lifeOf, advance, browser } = this.#playing
    const wanted = nextOrder()
    // For each who orders somebody else only looks. Told beside the order: how long that takes is a figure of its own.
    const browsing = Promise.all([
      this.#browsing.tell(browser.before(wanted), wanted.customerId),
      this.#browsing.tell(browser.alone(), null),
    ])
    const life = lifeOf(wanted)
    const key = `${this.#run}-${String(++this.#placed)}`
    let orderId: unknown
    const delivery = await deliver(async () => {
      const reply = await client.post('/orders', JSON.stringify(wanted), key)
      orderId = field(reply.body, 'orderId')
      return reply
    })
    this.#orders.count(delivery, performance.now() - dueAt)
    await browsing
    advance()
    if (isDone(delivery) && typeof orderId === 'string') {
      const order = { orderId, customerId: wanted.customerId, life }
      if (life.methods.length > 0) then(life.payAfter, { does: 'pay', order, attempt: 1 })
      if (life.cancel?.from === 'placed') then(life.cancel.after, { does: 'cancel', order })
    }
    return onward(delivery)
  }

  async #pay(order: Order, attempt: number, then: Then): Promise<Onward> {
    const { orderId, life } = order
    const method = life.methods[attempt - 1]
    let status: unknown
    const onwards = await this.#post('/payments', { orderId, method }, ({ body }) => {
      status = field(body, 'status')
      if (status === 'declined') {
        this.#counts.declined += 1
        if (attempt < life.methods.length) then(THINKING_MS, { does: 'pay', order, attempt: attempt + 1 })
      } else if (status === 'captured') {
        this.#counts.paid += 1
        const { carrier } = this.#playing
        if (life.cancel?.from === 'paid') then(life.cancel.after, { does: 'cancel', order })
        else if (carrier !== null) then(carrier.fetchedAfter(orderId, 1), { does: 'dispatch', order, dispatch: 1 })
      } else this.#counts.pending += 1
    })
    await this.#browsing.tell(paying(status), order.customerId)
    return onwards
  }

  async #carry(does: 'dispatch' | 'end', { order, dispatch }: Parcel, then: Then): Promise<Onward> {
    const { carrier } = this.#playing
    if (carrier === null) return 'go-on'
    const { orderId } = order
    if (does === 'dispatch') {
      return this.#post(`/deliveries/${orderId}/dispatch`, { dispatch }, () =>
        then(carrier.underWay(orderId, dispatch), { does: 'end', order, dispatch }),
      )
    }
    const reason = carrier.failure(orderId, dispatch)
    if (reason === null) {
      return this.#post(`/deliveries/${orderId}/deliver`, { dispatch }, () => {
        this.#counts.delivered += 1
      })
    }
    return this.#post(`/deliveries/${orderId}/fail`, { dispatch, reason }, () => {
      this.#counts.deliveriesFailed += 1
      then(carrier.fetchedAfter(orderId, dispatch + 1), { does: 'dispatch', order, dispatch: dispatch + 1 })
    })
  }

  /** `done` hears the answer of what was done. */
  async #post(path: string, body: object, done: (reply: Reply) => void): Promise<Onward> {
    const key = `${this.#run}-${path}-${JSON.stringify(body)}`.replace(/[^\x21-\x7e]/g, '_').slice(0, 128)
    const delivery = await deliver(async () => {
      const reply = await this.#playing.client.post(path, JSON.stringify(body), key)
      if (reply.status >= 200 && reply.status < 300) done(reply)
      else this.#count(problemCode(reply))
      return reply
    })
    return onward(delivery)
  }

  #count(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1)
  }
}

/** What the page sees of it. */
function paying(status: unknown): readonly BrowsedEvent[] {
  if (status === 'captured')
    return [{ type: 'payment_attempt' }, { type: 'payment_success' }, { type: 'order_completed' }]
  if (status === 'declined') return [{ type: 'payment_attempt' }, { type: 'payment_failure' }]
  return [{ type: 'payment_attempt' }]
}

type Then = (after: number, next: Step) => void
type Parcel = Extract<Step, { readonly does: 'end' | 'dispatch' }>

function isDone({ outcome }: Delivery): boolean {
  return outcome === 'accepted' || outcome === 'already-there'
}
