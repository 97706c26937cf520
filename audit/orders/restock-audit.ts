/**
 * Checks of the advices to restock (law 11), over a log in its order, whatever wrote it: at most one for each product and
 * clock hour, and each counts the orders that were refused for lack of the product in that hour, with their units, up to
 * some refusal before it. How many the shop leaves alone is a setting, which no log knows.
 *
 * Refusals and advices are spilled by product and judged at the end.
 */
import type { DomainEvent, RestockAdvised } from '../../schemas/events.ts'
import type { LoggedEvent } from '../shop-audit.ts'
import { hashName } from '../spill/name-hash.ts'
import { PARTS, Partitions } from '../spill/partitions.ts'
import type { Spill } from '../spill/spill-file.ts'
import { tally, type Check, type Tally } from '../tally.ts'

export interface RestockAudit {
  /** The next event. Those that cannot be decoded are left out, and are then missed where they belong. */
  see(logged: LoggedEvent & { readonly recordedAt: number }, event: DomainEvent): void
  /** After the last event: `restocks`. */
  finish(): Check
}

const HOUR_MS = 3_600_000

/** Numbers of a fact: where it stands, its hour, its units, and of an advice its orders; of a refusal REFUSAL. */
const [POSITION, HOUR, UNITS, ORDERS, WIDTH] = [0, 1, 2, 3, 4] as const
const REFUSAL = -1

interface Advice {
  readonly position: number
  readonly orders: number
  readonly units: number
  /** Refusals of its hour so far, and their units. */
  seen: number
  seenUnits: number
  judged: boolean
}

export function auditRestocks(spill: Spill): RestockAudit {
  const restocks = tally(11, 'restocks')
  const facts = new Partitions(spill, WIDTH)
  const cells = new Float64Array(WIDTH)

  function note(sku: string, fact: readonly [number, number, number, number]): void {
    cells.set(fact)
    const { low, high } = hashName(sku)
    facts.add(low, high, cells)
  }

  return {
    see({ position, stream, recordedAt }, event) {
      if (event.type === 'OrderRejected' && event.reason === 'out-of-stock') {
        const hour = recordedAt - (recordedAt % HOUR_MS)
        for (const { sku, wanted } of event.shortages) note(sku, [position, hour, wanted, REFUSAL])
      } else if (event.type === 'RestockAdvised') {
        restocks.count()
        const fault = formFault(stream, event)
        if (fault !== null) restocks.breach(`position ${position}, ${stream}: ${fault}`, position)
        else note(event.sku, [position, event.from, event.refusedUnits, event.refusedOrders])
      }
    },
    finish() {
      for (let part = 0; part < PARTS; part++) {
        judge(advicesOf(facts, part, restocks), facts, part, restocks)
        facts.drop(part)
      }
      return restocks.check()
    },
  }
}

function formFault(stream: string, { sku, from, to }: RestockAdvised): string | null {
  if (stream !== `inventory-${sku}`) return `its advice is about product ${sku}`
  return from % HOUR_MS === 0 && to === from + HOUR_MS ? null : 'its advice is not about one clock hour'
}

/** By product and hour. */
function advicesOf(facts: Partitions, part: number, restocks: Tally): ReadonlyMap<string, Advice> {
  const advices = new Map<string, Advice>()
  facts.each(part, (low, high, cells, at) => {
    const { [at + POSITION]: position = 0, [at + UNITS]: units = 0, [at + ORDERS]: orders = 0 } = cells
    if (orders === REFUSAL) return
    const key = keyOf(low, high, cells[at + HOUR])
    if (advices.has(key)) restocks.breach(`position ${position}: a second advice about one product and hour`, position)
    else advices.set(key, { position, orders, units, seen: 0, seenUnits: 0, judged: false })
  })
  return advices
}

function judge(advices: ReadonlyMap<string, Advice>, facts: Partitions, part: number, restocks: Tally): void {
  if (advices.size === 0) return
  facts.each(part, (low, high, cells, at) => {
    if (cells[at + ORDERS] !== REFUSAL) return
    const advice = advices.get(keyOf(low, high, cells[at + HOUR]))
    if (advice === undefined || advice.judged || (cells[at + POSITION] ?? 0) > advice.position) return
    advice.seen += 1
    advice.seenUnits += cells[at + UNITS] ?? 0
    if (advice.seen < advice.orders) return
    advice.judged = true
    const { position, orders, units, seenUnits } = advice
    if (units === seenUnits) return
    restocks.breach(
      `position ${position}: ${units} units, but the first ${orders} refusals are of ${seenUnits}`,
      position,
    )
  })
  for (const { position, orders, seen, judged } of advices.values()) {
    if (judged) continue
    restocks.breach(`position ${position}: ${orders} refused orders, but ${seen} stand before it in its hour`, position)
  }
}

function keyOf(low: number, high: number, hour = 0): string {
  return `${low} ${high} ${hour}`
}
