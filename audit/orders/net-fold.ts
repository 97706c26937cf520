/**
 * Law 7 for `net`, by a second formula: what the breakdowns of sales say that was sold and kept, worked out without the code of
 * `projections/`. Regions, tiers and hours are counted by the totals of orders, categories and products by their lines; so
 * each of the five must also come to the same sum.
 */
import type { DomainEvent, OrderLine } from '../../schemas/events.ts'

/** Breakdowns that a sum of all orders is cut into. */
const WHOLE = ['region', 'tier', 'category', 'sku', 'hour'] as const
/** By which there are rows for each hour too. */
const HOURLY: readonly string[] = ['region', 'tier', 'category']

/** A row of the breakdowns: its key (`region:north`, by hour `region:2026-12-01T10:north`), and what it says. */
export interface NetRow {
  readonly key: string
  readonly net: bigint
}

export class NetFold {
  readonly #nets = new Map<string, bigint>()
  readonly #hourly = new Map<string, bigint>()

  /** `recordedAt`: milliseconds since 1970. */
  see(event: DomainEvent, recordedAt: number): void {
    if (event.type === 'OrderConfirmed') this.#count(event, BigInt(event.total.amount), recordedAt)
    if (event.type === 'OrderReturned') this.#count(event, -BigInt(event.value.amount), recordedAt)
    if (event.type !== 'OrderCancelled' || event.from !== 'confirmed') return
    this.#count(event, -BigInt(event.total.amount), recordedAt)
  }

  /** The first thing that is not as it should be in the rows of all time, or of the hours; null: all is. */
  breach(rows: Iterable<NetRow>, of: 'all-time' | 'hourly'): string | null {
    const expected = new Map(of === 'hourly' ? this.#hourly : this.#nets)
    for (const { key, net } of rows) {
      const own = expected.get(key) ?? 0n
      // A row may be there for something else that it counts.
      if (net !== own) return `net of ${kindOf(key)} is ${String(net)} in a row, and ${String(own)} by the orders`
      expected.delete(key)
    }
    const [missing] = [...expected].find(([, net]) => net !== 0n) ?? []
    return missing === undefined ? null : `net of ${kindOf(missing)} is missing a row`
  }

  /** Where the orders themselves contradict each other: their totals and their lines; null: they do not. */
  contradiction(): string | null {
    const sums = WHOLE.map((by) => {
      const nets = [...this.#nets].filter(([key]) => kindOf(key) === by)
      return nets.reduce((sum, [, net]) => sum + net, 0n)
    })
    const at = sums.findIndex((sum) => sum !== sums[0])
    if (at < 0) return null
    return `net by ${WHOLE[0]} comes to ${String(sums[0])}, by ${String(WHOLE[at])} to ${String(sums[at])}`
  }

  #count({ region, tier, lines }: Sold, worth: bigint, recordedAt: number): void {
    const hour = new Date(recordedAt).toISOString().slice(0, 'yyyy-mm-ddThh'.length)
    const sign = worth < 0n ? -1n : 1n
    this.#add('hour', hour, worth, null)
    this.#add('region', region, worth, hour)
    this.#add('tier', tier, worth, hour)
    for (const { sku, category, quantity, unitPrice } of lines) {
      const part = BigInt(quantity) * BigInt(unitPrice.amount) * sign
      this.#add('category', category, part, hour)
      this.#add('sku', sku, part, null)
    }
  }

  #add(by: string, value: string, net: bigint, hour: string | null): void {
    const key = `${by}:${value}`
    this.#nets.set(key, (this.#nets.get(key) ?? 0n) + net)
    if (hour === null || !HOURLY.includes(by)) return
    const hourly = `${by}:${hour}:${value}`
    this.#hourly.set(hourly, (this.#hourly.get(hourly) ?? 0n) + net)
  }
}

interface Sold {
  readonly region: string
  readonly tier: string
  readonly lines: readonly OrderLine[]
}

/** Never the value: it may be anything. */
function kindOf(key: string): string {
  return key.slice(0, key.indexOf(':'))
}
