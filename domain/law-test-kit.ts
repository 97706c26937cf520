/**
 * The laws of money and stock over the events alone, worked out without any aggregate or decision: what breaks one, in
 * words; an empty list when both hold. They hold after the last event of every command.
 */
import type { DomainEvent, OrderEvent, PaymentEvent } from '../schemas/events.ts'
import { idOf } from './decision.ts'
import type { Log } from './test-kit.ts'

/** Law 10, for each attempt of each order. */
export function moneyFaults(log: Log): readonly string[] {
  return streamsOf<PaymentEvent>(log, 'payment').flatMap(([orderId, events]) => {
    const life = (log[`order-${orderId}`] ?? []) as readonly OrderEvent[]
    const value = valueOf(life)
    const attempts = [...attemptsOf(events)]
    const open = attempts.filter(([, { isOpen }]) => isOpen)
    const confirming = attempts.filter(([, { confirms }]) => confirms)
    const faults = attempts.flatMap(([attempt, money]) => {
      const { captured, refunded, underWay, settled, goodwill, provider, confirms } = money
      const left = captured - refunded - underWay - settled
      const right = Math.max(0, (confirms ? value : 0) - goodwill - provider)
      return left === right ? [] : [`order ${orderId}, attempt ${attempt}: ${left} is left, it should be ${right}`]
    })
    if (open.length > 1) faults.push(`order ${orderId}: ${open.length} attempts are open`)
    const last = life.at(-1)?.type
    if (open.length > 0 && last !== 'OrderPlaced' && last !== 'OrderCancelled')
      faults.push(`order ${orderId}: attempt ${open[0]?.[0]} is open after ${last}`)
    faults.push(...holdFaults(events, last).map((fault) => `order ${orderId}, ${fault}`))
    if (confirming.length > 1) faults.push(`order ${orderId}: ${confirming.length} attempts confirm it`)
    return faults
  })
}

/** An attempt is on hold once at most, open all the while, and not when its order is over. */
function holdFaults(events: readonly PaymentEvent[], lastOfOrder: OrderEvent['type'] | undefined): readonly string[] {
  const faults: string[] = []
  const states = new Map<number, 'open' | 'on hold' | 'released' | 'over'>()
  for (const event of events) {
    const { type, attempt } = event
    const state = states.get(attempt)
    if (type === 'PaymentRequested') states.set(attempt, 'open')
    if (type === 'PaymentHeld') {
      if (state !== 'open') faults.push(`attempt ${attempt}: it is ${state} and is put on hold`)
      states.set(attempt, 'on hold')
    }
    if (type === 'PaymentReleased') {
      if (state !== 'on hold') faults.push(`attempt ${attempt}: it is ${state} and is released`)
      states.set(attempt, 'released')
    }
    if (type === 'PaymentDeclined') {
      const isOfHold = event.reason === 'fraud' || event.reason === 'cancelled'
      if (isOfHold && (state !== 'on hold' || lastOfOrder !== 'OrderCancelled'))
        faults.push(`attempt ${attempt}: it is ${state} and declined for ${event.reason} after ${lastOfOrder}`)
      if (event.reason === 'replaced' && state === 'on hold') faults.push(`attempt ${attempt}: on hold and replaced`)
    }
    if (type === 'PaymentDeclined' || type === 'PaymentCaptured') states.set(attempt, 'over')
  }
  for (const [attempt, state] of states)
    if (state === 'on hold' && lastOfOrder !== 'OrderPlaced')
      faults.push(`attempt ${attempt}: on hold after ${lastOfOrder}`)
  return faults
}

interface AttemptMoney {
  isOpen: boolean
  confirms: boolean
  captured: number
  refunded: number
  underWay: number
  /** By a person, outside. */
  settled: number
  goodwill: number
  provider: number
}

function attemptsOf(events: readonly PaymentEvent[]): ReadonlyMap<number, AttemptMoney> {
  const attempts = new Map<number, AttemptMoney>()
  for (const event of events) {
    const { amount } = event.amount
    const known = attempts.get(event.attempt)
    const none = { captured: 0, refunded: 0, underWay: 0, settled: 0, goodwill: 0, provider: 0 }
    const money = known ?? { isOpen: false, confirms: false, ...none }
    attempts.set(event.attempt, money)
    switch (event.type) {
      case 'PaymentRequested':
        money.isOpen = true
        break
      case 'PaymentDeclined':
        money.isOpen = false
        break
      case 'PaymentCaptured':
        money.isOpen = false
        money.confirms = event.confirms
        money.captured += amount
        break
      case 'PaymentHeld':
      case 'PaymentReleased':
        break
      case 'RefundRequested':
        money.underWay += amount
        if (event.cause === 'goodwill') money.goodwill += amount
        if (event.cause === 'provider') money.provider += amount
        break
      case 'PaymentRefunded':
        money.underWay -= amount
        money.refunded += amount
        break
      case 'RefundFailed':
        money.underWay -= amount
        money.settled += amount
        break
    }
  }
  return attempts
}

/** Of what is confirmed or completed and not returned. */
function valueOf(events: readonly OrderEvent[]): number {
  let value = 0
  for (const event of events) {
    if (event.type === 'OrderConfirmed') value = event.total.amount
    else if (event.type === 'OrderReturned') value -= event.value.amount
    else if (event.type !== 'OrderCompleted') value = 0
  }
  return value
}

