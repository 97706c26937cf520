/**
 * Checks of the money of orders and of their deliveries (law 10), over a log in its order, whatever wrote it. After each
 * command, for each attempt to pay an order that the command touches:
 *
 *   captured - refunded - under way - settled outside
 *     = max(0, value of what is confirmed or completed and not returned - goodwill - provider)
 *
 * where an attempt that did not confirm the order has the value 0. Besides: attempts and refunds are numbered from 1
 * without a gap, at most one attempt is open, one that is on hold is so for an alert that nobody has reviewed, and is over
 * with its order (order-holds.ts), each refund ends at most once, as it was requested. A capture confirms the
 * order, and its delivery is scheduled, in one command; so are delivered and completed, and cancelled both.
 *
 * What happens to an order is spilled by its id and judged at the end.
 */
import type { DomainEvent } from '../schemas/events.ts'
import { orderIn } from './orders/order-facts.ts'
import { GIFTS, isMoney, MONEY_TYPES, NO_MONEY, said, type MoneyFact } from './orders/money-fact.ts'
import { OrderHolds } from './orders/order-holds.ts'
import { OrderMoney, type TellFault } from './orders/order-money.ts'
import type { LoggedEvent } from './shop-audit.ts'
import { hashName } from './spill/name-hash.ts'
import { PARTS, Partitions } from './spill/partitions.ts'
import type { Spill } from './spill/spill-file.ts'
import { tally, type Check, type Locate } from './tally.ts'

export interface MoneyAudit {
  /** The next event. Those that cannot be decoded are left out, and are then missed where they belong. */
  see(logged: LoggedEvent, event: DomainEvent): void
  /** After the last event: `money`, `payments` and `deliveries`, in this order. */
  finish(locate: Locate): Promise<readonly Check[]>
}

/** Numbers of a fact: what it is (see `packed`), where it stands, and those of MoneyFact. */
const WIDTH = 6
const [WHAT, POSITION, CONTENT, NUMBER, REFUND, AMOUNT] = [0, 1, 2, 3, 4, 5] as const

const types: readonly string[] = MONEY_TYPES

export function auditMoney(spill: Spill): MoneyAudit {
  const checks = { money: tally(10, 'money'), payments: tally(10, 'payments'), deliveries: tally(10, 'deliveries') }
  const facts = new Partitions(spill, WIDTH)
  const cells = new Float64Array(WIDTH)
  const touched = new Set<string>()
  let commandId = ''

  function see({ position, commandId: by }: LoggedEvent, event: DomainEvent): void {
    if (!isMoney(event)) return
    if (by !== commandId) {
      touched.clear()
      commandId = by
    }
    const { orderId, type } = event
    const opens = !touched.has(orderId)
    if (opens) touched.add(orderId)
    if (opens && !type.startsWith('Fraud')) checks.money.count()
    if (type.startsWith('Delivery')) checks.deliveries.count()
    else if (!type.startsWith('Order') && !type.startsWith('Fraud')) checks.payments.count()
    const fact: MoneyFact = { ...NO_MONEY, ...said(event), type, position, opens }
    cells[WHAT] = packed(fact)
    cells[POSITION] = position
    cells[CONTENT] = fact.content
    cells[NUMBER] = fact.number
    cells[REFUND] = fact.refund
    cells[AMOUNT] = fact.amount
    const { low, high } = hashName(orderId)
    facts.add(low, high, cells)
  }

  async function finish(locate: Locate): Promise<readonly Check[]> {
    const tell: TellFault = (check, position, fault) =>
      checks[check].breachAt(position, (there) => `position ${position}, order ${orderIn(there)}: ${fault}`)
    const money = new OrderMoney(tell)
    const holds = new OrderHolds(tell)
    for (let part = 0; part < PARTS; part++) {
      facts.each(part, (low, high, found, at) => {
        const [number = 0, refund = 0, amount = 0] = [found[at + NUMBER], found[at + REFUND], found[at + AMOUNT]]
        const { [at + POSITION]: position = 0, [at + CONTENT]: content = 0 } = found
        const fact = { ...unpacked(found[at + WHAT] ?? 0), position, content, number, refund, amount }
        money.see(low, high, fact)
        holds.see(low, high, fact)
      })
      facts.drop(part)
      money.end()
      holds.end()
    }
    const { money: sums, payments, deliveries } = checks
    return [await sums.located(locate), await payments.located(locate), await deliveries.located(locate)]
  }

  return { see, finish }
}

/** The type, three flags, and the gift of a fact, in one number. */
function packed({ type, opens, confirms, late, gift }: MoneyFact): number {
  const flags = Number(opens) + 2 * Number(confirms) + 4 * Number(late) + 8 * GIFTS.indexOf(gift)
  return types.indexOf(type) + MONEY_TYPES.length * flags
}

function unpacked(what: number): Pick<MoneyFact, 'type' | 'opens' | 'confirms' | 'late' | 'gift'> {
  const flags = Math.floor(what / MONEY_TYPES.length)
  const [type, gift] = [MONEY_TYPES[what % MONEY_TYPES.length], GIFTS[flags >> 3]]
  if (type === undefined || gift === undefined) throw new Error('a fact of money is of no type')
  return { type, gift, opens: (flags & 1) !== 0, confirms: (flags & 2) !== 0, late: (flags & 4) !== 0 }
}
