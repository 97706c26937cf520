/** What a log says of each order, kept by its id and judged when the log has been walked. */
import { ORDER_STATUSES } from '../../domain/order.ts'
import type { OrderId } from '../../domain/values.ts'
import type { DomainEvent, OrderEvent } from '../../schemas/events.ts'
import { contentDigest, totalFault } from './order-content.ts'
import { IntegerTable } from '../spill/integer-table.ts'
import { hashName } from '../spill/name-hash.ts'
import { PARTS, Partitions } from '../spill/partitions.ts'
import type { Spill } from '../spill/spill-file.ts'
import type { Located, Tally } from '../tally.ts'

const STATUSES = ['none', ...ORDER_STATUSES] as const
type Status = (typeof STATUSES)[number]

interface Step {
  readonly from: readonly Status[]
  readonly to: Status
  /** What its lines say of their units: to be reserved (1), to be released or to come back (-1), or nothing. */
  readonly promises: 1 | 0 | -1
}

/** What each event of an order leads from, and to. */
const STEPS: { readonly [Type in OrderEvent['type']]: Step } = {
  OrderPlaced: { from: ['none'], to: 'placed', promises: 1 },
  OrderRejected: { from: ['none'], to: 'rejected', promises: 0 },
  OrderConfirmed: { from: ['placed'], to: 'confirmed', promises: 0 },
  OrderCancelled: { from: ['placed', 'confirmed'], to: 'cancelled', promises: -1 },
  OrderExpired: { from: ['placed'], to: 'expired', promises: -1 },
  OrderCompleted: { from: ['confirmed'], to: 'completed', promises: 0 },
  OrderReturned: { from: ['completed'], to: 'completed', promises: -1 },
}

const TYPES = Object.keys(STEPS) as readonly OrderEvent['type'][]

/** Numbers of a fact: what it is (the index of a type, or SETTLED), where it stands, and two more. */
const KIND = 0
const POSITION = 1
/** Of an event: the digest of what all events of an order repeat, and 1 if its total is not what its lines give. */
const CONTENT = 2
const MISPRICED = 3
/** Of the end of a command: units that the order holds, and that are out, more or less; and FLAGS. */
const HELD = 2
const OUT = 3
const WEIGHED = 4
const DONE = 5
const WIDTH = 6

/** What a command did to an order; `judged`: a breach of it is counted already. */
const FLAGS = { judged: 1, shipped: 2, scheduled: 4, dispatched: 8 } as const

const SETTLED = -1

/** Columns of the table of orders. */
const ORDER = { content: 0, status: 1, held: 2, weighed: 3, out: 4, delivered: 5, columns: 6 } as const

/** What a command did to the units of an order. */
export interface Settled {
  readonly orderId: OrderId
  /** Units reserved, less those released or shipped. */
  readonly held: number
  /** The same, each product with a weight of its own. */
  readonly weighed: number
  /** Units shipped, less those that came back. */
  readonly out: number
  readonly shipped: boolean
  readonly scheduled: boolean
  /** For the first time. */
  readonly dispatched: boolean
  /** Whether a breach is counted already. */
  readonly judged: boolean
}

export class OrderFacts {
  readonly #facts: Partitions
  readonly #fact = new Float64Array(WIDTH)

  constructor(spill: Spill) {
    this.#facts = new Partitions(spill, WIDTH)
  }

  happened(position: number, event: OrderEvent): void {
    const digest = event.type === 'OrderRejected' || event.type === 'OrderReturned' ? 0 : contentDigest(event)
    this.#add(event.orderId, [TYPES.indexOf(event.type), position, digest, totalFault(event) === null ? 0 : 1, 0, 0])
  }

  settled(position: number, { orderId, held, weighed, out, ...done }: Settled): void {
    const flags =
      Number(done.judged) * FLAGS.judged +
      Number(done.shipped) * FLAGS.shipped +
      Number(done.scheduled) * FLAGS.scheduled +
      Number(done.dispatched) * FLAGS.dispatched
    this.#add(orderId, [SETTLED, position, held, out, weighed, flags])
  }

