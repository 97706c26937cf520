/** Who the customers are and what they ordered. The only view with personal data. */
import type { Tier } from '../../schemas/events.ts'
import { projection, table } from '../projection.ts'
import { moneySum, type Found, type MoneySum } from './shown.ts'
import type { ViewQuery, ViewReader } from './view-reader.ts'

/** The customer's stream sets who they are; orders, which are other streams, only add to the counters. */
export const customersTable = table({
  name: 'customers',
  key: { name: 'customer_id', type: 'text' },
  columns: {
    name: 'text',
    email: 'text',
    phone: 'text',
    region: 'text',
    tier: 'text',
    language: 'text',
    version: 'integer',
    orders: 'counter',
    spent: 'sum',
  },
})

export const customers = projection({
  name: 'customers',
  version: 2,
  showsEveryMs: 100, // as sales does
  tables: [customersTable],
  handles: ['CustomerRegistered', 'CustomerTierChanged', 'OrderPlaced'],
  apply({ event, version }, rows) {
    switch (event.type) {
      case 'CustomerRegistered': {
        const { name, email, phone, region, tier, language } = event
        rows.set(customersTable, event.customerId, { name, email, phone, region, tier, language, version })
        break
      }
      case 'CustomerTierChanged':
        rows.set(customersTable, event.customerId, { tier: event.tier, version })
        break
      case 'OrderPlaced':
        rows.add(customersTable, event.customerId, { orders: 1, spent: event.total.amount })
        break
    }
  },
})

export interface CustomerView {
  readonly customerId: string
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly region: string
  readonly tier: Tier
  readonly language: string
  /** Accepted orders, whatever became of them, and their sum. */
  readonly orders: number
  readonly spent: MoneySum
  readonly version: number
}

export interface CustomerQueries {
  get(customerId: string): Promise<Found<CustomerView>>
}

interface CustomerRow {
  readonly customer_id: string
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly region: string
  readonly tier: Tier
  readonly language: string
  readonly version: number
  readonly orders: string
  readonly spent: string
}

export function customerQueries(reader: ViewReader, currency: string): CustomerQueries {
  return {
    async get(customerId) {
      const { shown, rows } = await reader.read<CustomerRow>(oneCustomer, [customerId])
      return { item: rows[0] === undefined ? null : customerView(rows[0], currency), ...shown }
    },
  }
}

/** The version is the customer stream's: a row that only orders wrote does not show yet. */
const oneCustomer: ViewQuery = {
  name: 'one',
  rows: (physical) => `select * from ${physical(customersTable)} where customer_id = $1 and version is not null`,
}

function customerView(row: CustomerRow, currency: string): CustomerView {
  const { name, email, phone, region, tier, language, version } = row
  return {
    customerId: row.customer_id,
    name,
    email,
    phone,
    region,
    tier,
    language,
    orders: Number(row.orders),
    spent: moneySum(row.spent, currency),
    version,
  }
}