/** Law 4, for each product at its last version, and for what each order moved of it. */
export function stockFaults(log: Log): readonly string[] {
  const held = new Map<string, number>()
  const faults: string[] = []
  for (const [orderId, events] of streamsOf<OrderEvent>(log, 'order')) {
    const { reserved, shipped, returned } = unitsOf(events, log[`delivery-${orderId}`] ?? [])
    for (const [sku, units] of reserved) held.set(sku, (held.get(sku) ?? 0) + units)
    for (const [sku, units] of returned) {
      const out = shipped.get(sku) ?? 0
      if (units > out) faults.push(`order ${orderId}: ${units} of ${sku} came back, ${out} were shipped`)
    }
    const moved = movedOf(log, orderId)
    for (const [name, expected] of [
      ['StockShipped', shipped],
      ['StockReturned', returned],
    ] as const) {
      const found = moved.get(name) ?? new Map<string, number>()
      for (const sku of new Set([...expected.keys(), ...found.keys()])) {
        const [units, should] = [found.get(sku) ?? 0, expected.get(sku) ?? 0]
        if (units !== should) faults.push(`order ${orderId}: ${name} of ${units} ${sku}, it should be ${should}`)
      }
    }
  }
  for (const [sku, events] of streamsOf(log, 'inventory')) {
    const { onHand, reserved } = stockOf(events)
    const should = held.get(sku) ?? 0
    if (reserved !== should) faults.push(`product ${sku}: ${reserved} are reserved, open orders hold ${should}`)
    if (reserved < 0 || reserved > onHand) faults.push(`product ${sku}: ${reserved} of ${onHand} are reserved`)
  }
  return faults
}

type Units = Map<string, number>

/** What an order holds, was shipped and brought back, by its own events and those of its delivery. */
function unitsOf(events: readonly OrderEvent[], deliveries: readonly DomainEvent[]) {
  const units = (lines: readonly { readonly sku: string; readonly quantity: number }[], into: Units = new Map()) => {
    for (const { sku, quantity } of lines) into.set(sku, (into.get(sku) ?? 0) + quantity)
    return into
  }
  const last = events.findLast(({ type }) => type !== 'OrderReturned')
  const wasDispatched = deliveries.some(({ type }) => type === 'DeliveryDispatched')
  const isOpen = last?.type === 'OrderPlaced' || last?.type === 'OrderConfirmed'
  const returned: Units = new Map()
  for (const event of events) if (event.type === 'OrderReturned') units(event.lines, returned)
  if (last?.type === 'OrderCancelled' && wasDispatched) units(last.lines, returned)
  const lines = last === undefined || last.type === 'OrderRejected' ? [] : last.lines
  return {
    reserved: isOpen && !wasDispatched ? units(lines) : new Map<string, number>(),
    shipped: wasDispatched ? units(lines) : new Map<string, number>(),
    returned,
  }
}

/** By the events of stock that name the order: units by event and product. */
function movedOf(log: Log, orderId: string): ReadonlyMap<string, Units> {
  const moved = new Map<string, Units>()
  for (const [sku, events] of streamsOf(log, 'inventory')) {
    for (const event of events) {
      if ((event.type !== 'StockShipped' && event.type !== 'StockReturned') || event.orderId !== orderId) continue
      const units = moved.get(event.type) ?? new Map<string, number>()
      moved.set(event.type, units.set(sku, (units.get(sku) ?? 0) + event.quantity))
    }
  }
  return moved
}

function stockOf(events: readonly DomainEvent[]): { readonly onHand: number; readonly reserved: number } {
  let [onHand, reserved] = [0, 0]
  for (const event of events) {
    if (event.type === 'StockReceived') onHand += event.quantity
    if (event.type === 'StockAdjusted') onHand += event.delta
    if (event.type === 'StockShipped') onHand -= event.quantity
    if (event.type === 'StockReturned' && event.sellable) onHand += event.quantity
    if (event.type === 'StockReserved') reserved += event.quantity
    if (event.type === 'StockReleased' || event.type === 'StockShipped') reserved -= event.quantity
  }
  return { onHand, reserved }
}

/** For each product: every crossing of its reorder point is followed by one StockFellBelow, and nothing else is. */
export function reorderFaults(log: Log): readonly string[] {
  return streamsOf(log, 'inventory').flatMap(([sku, events]) => {
    const faults: string[] = []
    let point = 0
    let wasAbove: 'never' | 'since' | 'not since it fell' = 'never'
    for (const [index, event] of events.entries()) {
      const before = availableIn(events.slice(0, index))
      const now = availableIn(events.slice(0, index + 1))
      let crosses = false
      if (event.type === 'ProductListed') point = event.reorderPoint
      else if (event.type === 'ReorderPointSet') {
        crosses = now < event.reorderPoint && before >= point
        point = event.reorderPoint
        if (now >= point) wasAbove = 'since'
        if (point === 0) wasAbove = 'never'
      } else crosses = wasAbove === 'since' && before >= point && now < point
      if (wasAbove === 'never' && point > 0 && now >= point) wasAbove = 'since'
      if (wasAbove === 'not since it fell' && 10 * now >= 11 * point) wasAbove = 'since'
      if (event.type === 'StockFellBelow') wasAbove = 'not since it fell'
      const next = events[index + 1]
      const said = next?.type === 'StockFellBelow' ? `${next.threshold} ${next.available}` : null
      const should = crosses ? `${point} ${now}` : null
      if (said !== should) faults.push(`product ${sku}, event ${index + 1}: ${said} is said, it should be ${should}`)
    }
    return faults
  })
}

function availableIn(events: readonly DomainEvent[]): number {
  const { onHand, reserved } = stockOf(events)
  return onHand - reserved
}

function streamsOf<Event extends DomainEvent = DomainEvent>(
  log: Log,
  kind: string,
): readonly (readonly [string, readonly Event[]])[] {
  return Object.entries(log)
    .filter(([stream]) => stream.startsWith(`${kind}-`))
    .map(([stream, events]) => [idOf(stream), events as readonly Event[]])
}