  /** Once, at the end: reports the breaches, whose things are counted already. */
  judge(orders: Tally, reservations: Tally): void {
    const table = new IntegerTable(ORDER.columns)
    for (let part = 0; part < PARTS; part++) {
      table.clear()
      this.#facts.each(part, (low, high, cells, at) => {
        const row = table.rowOf(low, high)
        const [kind = SETTLED, position = 0] = [cells[at + KIND], cells[at + POSITION]]
        if (kind === SETTLED) {
          const flags = cells[at + DONE] ?? 0
          const add = (column: number, units = 0) => table.set(row, column, table.get(row, column) + units)
          add(ORDER.held, cells[at + HELD])
          add(ORDER.weighed, cells[at + WEIGHED])
          add(ORDER.out, cells[at + OUT])
          if ((flags & FLAGS.scheduled) !== 0) table.set(row, ORDER.delivered, 1)
          const fault = (flags & FLAGS.judged) !== 0 ? null : unitsFault(table, row, flags)
          if (fault !== null) {
            reservations.breachAt(position, (there) => reservationFault(position, orderIn(there), fault))
          }
          return
        }
        const fault = stepFault(table, row, TYPES[kind], cells[at + CONTENT] ?? 0)
        if (fault === null && cells[at + MISPRICED] === 0) return
        orders.breachAt(position, (there) => `${placeOf(there)}: ${fault ?? totalFaultIn(there)}`)
      })
      this.#facts.drop(part)
    }
  }

  #add(orderId: OrderId, cells: readonly [number, number, number, number, number, number]): void {
    const { low, high } = hashName(orderId)
    this.#fact.set(cells)
    this.#facts.add(low, high, this.#fact)
  }
}

export function promised(type: OrderEvent['type']): Step['promises'] {
  return STEPS[type].promises
}

export function reservationFault(position: number, orderId: string, fault: string): string {
  return `position ${position}, order ${orderId}: ${fault}`
}

function stepFault(
  table: IntegerTable,
  row: number,
  type: OrderEvent['type'] | undefined,
  content: number,
): string | null {
  if (type === undefined) throw new Error('a fact of an order is of no type')
  const status = statusOf(table, row)
  const { from, to } = STEPS[type]
  table.set(row, ORDER.status, STATUSES.indexOf(to))
  const first = type === 'OrderPlaced'
  const before = table.get(row, ORDER.content)
  if (first && from.includes(status)) table.set(row, ORDER.content, content)
  if (!from.includes(status)) return `${type} of an order that is ${status}`
  const repeats = !first && type !== 'OrderRejected' && type !== 'OrderReturned'
  return repeats && before !== content ? `${type} does not match OrderPlaced` : null
}

function unitsFault(table: IntegerTable, row: number, flags: number): string | null {
  const status = statusOf(table, row)
  const held = table.get(row, ORDER.held)
  const out = table.get(row, ORDER.out)
  if (out < 0) return `${-out} more units were returned than shipped`
  if (held < 0) return `${-held} more units were released or shipped than it held`
  const dispatched = (flags & FLAGS.dispatched) !== 0
  if (table.get(row, ORDER.delivered) === 1 && (flags & FLAGS.shipped) !== 0 && !dispatched) {
    return 'its units are shipped, but not with its first dispatch'
  }
  if (!dispatched && (status === 'placed' || status === 'confirmed')) return null
  if (held > 0) return `it is ${dispatched ? 'dispatched' : status} and still holds ${held} units`
  if (table.get(row, ORDER.weighed) === 0) return null
  return 'other products were released or shipped than it held'
}

function statusOf(table: IntegerTable, row: number): Status {
  return STATUSES[table.get(row, ORDER.status)] ?? 'none'
}

function placeOf({ position, stream, version }: Located): string {
  return `position ${position}, ${stream} version ${version}`
}

export function orderIn({ today }: Located): string {
  const named = today.map((event) => ('orderId' in event ? event.orderId : null))
  return named.find((orderId) => orderId !== null) ?? 'that this event names'
}

function totalFaultIn({ today }: Located): string {
  const faults = today.map((event) => (isOrderEvent(event) ? totalFault(event) : null))
  return faults.find((fault) => fault !== null) ?? 'its total is not the sum of its lines'
}

function isOrderEvent(event: DomainEvent): event is OrderEvent {
  return Object.hasOwn(STEPS, event.type)
}
