/** What the reactor `fraud` knows, in tables of its own: read as it begins, and written with its checkpoint. */
import type pg from 'pg'
import type { SetTable } from '../../domain/payments/fraud.ts'
import type { Timestamp } from '../../domain/values.ts'
import { attemptId } from '../../insights/fraud/features.ts'
import type { History } from '../../insights/fraud/history.ts'
import type { RecentFact } from '../../insights/fraud/scorer.ts'
import { WINDOW_MS } from '../../insights/fraud/windows.ts'
import type { Pool } from '../../store/postgres/database.ts'

/** A counted attempt, or its decline, with the position of its event. */
export type RecentRow = RecentFact & { readonly position: number }

export interface FraudState {
  readonly now: Timestamp
  /** Null: none was ever in force. */
  readonly set: SetTable | null
  /** In their order. */
  readonly recent: readonly RecentFact[]
  /** Attempts without an outcome that raised an alert. */
  readonly alerted: readonly string[]
}

export interface FraudChanges {
  readonly now: Timestamp
  /** Null: the same as before. */
  readonly set: SetTable | null
  /** New ones. */
  readonly recent: readonly RecentRow[]
  /** `open`: it has raised an alert and has no outcome. */
  readonly alerted: readonly { readonly orderId: string; readonly attempt: number; readonly open: boolean }[]
  /** Of customers, whole. */
  readonly histories: ReadonlyMap<string, History>
}

/** Another process reads in its place. */
export class ReadByAnother extends Error {
  readonly code = 'read-by-another'
  readonly retriable = true
}

/**
 * Only while the reader with this checkpoint stands before the first event. Rejects with ReadByAnother where another process
 * has read on meanwhile: what stands there is its own.
 */
export async function emptyFraudTables(pool: Pool, reader: string): Promise<void> {
  const { rows } = await pool.query(
    `with first as (select reader from log.checkpoints where reader = $1 and position = 0 for update),
    scorer as (delete from log.fraud_scorer where exists (select from first)),
    recent as (delete from log.fraud_recent where exists (select from first)),
    alerted as (delete from log.fraud_alerted where exists (select from first)),
    histories as (delete from log.fraud_histories where exists (select from first))
    select reader from first`,
    [reader],
  )
  if (rows.length === 0) throw new ReadByAnother(`another process has moved the checkpoint of ${reader}`)
}

/** As it was written with the checkpoint; at the first event, that of a new scorer. */
export async function readFraudState(pool: Pool): Promise<FraudState> {
  const { rows: scorers } = await pool.query<{ now: string; table: string | null; content: string | null }>(
    `select now_ms as now, table_name as "table", content from log.fraud_scorer`,
  )
  const { rows: recent } = await pool.query<Omit<RecentFact, 'at'> & { readonly at: string }>(
    `select kind, at_ms as at, order_id as "orderId", attempt, customer_id as "customerId", method, card, device, address,
      network from log.fraud_recent order by position`,
  )
  const { rows: alerted } = await pool.query<{ orderId: string; attempt: number }>(
    `select order_id as "orderId", attempt from log.fraud_alerted`,
  )
  const { now = '0', table = null, content = null } = scorers[0] ?? {}
  return {
    now: Number(now),
    set: table === null || content === null ? null : { table, content },
    recent: recent.map(({ at, ...fact }) => ({ ...fact, at: Number(at) })),
    alerted: alerted.map(attemptId),
  }
}

/** Those of these customers that have one. */
export async function readHistories(pool: Pool, customers: readonly string[]): Promise<ReadonlyMap<string, History>> {
  interface Row extends Pick<History, 'currency' | 'devices' | 'addresses'> {
    readonly customer: string
    readonly payments: string
    readonly count: string
    readonly sum: string
  }
  const { rows } = await pool.query<Row>({
    name: 'fraud-histories',
    text: `select customer_id as customer, payments, currency, count, sum, devices, addresses
      from log.fraud_histories where customer_id = any($1::text[])`,
    values: [customers],
  })
  return new Map(
    rows.map(({ customer, payments, count, sum, ...history }) => [
      customer,
      { ...history, payments: Number(payments), count: Number(count), sum: BigInt(sum) },
    ]),
  )
}

/** Of `recent`, what five minutes have passed by is forgotten. */
export async function writeFraudState(
  client: pg.ClientBase,
  { now, set, recent, alerted, histories }: FraudChanges,
): Promise<void> {
  const customers = [...histories]
  const ended = alerted.filter(({ open }) => !open)
  const raised = alerted.filter(({ open }) => open)
  // An array a column cannot hold arrays of many lengths: those of a customer travel as JSON.
  const list = (values: readonly string[]) => JSON.stringify(values)
  await client.query({
    name: 'write-fraud',
    text: `with scorer as (
        insert into log.fraud_scorer as s (now_ms, table_name, content) values ($1, $2, $3)
        on conflict (one) do update set now_ms = excluded.now_ms,
          table_name = coalesce(excluded.table_name, s.table_name), content = coalesce(excluded.content, s.content)
      ), gone as (
        delete from log.fraud_recent where at_ms <= $1 - $4::bigint
      ), seen as (
        insert into log.fraud_recent (position, at_ms, kind, order_id, attempt, customer_id, method, card, device, address,
          network)
        select * from unnest($5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::int[], $10::text[], $11::text[],
            $12::text[], $13::text[], $14::text[], $15::text[])
          as r (position, at_ms, kind, order_id, attempt, customer_id, method, card, device, address, network)
        where at_ms > $1 - $4::bigint
      ), ended as (
        delete from log.fraud_alerted a using unnest($16::text[], $17::int[]) as e (order_id, attempt)
        where a.order_id = e.order_id and a.attempt = e.attempt
      ), raised as (
        insert into log.fraud_alerted (order_id, attempt) select * from unnest($18::text[], $19::int[])
        on conflict do nothing
      )
      insert into log.fraud_histories (customer_id, payments, currency, count, sum, devices, addresses)
      select customer_id, payments, currency, count, sum, array(select jsonb_array_elements_text(devices::jsonb)),
        array(select jsonb_array_elements_text(addresses::jsonb))
      from unnest($20::text[], $21::bigint[], $22::text[], $23::bigint[], $24::numeric[], $25::text[], $26::text[])
        as h (customer_id, payments, currency, count, sum, devices, addresses)
      on conflict (customer_id) do update set payments = excluded.payments, currency = excluded.currency,
        count = excluded.count, sum = excluded.sum, devices = excluded.devices, addresses = excluded.addresses`,
    values: [
      ...[now, set?.table ?? null, set?.content ?? null, WINDOW_MS],
      recent.map(({ position }) => position),
      recent.map(({ at }) => at),
      recent.map(({ kind }) => kind),
      recent.map(({ orderId }) => orderId),
      recent.map(({ attempt }) => attempt),
      recent.map(({ customerId }) => customerId),
      recent.map(({ method }) => method),
      recent.map(({ card }) => card),
      recent.map(({ device }) => device),
      recent.map(({ address }) => address),
      recent.map(({ network }) => network),
      ended.map(({ orderId }) => orderId),
      ended.map(({ attempt }) => attempt),
      raised.map(({ orderId }) => orderId),
      raised.map(({ attempt }) => attempt),
      customers.map(([customer]) => customer),
      customers.map(([, { payments }]) => payments),
      customers.map(([, { currency }]) => currency),
      customers.map(([, { count }]) => count),
      customers.map(([, { sum }]) => String(sum)),
      customers.map(([, { devices }]) => list(devices)),
      customers.map(([, { addresses }]) => list(addresses)),
    ],
  })
}
