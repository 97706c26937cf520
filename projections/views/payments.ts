/**
 * Every attempt to pay an order, and every refund.
 * Longer than 300 lines because a projection is one file: what its tables hold and what asks them are read together.
 */
import { paymentStatus, type PaymentStatus } from '../../domain/payments/payment-status.ts'
import type {
  Money,
  PaymentCaptured,
  PaymentDeclined,
  PaymentHeld,
  PaymentReleased,
  PaymentRequested,
  RefundRequested,
} from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table, type Projected, type Rows } from '../projection.ts'
import {
  FIRST_PAGE,
  moneySum,
  rfc3339,
  toPage,
  type Breakdown,
  type Found,
  type MoneySum,
  type Page,
  type PageQuery,
} from '../queries/shown.ts'
import type { TableName, ViewQuery, ViewReader } from '../queries/view-reader.ts'

export const ATTEMPT_STATUSES = ['pending', 'held', 'captured', 'declined'] as const
export const REFUND_STATUSES = ['pending', 'refunded', 'failed'] as const

type AttemptStatus = (typeof ATTEMPT_STATUSES)[number]
type RefundStatus = (typeof REFUND_STATUSES)[number]

/** The key is the order and the number of the attempt: `o1/2`. */
export const paymentsTable = table({
  name: 'payments',
  owners: (paymentId) => [`payment-${paymentId.slice(0, paymentId.lastIndexOf('/'))}`],
  key: { name: 'payment_id', type: 'text' },
  columns: {
    order_id: 'text',
    attempt: 'integer',
    customer_id: 'text',
    method: 'text',
    status: 'text',
    amount: 'bigint',
    currency: 'text',
    reference: 'text',
    reason: 'text',
    // 1 when its capture confirmed the order.
    confirms: 'integer',
    // While it is on hold: since when, and for which alert.
    held_at: 'bigint',
    alert_id: 'text',
    requested_at: 'bigint',
    settled_at: 'bigint',
    version: 'integer',
    first_position: 'bigint',
  },
  indexes: ['first_position', 'status, first_position', 'method, first_position', 'order_id, first_position'],
})

/** The key is the order and the number of the refund: `o1/r2`, as the gateway knows it. */
export const refundsTable = table({
  name: 'refunds',
  key: { name: 'refund_id', type: 'text' },
  columns: {
    order_id: 'text',
    refund: 'integer',
    attempt: 'integer',
    amount: 'bigint',
    currency: 'text',
    cause: 'text',
    status: 'text',
    reference: 'text',
    requested_at: 'bigint',
    version: 'integer',
  },
  indexes: ['order_id, refund', 'status, requested_at'],
})

export const payments = projection({
  name: 'payments',
  version: 3,
  tables: [paymentsTable, refundsTable],
  handles: [
    'PaymentRequested',
    'PaymentHeld',
    'PaymentReleased',
    'PaymentCaptured',
    'PaymentDeclined',
    'RefundRequested',
    'PaymentRefunded',
    'RefundFailed',
  ],
  apply(projected, rows) {
    const { event, version } = projected
    switch (event.type) {
      case 'PaymentRequested':
        requested(event, projected, rows)
        break
      case 'PaymentHeld':
        onHold(event, version, rows, { status: 'held', held_at: event.at, alert_id: event.alertId })
        break
      case 'PaymentReleased':
        onHold(event, version, rows, { status: 'pending', ...NOT_ON_HOLD })
        break
      case 'PaymentCaptured': {
        const { reference, confirms } = event
        settled(event, projected, rows, { status: 'captured', reference, reason: null, confirms: confirms ? 1 : 0 })
        break
      }
      case 'PaymentDeclined':
        settled(event, projected, rows, { status: 'declined', reason: event.reason })
        break
      case 'RefundRequested':
        refundRequested(event, projected, rows)
        break
      case 'PaymentRefunded': {
        const { reference } = event
        rows.set(refundsTable, refundId(event), { status: 'refunded', reference, version })
        break
      }
      case 'RefundFailed':
        rows.set(refundsTable, refundId(event), { status: 'failed', version })
        break
    }
  },
})

