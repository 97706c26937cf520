/**
 * Checks of what the events say together (laws 2 and 4), over a log in its order, whatever wrote it.
 *
 * An order and the stock it reserves change in one append, so the events of one command stand side by side. At the end
 * of each command what its order events promise (their lines) must be what its stock events moved:
 *
 *   OrderPlaced                    one StockReserved for each product, of its units on all lines together
 *   OrderCancelled, OrderExpired   one StockReleased for each product, alike
 *   OrderCompleted                 nothing is held any more: all of it was shipped
 *   any other                      nothing moves
 *
 * A few integers are kept for each product and each order, so a log of any length can be walked.
 */
import type { DomainEvent, InventoryEvent, OrderEvent, OrderLine, Money } from '../schemas/events.ts'
import { ORDER_STATUSES } from '../domain/order.ts'
import { IntegerTable } from './integer-table.ts'
import { tally, type Check } from './tally.ts'
import { totalOf, type OrderId, type Sku } from '../domain/values.ts'

export interface LoggedEvent {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly commandId: string
  readonly event: DomainEvent
}

export interface ShopAudit {
  /** The next event. Those that cannot be decoded are left out, and are then missed where they belong. */
  see(logged: LoggedEvent): void
  /** After the last event of the last command: `stock`, `orders` and `reservations`, in this order. */
  finish(): readonly Check[]
}

interface Product {
  onHand: number
  /** By the events of stock. */
  reserved: number
  /** By the lines of orders, less what was shipped. */
  promised: number
}

interface Movement {
  /** Units by the lines of the command's order events; negative: to be released. */
  promised: number
  /** Units by the command's stock events. */
  moved: number
}

/** Columns of the orders' table. */
const CONTENT = 0
const STATUS = 1
/** Units reserved and neither released nor shipped. */
const HELD = 2

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

