/** Attempts to pay that look like fraud, and what somebody said of each. */
import type { FraudKeys, FraudReason, Money } from '../../schemas/events.ts'
import { KEY_NAMES, type KeyName } from '../../domain/payments/payer-keys.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table } from '../projection.ts'
import { FIRST_PAGE, rfc3339, toPage, type Breakdown, type Found, type Page, type PageQuery } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

/** Both events of an alert stand on the stream of its order, so the order of streams changes nothing (law 6). */
export const fraudAlertsTable = table({
  name: 'fraud_alerts',
  key: { name: 'alert_id', type: 'text' },
  columns: {
    order_id: 'text',
    customer_id: 'text',
    attempt: 'integer',
    score: 'integer',
    // Version of the table of rules.
    scored_by: 'text',
    // As JSON.
    reasons: 'text',
    amount: 'bigint',
    currency: 'text',
    card: 'text',
    device: 'text',
    address: 'text',
    network: 'text',
    raised_at: 'bigint',
    // Null: nobody has reviewed it.
    verdict: 'text',
    note: 'text',
    version: 'integer',
    first_position: 'bigint',
  },
  indexes: [
    ...['first_position', 'verdict, first_position', 'customer_id, first_position'],
    ...KEY_NAMES.map((name) => `${name}, first_position`),
  ],
})

export const fraudAlerts = projection({
  name: 'fraud-alerts',
  version: 2,
  tables: [fraudAlertsTable],
  handles: ['FraudAlertRaised', 'FraudReviewed'],
  apply({ event, position, version, recordedAt }, rows) {
    switch (event.type) {
      case 'FraudAlertRaised': {
        const { alertId, orderId, customerId, attempt, score, table: scored_by, reasons, amount, keys } = event
        const { card, device, address, network } = keys
        rows.set(fraudAlertsTable, alertId, {
          ...{ order_id: orderId, customer_id: customerId, attempt, score, scored_by },
          ...{ reasons: JSON.stringify(reasons), ...amount, card, device, address, network },
          ...{ raised_at: recordedAt, version, first_position: position },
        })
        break
      }
      case 'FraudReviewed': {
        const { alertId, verdict, note } = event
        rows.set(fraudAlertsTable, alertId, { verdict, note, version })
        break
      }
    }
  },
})

export interface FraudAlertView {
  readonly alertId: string
  readonly orderId: string
  readonly customerId: string
  readonly attempt: number
  readonly score: number
  /** Version of the table that it was scored by. */
  readonly table: string
  readonly reasons: readonly FraudReason[]
  readonly amount: Money
  /** Each as 16 hex digits; null: not known. */
  readonly keys: FraudKeys
  readonly raisedAt: string
  /** Null: nobody has reviewed it. The recorded set is open. */
  readonly verdict: string | null
  readonly note: string | null
  /** Of the order's stream of alerts, when this one last changed. */
  readonly version: number
  /** Position of the event that made it: lists are in its order. */
  readonly first: Position
}

export interface FraudAlertsQuery extends PageQuery, Readonly<Record<KeyName, string | null>> {
  /** `open`: nobody has reviewed it. */
  readonly verdict: 'open' | 'fraud' | 'honest' | null
  readonly customerId: string | null
}

export interface FraudAlertQueries {
  /** Newest first. */
  list(query: FraudAlertsQuery): Promise<Page<FraudAlertView>>
  /** Those of these ids that exist. */
  byKeys(alertIds: readonly string[]): Promise<Breakdown<FraudAlertView>>
  get(alertId: string): Promise<Found<FraudAlertView>>
}

interface AlertRow extends FraudKeys {
  readonly alert_id: string
  readonly order_id: string
  readonly customer_id: string
  readonly attempt: number
  readonly score: number
  readonly scored_by: string
  readonly reasons: string
  readonly amount: string
  readonly currency: string
  readonly raised_at: string
  readonly verdict: string | null
  readonly note: string | null
  readonly version: number
  readonly first_position: string
}

/** Which filters a list has. */
export interface FraudAlertFilter {
  readonly verdict: 'open' | 'reviewed' | null
  /** In the order of their values. */
  readonly columns: readonly ('customer_id' | KeyName)[]
}

export function fraudAlertQueries(reader: ViewReader): FraudAlertQueries {
  return {
    async list({ verdict, customerId, limit, cursor, ...keys }) {
      const asked = [
        ['customer_id', customerId] as const,
        ...KEY_NAMES.map((name) => [name, keys[name]] as const),
      ].filter(([, value]) => value !== null)
      const reviewed = verdict === null || verdict === 'open' ? [] : [verdict]
      const values = [...reviewed, ...asked.map(([, value]) => value)]
      const query = fraudAlertsPage({
        verdict: verdict === null || verdict === 'open' ? verdict : 'reviewed',
        columns: asked.map(([name]) => name),
      })
      const found = await reader.read<AlertRow>(query, [cursor ?? FIRST_PAGE, limit + 1, ...values])
      return toPage(found, limit, { item: alertView, position: (row) => Number(row.first_position) })
    },

    async byKeys(alertIds) {
      const { shown, rows } = await reader.read<AlertRow>(fraudAlertsByKeys, [alertIds])
      return { items: rows.map(alertView), ...shown }
    },

    async get(alertId) {
      const { shown, rows } = await reader.read<AlertRow>(fraudAlertsByKeys, [[alertId]])
      return { item: rows[0] === undefined ? null : alertView(rows[0]), ...shown }
    },
  }
}

const INITIALS = { verdict: 'v', customer_id: 'c', card: 'k', device: 'd', address: 'a', network: 'n' } as const

/** Values: the cursor, the limit, then those of the filters, the verdict first. */
export function fraudAlertsPage({ verdict, columns }: FraudAlertFilter): ViewQuery {
  const compared = [...(verdict === 'reviewed' ? (['verdict'] as const) : []), ...columns]
  return {
    // A prepared statement's name may have 63 characters.
    name: `page_${verdict === 'open' ? 'o' : ''}${compared.map((column) => INITIALS[column]).join('')}`,
    rows: (physical) => `
      select * from ${physical(fraudAlertsTable)}
      where first_position < $1 ${verdict === 'open' ? 'and verdict is null' : ''}
        ${compared.map((column, index) => `and ${column} = $${String(index + 3)}`).join(' ')}
      order by first_position desc
      limit $2`,
    orderBy: 'first_position desc',
  }
}

/** Values: the ids. */
export const fraudAlertsByKeys: ViewQuery = {
  name: 'by_keys',
  rows: (physical) => `
    select * from ${physical(fraudAlertsTable)}
    where alert_id = any($1::text[]) and first_position is not null`,
}

function alertView(row: AlertRow): FraudAlertView {
  const { attempt, score, amount, currency, card, device, address, network, verdict, note, version } = row
  return {
    ...{ alertId: row.alert_id, orderId: row.order_id, customerId: row.customer_id, attempt, score },
    ...{ table: row.scored_by, reasons: JSON.parse(row.reasons) as readonly FraudReason[] },
    amount: { amount: Number(amount), currency },
    keys: { card, device, address, network },
    raisedAt: rfc3339(Number(row.raised_at)),
    ...{ verdict, note, version, first: Number(row.first_position) },
  }
}