function requested(event: PaymentRequested, { position, version }: Projected, rows: Rows): void {
  const { orderId, attempt, customerId, method, amount, at } = event
  rows.set(paymentsTable, paymentId(event), {
    order_id: orderId,
    attempt,
    customer_id: customerId,
    method,
    status: 'pending',
    ...amount,
    requested_at: at,
    version,
    first_position: position,
  })
}

const NOT_ON_HOLD = { held_at: null, alert_id: null } as const

interface HoldChange {
  readonly status: AttemptStatus
  readonly held_at: number | null
  readonly alert_id: string | null
}

function onHold(event: PaymentHeld | PaymentReleased, version: number, rows: Rows, change: HoldChange): void {
  rows.set(paymentsTable, paymentId(event), { ...change, version })
}

interface Outcome {
  readonly status: AttemptStatus
  readonly reference?: string
  readonly reason: string | null
  readonly confirms?: number
}

function settled(
  event: PaymentCaptured | PaymentDeclined,
  { version, recordedAt }: Projected,
  rows: Rows,
  outcome: Outcome,
): void {
  rows.set(paymentsTable, paymentId(event), { ...outcome, ...NOT_ON_HOLD, settled_at: recordedAt, version })
}

function refundRequested(event: RefundRequested, { version, recordedAt }: Projected, rows: Rows): void {
  const { orderId, refund, attempt, amount, cause } = event
  const row = {
    order_id: orderId,
    refund,
    attempt,
    ...amount,
    cause,
    status: 'pending',
    requested_at: recordedAt,
    version,
  }
  rows.set(refundsTable, refundId(event), row)
}

function paymentId({ orderId, attempt }: Pick<PaymentRequested, 'orderId' | 'attempt'>): string {
  return `${orderId}/${String(attempt)}`
}

function refundId({ orderId, refund }: Pick<RefundRequested, 'orderId' | 'refund'>): string {
  return `${orderId}/r${String(refund)}`
}

export interface PaymentAttemptView {
  /** `<orderId>/<attempt>`. */
  readonly paymentId: string
  readonly orderId: string
  readonly customerId: string
  readonly attempt: number
  readonly method: string
  readonly status: AttemptStatus
  readonly amount: Money
  /** What the provider calls the charge; null until it is captured. */
  readonly reference: string | null
  /** Code of a decline; null otherwise. */
  readonly reason: string | null
  /** Null: it is not on hold. */
  readonly hold: HoldView | null
  readonly requestedAt: string
  /** When its outcome was recorded; null while it is pending. */
  readonly settledAt: string | null
  /** Position of the event that made it: lists are in its order. */
  readonly first: Position
}

/** Why nothing is charged for an attempt yet. */
export interface HoldView {
  /** The alert that somebody has to look at. */
  readonly alertId: string
  /** Since when. */
  readonly since: string
}

export interface RefundView {
  readonly refund: number
  readonly attempt: number
  readonly amount: Money
  readonly cause: string
  readonly status: RefundStatus
  /** What the provider calls it; null until it is refunded. */
  readonly reference: string | null
}

/** All attempts to pay one order, and their sums. */
export interface PaymentView {
  readonly orderId: string
  readonly status: PaymentStatus
  readonly captured: MoneySum
  readonly refunded: MoneySum
  readonly underWay: MoneySum
  readonly attempts: readonly Omit<PaymentAttemptView, 'paymentId' | 'orderId' | 'customerId' | 'first'>[]
  readonly refunds: readonly RefundView[]
  /** Of the payment's stream. */
  readonly version: number
}

export interface PaymentsQuery extends PageQuery {
  readonly status: AttemptStatus | null
  readonly method: string | null
  readonly orderId: string | null
}

/** How many attempts are on hold. */
export interface HoldFigures {
  readonly onHold: number
  /** For how long the oldest of these has been, by the database's clock; 0: none is. */
  readonly oldestHoldSeconds: number
}

/** What a shop watches. */
export interface PaymentFigures extends HoldFigures {
  /** Attempts without an outcome, those on hold too. */
  readonly open: number
  /** For how long the oldest refund without an outcome has been under way, by the database's clock; 0: none. */
  readonly oldestRefundSeconds: number
}