export function auditShop(): ShopAudit {
  const stock = tally(4, 'stock')
  const orders = tally(2, 'orders')
  const reservations = tally(4, 'reservations')
  const products = new Map<Sku, Product>()
  const table = new IntegerTable(3)
  const movements = new Map<OrderId, Map<Sku, Movement>>()
  let command = { id: '', position: 0 }

  function see(logged: LoggedEvent): void {
    if (logged.commandId !== command.id) {
      settle()
      command = { id: logged.commandId, position: logged.position }
    }
    const { event } = logged
    switch (event.type) {
      case 'ProductListed':
      case 'PriceChanged':
      case 'StockReceived':
      case 'StockAdjusted':
      case 'StockReserved':
      case 'StockReleased':
      case 'StockShipped':
        return seeStock(logged, event)
      case 'OrderPlaced':
      case 'OrderConfirmed':
      case 'OrderCancelled':
      case 'OrderExpired':
      case 'OrderCompleted':
      case 'OrderRejected':
        return seeOrder(logged, event)
      case 'CustomerRegistered':
      case 'CustomerTierChanged':
        return
    }
  }

  function seeStock(logged: LoggedEvent, event: InventoryEvent): void {
    stock.count()
    const product = productOf(event.sku)
    switch (event.type) {
      case 'ProductListed':
      case 'PriceChanged':
        return
      case 'StockReceived':
        product.onHand += event.quantity
        break
      case 'StockAdjusted':
        product.onHand += event.delta
        break
      case 'StockReserved':
        product.reserved += event.quantity
        move(event.orderId, event.sku, event.quantity)
        break
      case 'StockReleased':
        product.reserved -= event.quantity
        move(event.orderId, event.sku, -event.quantity)
        break
      case 'StockShipped':
        product.onHand -= event.quantity
        product.reserved -= event.quantity
        ship(event.orderId, event.quantity)
        product.promised -= event.quantity
        break
    }
    const { onHand, reserved } = product
    if (reserved < 0 || reserved > onHand) {
      stock.breach(`${at(logged)}: ${reserved} of ${onHand} units on hand are reserved`)
    }
  }

  function seeOrder(logged: LoggedEvent, event: OrderEvent): void {
    const row = table.row(event.orderId)
    const status = statusOf(row)
    const { from, to } = STEPS[event.type]
    orders.count()
    table.set(row, STATUS, STATUSES.indexOf(to))
    const fault = !from.includes(status) ? `${event.type} of an order that is ${status}` : contentFault(event, row)
    if (fault !== null) orders.breach(`${at(logged)}: ${fault}`)

    if (event.type === 'OrderPlaced') promise(event.orderId, event.lines, 1)
    else if (event.type === 'OrderCancelled' || event.type === 'OrderExpired') promise(event.orderId, event.lines, -1)
    else movementsOf(event.orderId)
  }

  function contentFault(event: OrderEvent, row: number): string | null {
    if (event.type === 'OrderRejected') {
      return event.total === null ? null : totalFault(event.lines.filter(isPriced), event.lines.length, event.total)
    }
    const digest = digestOf(event)
    if (event.type === 'OrderPlaced') table.set(row, CONTENT, digest)
    else if (table.get(row, CONTENT) !== digest) return `${event.type} does not match OrderPlaced`
    return totalFault(event.lines, event.lines.length, event.total)
  }

  function promise(orderId: OrderId, lines: readonly OrderLine[], sign: 1 | -1): void {
    for (const { sku, quantity } of lines) {
      movementOf(orderId, sku).promised += sign * quantity
      productOf(sku).promised += sign * quantity
    }
  }

  function move(orderId: OrderId, sku: Sku, units: number): void {
    movementOf(orderId, sku).moved += units
    const row = table.row(orderId)
    table.set(row, HELD, table.get(row, HELD) + units)
  }

  /** Shipping may come in a command of its own, or in the one that completes the order: judged at its end. */
  function ship(orderId: OrderId, units: number): void {
    movementsOf(orderId)
    const row = table.row(orderId)
    table.set(row, HELD, table.get(row, HELD) - units)
  }

  /** The end of a command: what was promised must have moved. */
  function settle(): void {
    for (const [orderId, moved] of movements) {
      reservations.count()
      const fault = movementFault(moved) ?? heldFault(orderId)
      if (fault !== null) reservations.breach(`position ${command.position}, order ${orderId}: ${fault}`)
    }
    movements.clear()
  }

  function heldFault(orderId: OrderId): string | null {
    const row = table.row(orderId)
    const status = statusOf(row)
    const held = table.get(row, HELD)
    if (held < 0) return `${-held} more units were released or shipped than it held`
    if (held === 0 || status === 'placed' || status === 'confirmed') return null
    return `it is ${status} and still holds ${held} units`
  }

  function finish(): readonly Check[] {
    settle()
    for (const [sku, { reserved, promised }] of products) {
      reservations.count()
      if (reserved === promised) continue
      reservations.breach(`product ${sku}: ${reserved} units are reserved, open orders hold ${promised}`)
    }
    return [stock.check(), orders.check(), reservations.check()]
  }

  function statusOf(row: number): Status {
    return STATUSES[table.get(row, STATUS)] ?? 'none'
  }

  function productOf(sku: Sku): Product {
    const known = products.get(sku)
    if (known !== undefined) return known
    const product = { onHand: 0, reserved: 0, promised: 0 }
    products.set(sku, product)
    return product
  }

  function movementOf(orderId: OrderId, sku: Sku): Movement {
    const ofOrder = movementsOf(orderId)
    const known = ofOrder.get(sku)
    if (known !== undefined) return known
    const movement = { promised: 0, moved: 0 }
    ofOrder.set(sku, movement)
    return movement
  }

  function movementsOf(orderId: OrderId): Map<Sku, Movement> {
    const known = movements.get(orderId)
    if (known !== undefined) return known
    const moved = new Map<Sku, Movement>()
    movements.set(orderId, moved)
    return moved
  }

  return { see, finish }
}

function movementFault(movements: ReadonlyMap<Sku, Movement>): string | null {
  for (const [sku, { promised, moved }] of movements) {
    if (promised !== moved)
      return `its lines have ${signed(promised)} of ${sku}, but its stock events have ${signed(moved)}`
  }
  return null
}

function totalFault(
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

/** 32 bits of what every event of an order repeats (FNV-1a): a change goes unseen once in four billion. */
function digestOf(event: Exclude<OrderEvent, { type: 'OrderRejected' }>): number {
  const { customerId, tier, region, lines, total, placedAt } = event
  const values = lines.map(({ sku, name, category, quantity, unitPrice }) => [
    ...[sku, name, category, quantity],
    ...[unitPrice.amount, unitPrice.currency],
  ])
  const text = JSON.stringify([customerId, tier, region, total.amount, total.currency, placedAt, values])
  let digest = 0x811c9dc5
  for (let index = 0; index < text.length; index++) digest = Math.imul(digest ^ text.charCodeAt(index), 0x01000193)
  return digest >>> 0
}

function at({ position, stream, version }: LoggedEvent): string {
  return `position ${position}, ${stream} version ${version}`
}

function signed(units: number): string {
  return units > 0 ? `+${units}` : String(units)
}
