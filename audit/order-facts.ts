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

/** Columns of the table of orders. */
const ORDER = { content: 0, status: 1, held: 2, columns: 3 } as const

export class OrderFacts {
  readonly #facts: Partitions
  readonly #fact = new Float64Array(WIDTH)

  constructor(spill: Spill) {
    this.#facts = new Partitions(spill, WIDTH)
  }

  happened(position: number, event: OrderEvent): void {
    const digest = event.type === 'OrderRejected' ? 0 : contentDigest(event)
    this.#add(event.orderId, [TYPES.indexOf(event.type), position, digest, totalFault(event) === null ? 0 : 1])
  }

  settled(
    position: number,
    { orderId, held, judged }: { readonly orderId: OrderId; readonly held: number; readonly judged: boolean },
  ): void {
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
        if (kind === SETTLED) {
          table.set(row, ORDER.held, table.get(row, ORDER.held) + (cells[at + HELD] ?? 0))
          const fault = cells[at + JUDGED] === 1 ? null : heldFault(table, row)
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
  return first || type === 'OrderRejected' || before === content ? null : `${type} does not match OrderPlaced`
}

function heldFault(table: IntegerTable, row: number): string | null {
  const status = statusOf(table, row)
  const held = table.get(row, ORDER.held)
  if (held < 0) return `${-held} more units were released or shipped than it held`
  if (held === 0 || status === 'placed' || status === 'confirmed') return null
  return `it is ${status} and still holds ${held} units`
}

function statusOf(table: IntegerTable, row: number): Status {
  return STATUSES[table.get(row, ORDER.status)] ?? 'none'
}

function placeOf({ position, stream, version }: Located): string {
  return `position ${position}, ${stream} version ${version}`
}

function orderIn({ today }: Located): string {
  const named = today.find((event) => 'orderId' in event)
  return named !== undefined && 'orderId' in named ? named.orderId : 'that this event names'
}

function totalFaultIn({ today }: Located): string {
  for (const event of today) {
    const fault = 'total' in event ? totalFault(event) : null
    if (fault !== null) return fault
  }
  return 'its total is not the sum of its lines'
}

/** Null when the total is what the lines give. */
function totalFault({ total, lines }: OrderEvent): string | null {
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
function contentDigest(event: Exclude<OrderEvent, { type: 'OrderRejected' }>): number {
  const { customerId, tier, region, lines, total, placedAt } = event
  const values = lines.map(({ sku, name, category, quantity, unitPrice }) => [
    ...[sku, name, category, quantity],
    ...[unitPrice.amount, unitPrice.currency],
  ])
  return digestOf(JSON.stringify([customerId, tier, region, total.amount, total.currency, placedAt, values]))
}