export interface PaymentQueries {
  /** A row for each attempt, newest first. */
  list(query: PaymentsQuery): Promise<Page<PaymentAttemptView>>
  /** Those of these ids that exist. */
  byKeys(paymentIds: readonly string[]): Promise<Breakdown<PaymentAttemptView>>
  get(orderId: string): Promise<Found<PaymentView>>
  figures(): Promise<PaymentFigures>
  /** Null while the projection is paused or has failed: what is on hold there may have ended. */
  holds(): Promise<HoldFigures | null>
}

interface AttemptRow {
  readonly payment_id: string
  readonly order_id: string
  readonly customer_id: string
  readonly attempt: number
  readonly method: string
  readonly status: AttemptStatus
  readonly amount: string
  readonly currency: string
  readonly reference: string | null
  readonly reason: string | null
  readonly held_at: string | null
  readonly alert_id: string | null
  readonly requested_at: string
  readonly settled_at: string | null
  readonly first_position: string
}

/** An attempt, or a refund of one: `refund` is null for the first, and what the other kind alone has is null. */
interface PaymentRow extends Omit<AttemptRow, 'status' | 'payment_id' | 'order_id' | 'customer_id'> {
  readonly refund: number | null
  readonly status: AttemptStatus | RefundStatus
  readonly cause: string
  readonly confirms: number | null
  readonly version: number
}

interface HoldsRow {
  readonly on_hold: string
  readonly hold_age: number
}

interface FiguresRow extends HoldsRow {
  readonly open: string
  readonly age: number
}

const NO_FIGURES: FiguresRow = { open: '0', on_hold: '0', hold_age: 0, age: 0 }

export function paymentQueries(reader: ViewReader): PaymentQueries {
  return {
    async list({ status, method, orderId, limit, cursor }) {
      const filters = [status, method, orderId].filter((value) => value !== null)
      const query = paymentsPage({ status: status !== null, method: method !== null, order: orderId !== null })
      const found = await reader.read<AttemptRow>(query, [cursor ?? FIRST_PAGE, limit + 1, ...filters])
      return toPage(found, limit, { item: attemptView, position: (row) => Number(row.first_position) })
    },

    async byKeys(paymentIds) {
      const { shown, rows } = await reader.read<AttemptRow>(paymentsByKeys, [paymentIds])
      return { items: rows.map(attemptView), ...shown }
    },

    async get(orderId) {
      const { shown, rows } = await reader.read<PaymentRow>(onePayment, [orderId])
      return { item: rows.length === 0 ? null : paymentView(orderId, rows), ...shown }
    },

    async figures() {
      const { rows } = await reader.read<FiguresRow>(figures)
      const { open, age: oldestRefundSeconds, ...held } = rows[0] ?? NO_FIGURES
      return { open: Number(open), ...holdFigures(held), oldestRefundSeconds }
    },

    async holds() {
      const { rows } = await reader.read<HoldsRow>(holds)
      return rows[0] === undefined ? null : holdFigures(rows[0])
    },
  }
}

/** Values: the cursor, the limit, then those of the filters. */
export function paymentsPage(filter: Readonly<Record<'status' | 'method' | 'order', boolean>>): ViewQuery {
  const columns = [
    ...(filter.status ? ['status'] : []),
    ...(filter.method ? ['method'] : []),
    ...(filter.order ? ['order_id'] : []),
  ]
  return {
    name: ['page', ...columns].join('_by_'),
    rows: (physical) => `
      select * from ${physical(paymentsTable)}
      where first_position < $1 ${columns.map((column, index) => `and ${column} = $${String(index + 3)}`).join(' ')}
      order by first_position desc
      limit $2`,
    orderBy: 'first_position desc',
  }
}

/** Values: the ids. A row that only an outcome wrote does not show yet. */
export const paymentsByKeys: ViewQuery = {
  name: 'by_keys',
  rows: (physical) => `
    select * from ${physical(paymentsTable)}
    where payment_id = any($1::text[]) and first_position is not null`,
}

