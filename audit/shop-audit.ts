/**
 * Checks of what the events say together (laws 2 and 4), over a log in its order, whatever wrote it.
 *
 * An order and the stock it reserves change in one append, so the events of one command stand side by side. At the end
 * of each command what its order events promise (their lines) must be what its stock events moved:
 *
 *   OrderPlaced                    one StockReserved for each product, of its units on all lines together
 *   OrderCancelled, OrderExpired   one StockReleased for each product, alike
 *   OrderCancelled after a dispatch   one StockReturned for each product, alike
 *   OrderCompleted                 nothing is held any more: all of it was shipped
 *   OrderReturned                  one StockReturned for each product of its own lines; never more than was shipped
 *   DeliveryDispatched, the first  one StockShipped for each product, of all that the order holds; never again
 *   any other                      nothing moves
 *
 * What falls below its reorder point is recorded in the stream of the product (orders/reorder-audit.ts).
 *
 * A few integers are kept for each product. What happens to an order is spilled by its id and judged at the end, so a log
 * of any length can be walked.
 */
import type { DomainEvent, InventoryEvent, OrderEvent } from '../schemas/events.ts'
import { isOfKind } from '../schemas/is-of-kind.ts'
import { OrderFacts, promised, reservationFault } from './orders/order-facts.ts'
import { ReorderAudit } from './orders/reorder-audit.ts'
import { hashName } from './spill/name-hash.ts'
import type { Spill } from './spill/spill-file.ts'
import { tally, type Check, type Locate } from './tally.ts'
import type { OrderId, Sku } from '../domain/values.ts'

export interface LoggedEvent {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly commandId: string
}

export interface ShopAudit {
  /** The next event. Those that cannot be decoded are left out, and are then missed where they belong. */
  see(logged: LoggedEvent, event: DomainEvent): void
  /** After the last event of the last command: `stock`, `orders` and `reservations`, in this order. */
  finish(locate: Locate): Promise<readonly Check[]>
}

interface Product {
  onHand: number
  /** By the events of stock. */
  reserved: number
  /** By the lines of orders, less what was shipped. */
  promised: number
}

interface Movement {
  /** Units by the lines of the command's order events; negative: to be released, or to come back. */
  promised: number
  /** Units by the command's stock events. */
  moved: number
  /** Units shipped, less those that came back. */
  out: number
}

/** What a command does to one order. */
interface Movements {
  /** Of the first event that names the order. */
  readonly position: number
  readonly bySku: Map<Sku, Movement>
  /** Units reserved, less those released or shipped. */
  held: number
  /** The same, each product with a weight of its own: 0 where of each product as many went as came. */
  weighed: number
  /** Units shipped, less those that came back. */
  out: number
  shipped: boolean
  /** Its delivery is scheduled, or begins: DeliveryScheduled, or the first DeliveryDispatched. */
  scheduled: boolean
  dispatched: boolean
}

type Moved = Extract<InventoryEvent, { readonly orderId: OrderId }>

