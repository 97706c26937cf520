/** What a log says of each order, kept by its id and judged when the log has been walked. */
import { ORDER_STATUSES } from '../domain/order.ts'
import { totalOf, type OrderId } from '../domain/values.ts'
import type { Money, OrderEvent, OrderLine, RejectedLine } from '../schemas/events.ts'
import { IntegerTable } from './spill/integer-table.ts'
import { digestOf, hashName } from './spill/name-hash.ts'
import { PARTS, Partitions } from './spill/partitions.ts'
import type { Spill } from './spill/spill-file.ts'
import type { Located, Tally } from './tally.ts'

const STATUSES = ['none', ...ORDER_STATUSES] as const
type Status = (typeof STATUSES)[number]

/** What each event of an order leads from, and to. */
const STEPS: { readonly [Type in OrderEvent['type']]: { readonly from: readonly Status[]; readonly to: Status } } = {
  OrderPlaced: { from: ['none'], to: 'placed' },
  OrderRejected: { from: ['none'], to: 'rejected' },
  OrderConfirmed: { from: ['placed'], to: 'confirmed' },
  OrderCancelled: { from: ['placed', 'confirmed'], to: 'cancelled' },
  OrderExpired: { from: ['placed'], to: 'expired' },
  OrderCompleted: { from: ['confirmed'], to: 'completed' },
  OrderReturned: { from: ['completed'], to: 'completed' },
}

const TYPES = Object.keys(STEPS) as readonly OrderEvent['type'][]

/** Numbers of a fact: what it is (the index of a type, or SETTLED), where it stands, and two more. */
const KIND = 0
const POSITION = 1
/** Of an event: the digest of what all events of an order repeat, and 1 if its total is not what its lines give. */
const CONTENT = 2
const MISPRICED = 3
/** Of the end of a command: units that the order holds more or less, and 1 if a breach is counted already. */
const HELD = 2
const JUDGED = 3
const WIDTH = 4

const SETTLED = -1
/** The end of a command that ships or brings back: HELD has the units that the customer holds more or less. */
const MOVED = -2

/** Columns of the table of orders. */
const ORDER = { content: 0, status: 1, held: 2, out: 3, columns: 4 } as const

/** What a command has done to an order. */
export interface Settlement {
  readonly orderId: OrderId
  /** Units reserved, less those released or shipped. */
  readonly held: number
  /** Units shipped, less those returned. */
  readonly out: number
  /** A breach is counted already. */
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
    this.#add(event.orderId, [TYPES.indexOf(event.type), position, digest, totalFault(event) === null ? 0 : 1])
  }

  settled(position: number, { orderId, held, out, judged }: Settlement): void {
    if (out !== 0) this.#add(orderId, [MOVED, position, out, judged ? 1 : 0])
    this.#add(orderId, [SETTLED, position, held, judged ? 1 : 0])
  }

  /** Once, at the end: tells of the breaches, whose things are counted already. */
  judge(orders: Tally, reservations: Tally): void {
    const table = new IntegerTable(ORDER.columns)
    for (let part = 0; part < PARTS; part++) {
      table.clear()
      this.#facts.each(part, (low, high, cells, at) => {
        const row = table.rowOf(low, high)
        const [kind = SETTLED, position = 0] = [cells[at + KIND], cells[at + POSITION]]
        if (kind < 0) {
          const column = kind === MOVED ? ORDER.out : ORDER.held
          table.set(row, column, table.get(row, column) + (cells[at + HELD] ?? 0))
          const found = kind === MOVED ? outFault(table, row) : heldFault(table, row)
          const fault = cells[at + JUDGED] === 1 ? null : found
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

  #add(orderId: OrderId, cells: readonly [number, number, number, number]): void {
    const { low, high } = hashName(orderId)
    this.#fact.set(cells)
    this.#facts.add(low, high, this.#fact)
  }
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
  return !repeats || before === content ? null : `${type} does not match OrderPlaced`
}

function heldFault(table: IntegerTable, row: number): string | null {
  const status = statusOf(table, row)
  const held = table.get(row, ORDER.held)
  if (held < 0) return `${-held} more units were released or shipped than it held`
  if (held === 0 || status === 'placed' || status === 'confirmed') return null
  return `it is ${status} and still holds ${held} units`
}

function outFault(table: IntegerTable, row: number): string | null {
  const out = table.get(row, ORDER.out)
  return out < 0 ? `${-out} more units were returned than shipped` : null
}

function statusOf(table: IntegerTable, row: number): Status {
  return STATUSES[table.get(row, ORDER.status)] ?? 'none'
}

function placeOf({ position, stream, version }: Located): string {
  return `position ${position}, ${stream} version ${version}`
}

function orderIn({ today }: Located): string {
  for (const event of today) if ('orderId' in event && event.orderId !== null) return event.orderId
  return 'that this event names'
}

function totalFaultIn({ today }: Located): string {
  for (const event of today) {
    const fault = 'total' in event || event.type === 'OrderReturned' ? totalFault(event) : null
    if (fault !== null) return fault
  }
  return 'its total is not the sum of its lines'
}

/** Null when the total is what the lines give. */
function totalFault(event: OrderEvent): string | null {
  const { lines } = event
  const total = event.type === 'OrderReturned' ? event.value : event.total
  if (total === null) return null
  const all: readonly (OrderLine | RejectedLine)[] = lines
  return sumFault(all.filter(isPriced), all.length, total)
}

function sumFault(
  lines: readonly { readonly quantity: number; readonly unitPrice: Money }[],
  expected: number,
  total: Money,
): string | null {
  if (expected === 0) return 'it has no lines'
  if (lines.length < expected) return 'it has a total, but a line without a price'
  if (lines.some(({ quantity }) => quantity < 1)) return 'a line has a quantity below 1'
  const sum = totalOf(lines)
  if (sum === null) return 'its lines have no common currency, or a sum beyond 2^53'
  if (sum.currency !== total.currency) return `its total is in ${total.currency}, its lines are in ${sum.currency}`
  return sum.amount === total.amount ? null : `its total is ${total.amount}, the sum of its lines is ${sum.amount}`
}

function isPriced<Line extends { readonly unitPrice: Money | null }>(line: Line): line is Line & { unitPrice: Money } {
  return line.unitPrice !== null
}

/** Of what every event of an order repeats. */
function contentDigest(event: Exclude<OrderEvent, { type: 'OrderRejected' | 'OrderReturned' }>): number {
  const { customerId, tier, region, lines, total, placedAt } = event
  const values = lines.map(({ sku, name, category, quantity, unitPrice }) => [
    ...[sku, name, category, quantity],
    ...[unitPrice.amount, unitPrice.currency],
  ])
  return digestOf(JSON.stringify([customerId, tier, region, total.amount, total.currency, placedAt, values]))
}