/** In one statement, so that attempts and refunds are of the same position. */
const onePayment: ViewQuery = {
  name: 'one',
  rows: (physical) => `
    select null::integer as refund, attempt, method, status, amount, currency, null as cause, reference, reason, confirms,
      held_at, alert_id, requested_at, settled_at, version
    from ${physical(paymentsTable)} where order_id = $1
    union all
    select refund, attempt, null, status, amount, currency, cause, reference, null, null, null, null, null, null,
      version
    from ${physical(refundsTable)} where order_id = $1`,
  orderBy: 'refund nulls first, attempt',
}

/** All from the rows of one status, which an index gives. */
const figures: ViewQuery = {
  name: 'figures',
  rows: (physical) => `
    select (select count(*) from ${physical(paymentsTable)} where status in ('pending', 'held')) as open, held.*,
      greatest(0, coalesce(extract(epoch from clock_timestamp()) - (
        select min(requested_at) from ${physical(refundsTable)} where status = 'pending'
      ) / 1000.0, 0))::float8 as age
    from (${heldRows(physical)}) held`,
}

const holds: ViewQuery = {
  name: 'holds',
  rows: (physical) => `
    select held.* from (${heldRows(physical)}) held
    where exists (select from views.projections where name = 'payments' and not paused and failure is null)`,
}

function heldRows(physical: TableName): string {
  return `select count(*) as on_hold,
      greatest(0, coalesce(extract(epoch from clock_timestamp()) - min(held_at) / 1000.0, 0))::float8 as hold_age
    from ${physical(paymentsTable)} where status = 'held'`
}

function holdFigures({ on_hold, hold_age }: HoldsRow): HoldFigures {
  return { onHold: Number(on_hold), oldestHoldSeconds: hold_age }
}

function attemptView(row: AttemptRow): PaymentAttemptView {
  return {
    ...{ paymentId: row.payment_id, orderId: row.order_id, customerId: row.customer_id },
    ...attemptContent(row),
    first: Number(row.first_position),
  }
}

function attemptContent(row: Omit<AttemptRow, 'payment_id' | 'order_id' | 'customer_id' | 'first_position'>) {
  const { attempt, method, status, amount, currency, reference, reason, settled_at: settledAt } = row
  const { held_at: heldAt, alert_id: alertId } = row
  return {
    ...{ attempt, method, status, amount: { amount: Number(amount), currency }, reference, reason },
    hold: heldAt === null || alertId === null ? null : { alertId, since: rfc3339(Number(heldAt)) },
    requestedAt: rfc3339(Number(row.requested_at)),
    settledAt: settledAt === null ? null : rfc3339(Number(settledAt)),
  }
}

function paymentView(orderId: string, rows: readonly PaymentRow[]): PaymentView {
  const attempts = rows.filter(({ refund }) => refund === null)
  const refunds = rows.filter(({ refund }) => refund !== null)
  const currency = rows[0]?.currency ?? ''
  const confirming = attempts.find(({ confirms }) => confirms === 1)?.attempt ?? null
  const counted = (of: readonly PaymentRow[]) =>
    of.filter(({ attempt }) => confirming === null || attempt === confirming)
  const shown = (of: readonly PaymentRow[], status: PaymentRow['status']) =>
    moneySum(String(sumOf(of, status)), currency)
  return {
    orderId,
    status: paymentStatus({
      isOpen: attempts.some(({ status }) => status === 'pending' || status === 'held'),
      isOnHold: attempts.some(({ status }) => status === 'held'),
      isConfirmed: confirming !== null,
      captured: sumOf(counted(attempts), 'captured'),
      refunded: sumOf(counted(refunds), 'refunded'),
    }),
    captured: shown(attempts, 'captured'),
    refunded: shown(refunds, 'refunded'),
    underWay: shown(refunds, 'pending'),
    attempts: attempts.map((row) => attemptContent({ ...row, status: row.status as AttemptStatus })),
    refunds: refunds.map(({ refund, attempt, amount, cause, status, reference }) => ({
      ...{ refund: Number(refund), attempt, amount: { amount: Number(amount), currency }, cause },
      ...{ status: status as RefundStatus, reference },
    })),
    version: Math.max(...rows.map(({ version }) => version)),
  }
}

function sumOf(rows: readonly PaymentRow[], status: PaymentRow['status']): bigint {
  return rows.reduce((sum, row) => (row.status === status ? sum + BigInt(row.amount) : sum), 0n)
}
