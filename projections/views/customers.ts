/** Who the customers are and what they ordered. The only view with personal data. */
import type { Tier } from '../../schemas/events.ts'
import { projection, table } from '../projection.ts'
import { FIRST_PAGE, moneySum, toPage, type Found, type MoneySum, type Page, type PageQuery } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

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
    first_position: 'bigint',
    orders: 'counter',
    spent: 'sum',
  },
  indexes: ['first_position', 'tier, first_position'],
})

export const customers = projection({
  name: 'customers',
  version: 3,
  showsEveryMs: 100, // as sales does
  tables: [customersTable],
  handles: ['CustomerRegistered', 'CustomerTierChanged', 'OrderPlaced'],
  apply({ event, version, position: first_position }, rows) {
    switch (event.type) {
      case 'CustomerRegistered': {
        const { name, email, phone, region, tier, language } = event
        const who = { name, email, phone, region, tier, language }
        rows.set(customersTable, event.customerId, { ...who, version, first_position })
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

/** As in lists: enough to tell customers from each other, too little to reach or name one. */
export interface MaskedCustomer {
  readonly customerId: string
  /** `W…` */
  readonly name: string
  /** `w…@…` */
  readonly email: string | null
  /** The last two digits: `…42`. */
  readonly phone: string | null
  readonly region: string
  readonly tier: Tier
  readonly orders: number
  readonly spent: MoneySum
  /** Position of the event that made it: lists are in its order. */
  readonly first: number
}

export interface CustomersQuery extends PageQuery {
  readonly tier: Tier | null
}

export interface CustomerQueries {
  /** Newest first. */
  list(query: CustomersQuery): Promise<Page<MaskedCustomer>>
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
  readonly first_position: string
  readonly orders: string
  readonly spent: string
}

export function customerQueries(reader: ViewReader, currency: string): CustomerQueries {
  return {
    async list({ tier, limit, cursor }) {
      const filters = tier === null ? [] : [tier]
      const query = customersPage({ tier: tier !== null })
      const found = await reader.read<CustomerRow>(query, [cursor ?? FIRST_PAGE, limit + 1, ...filters])
      const item = (row: CustomerRow) => maskedCustomer(row, currency)
      return toPage(found, limit, { item, position: (row) => Number(row.first_position) })
    },

    async get(customerId) {
      const { shown, rows } = await reader.read<CustomerRow>(oneCustomer, [customerId])
      return { item: rows[0] === undefined ? null : customerView(rows[0], currency), ...shown }
    },
  }
}

/** Values: the cursor, the limit, then that of the filter. */
export function customersPage(filter: { readonly tier: boolean }): ViewQuery {
  return {
    name: filter.tier ? 'page_by_tier' : 'page',
    rows: (physical) => `
      select * from ${physical(customersTable)}
      where first_position < $1 ${filter.tier ? 'and tier = $3' : ''}
      order by first_position desc
      limit $2`,
    orderBy: 'first_position desc',
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

function maskedCustomer(row: CustomerRow, currency: string): MaskedCustomer {
  const { region, tier } = row
  return {
    customerId: row.customer_id,
    ...masked(row),
    region,
    tier,
    orders: Number(row.orders),
    spent: moneySum(row.spent, currency),
    first: Number(row.first_position),
  }
}

interface PersonalData {
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
}

/** As much of personal data as tells one from another: `W…`, `w…@…` and the last two digits. */
export function masked({ name, email, phone }: PersonalData): PersonalData {
  return {
    name: initial(name),
    email: email === null ? null : `${initial(email)}@…`,
    phone: phone === null ? null : `…${phone.replace(/[^0-9]/g, '').slice(-2)}`,
  }
}

function initial(text: string): string {
  return `${String.fromCodePoint(text.codePointAt(0) ?? 0x2026)}…`
}