export function auditShop(spill: Spill): ShopAudit {
  const stock = tally(4, 'stock')
  const orders = tally(2, 'orders')
  const reservations = tally(4, 'reservations')
  const products = new Map<Sku, Product>()
  const facts = new OrderFacts(spill)
  const reorders = new ReorderAudit()
  const movements = new Map<OrderId, Movements>()
  let commandId = ''

  function see(logged: LoggedEvent, event: DomainEvent): void {
    if (logged.commandId !== commandId) {
      settle()
      commandId = logged.commandId
    }
    if (isOfKind('inventory', event)) seeStock(logged, event)
    else if (isOfKind('order', event)) seeOrder(logged, event)
    else if (event.type === 'DeliveryScheduled') movementsOf(logged, event.orderId).scheduled = true
    else if (event.type === 'DeliveryDispatched' && event.dispatch === 1) {
      movementsOf(logged, event.orderId).dispatched = true
    }
  }

  function seeStock(logged: LoggedEvent, event: InventoryEvent): void {
    stock.count()
    const product = productOf(event.sku)
    const before = product.onHand - product.reserved
    moveStock(product, logged, event)
    const { onHand, reserved } = product
    const fault = reorders.see(event, before, onHand - reserved)
    if (fault !== null) stock.breach(`${at(logged)}: ${fault}`)
    if (reserved < 0 || reserved > onHand) {
      stock.breach(`${at(logged)}: ${reserved} of ${onHand} units on hand are reserved`)
    }
  }

  function moveStock(product: Product, logged: LoggedEvent, event: InventoryEvent): void {
    switch (event.type) {
      case 'ProductListed':
      case 'PriceChanged':
      case 'ReorderPointSet':
      case 'StockFellBelow':
      case 'RestockAdvised':
        break
      case 'StockReceived':
        product.onHand += event.quantity
        break
      case 'StockAdjusted':
        product.onHand += event.delta
        break
      case 'StockReserved':
        product.reserved += event.quantity
        move(logged, event, event.quantity)
        break
      case 'StockReleased':
        product.reserved -= event.quantity
        move(logged, event, -event.quantity)
        break
      case 'StockShipped':
        product.onHand -= event.quantity
        product.reserved -= event.quantity
        // All that the order holds, with its first dispatch: judged by what it holds then.
        ship(logged, event, event.quantity)
        break
      case 'StockReturned':
        if (event.sellable) product.onHand += event.quantity
        comeBack(logged, event, event.quantity)
        break
    }
  }

  function seeOrder(logged: LoggedEvent, event: OrderEvent): void {
    orders.count()
    facts.happened(logged.position, event)
    const { orderId } = event
    const sign = promised(event.type)
    if (sign === 0) movementsOf(logged, orderId)
    else for (const { sku, quantity } of event.lines) movementOf(logged, orderId, sku).promised += sign * quantity
  }

  function move(logged: LoggedEvent, { orderId, sku }: Moved, units: number): void {
    movementOf(logged, orderId, sku).moved += units
    hold(logged, orderId, sku, units)
  }

  function ship(logged: LoggedEvent, { orderId, sku }: Moved, units: number): void {
    movementOf(logged, orderId, sku).out += units
    hold(logged, orderId, sku, -units)
    const ofOrder = movementsOf(logged, orderId)
    ofOrder.out += units
    ofOrder.shipped = true
  }

  function hold(logged: LoggedEvent, orderId: OrderId, sku: Sku, units: number): void {
    const ofOrder = movementsOf(logged, orderId)
    ofOrder.held += units
    ofOrder.weighed += units * weightOf(sku)
  }

  function comeBack(logged: LoggedEvent, { orderId, sku }: Moved, units: number): void {
    const movement = movementOf(logged, orderId, sku)
    movement.moved -= units
    movement.out -= units
    movementsOf(logged, orderId).out -= units
  }

  /** The end of a command: what was promised must have moved. */
  function settle(): void {
    for (const [orderId, { position, bySku, ...moved }] of movements) {
      reservations.count()
      // What was shipped is no longer promised: it comes back to stock, and to no reservation.
      for (const [sku, movement] of bySku) productOf(sku).promised += movement.promised - movement.out
      const fault = movementFault(bySku)
      if (fault !== null) reservations.breach(reservationFault(position, orderId, fault), position)
      facts.settled(position, { orderId, ...moved, judged: fault !== null })
    }
    movements.clear()
  }

  async function finish(locate: Locate): Promise<readonly Check[]> {
    settle()
    facts.judge(orders, reservations)
    for (const words of reorders.unsaid()) stock.breach(words, Infinity)
    for (const [sku, { reserved, promised }] of products) {
      reservations.count()
      if (reserved === promised) continue
      const words = `product ${sku}: ${reserved} units are reserved, open orders hold ${promised}`
      reservations.breach(words, Infinity)
    }
    return [stock.check(), await orders.located(locate), await reservations.located(locate)]
  }

  function productOf(sku: Sku): Product {
    const known = products.get(sku)
    if (known !== undefined) return known
    const product = { onHand: 0, reserved: 0, promised: 0 }
    products.set(sku, product)
    return product
  }

  function movementOf(logged: LoggedEvent, orderId: OrderId, sku: Sku): Movement {
    const { bySku } = movementsOf(logged, orderId)
    const known = bySku.get(sku)
    if (known !== undefined) return known
    const movement = { promised: 0, moved: 0, out: 0 }
    bySku.set(sku, movement)
    return movement
  }

  function movementsOf({ position }: LoggedEvent, orderId: OrderId): Movements {
    const known = movements.get(orderId)
    if (known !== undefined) return known
    const units = { held: 0, weighed: 0, out: 0 }
    const moved = {
      position,
      bySku: new Map<Sku, Movement>(),
      ...units,
      shipped: false,
      scheduled: false,
      dispatched: false,
    }
    movements.set(orderId, moved)
    return moved
  }

  return { see, finish }
}

/** Between 1 and 2^20: with it, a hundred lines of a million units stay whole numbers. */
function weightOf(sku: Sku): number {
  return (hashName(sku).low >>> 12) + 1
}

function movementFault(movements: ReadonlyMap<Sku, Movement>): string | null {
  for (const [sku, { promised, moved }] of movements) {
    if (promised !== moved)
      return `its lines have ${signed(promised)} of ${sku}, but its stock events have ${signed(moved)}`
  }
  return null
}

function at({ position, stream, version }: LoggedEvent): string {
  return `position ${position}, ${stream} version ${version}`
}

function signed(units: number): string {
  return units > 0 ? `+${units}` : String(units)
}
