/** Takes a message of the provider: records it, or parks it where an operator sees it. */
import { payment } from '../../domain/payments/payment.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { asking, type Asked, type Asking } from '../asking.ts'
import type { Why } from '../reactor.ts'
import { WEBHOOK_PARTS } from '../reactor-states.ts'
import { readerName } from '../serving/reactor-table.ts'
import type { ChargeMemory } from './charge-step.ts'
import type { RefundMemory } from './payments.ts'
import { recordWebhook } from './record-webhook.ts'
import type { WebhookBody } from './webhook-body.ts'

/** Around a command; with a message parked that cannot be recorded. */
export type WebhookPoint = 'webhook.asking' | 'webhook.asked' | 'webhook.parked'

export interface TakingWebhooks extends Asked {
  readonly pool: Pool
  /** The fault hook. */
  readonly reachPoint: (point: WebhookPoint) => void
}

/** `recorded`: now or before. `asked`: its key is asked for now. `unknown`: it speaks of nothing of ours. */
export type WebhookEnd = 'recorded' | 'asked' | 'unknown' | 'parked'

/** Resolves when sending it again would change nothing. Rejects, with a StoreFailure for one, when it is not recorded. */
export async function takeWebhook(
  { pool, reachPoint, ...store }: TakingWebhooks,
  body: WebhookBody,
): Promise<WebhookEnd> {
  const { ask, look } = asking(store, null)
  const verdict = await recordWebhook(body, async (decide) => {
    reachPoint('webhook.asking')
    const refusal = await ask(decide)
    reachPoint('webhook.asked')
    return refusal
  })
  if (verdict === 'done') return 'recorded'
  if (verdict === 'unknown') return 'unknown'
  if (verdict === 'read') {
    // A reversal says all.
    if (body.kind === 'reversal') return 'recorded'
    return (await askNow(pool, body)) ? 'asked' : 'recorded'
  }
  const stream = `payment-${body.orderId}`
  await park(pool, { stream, attempt: await attemptOf(body, look), body, verdict })
  reachPoint('webhook.parked')
  return 'parked'
}

/**
 * Its key is asked for now, and not at its next time: also where it is parked, and where nothing was left to do for it. What the
 * reactor has not read yet it asks for anyway. False: it was refused, and is parked for that already.
 */
async function askNow(pool: Pool, body: Exclude<WebhookBody, { kind: 'reversal' }>): Promise<boolean> {
  const { kind, orderId } = body
  const [name, number, type] =
    kind === 'charge' ? ['attempt', body.attempt, 'PaymentRequested'] : ['refund', body.refund, 'RefundRequested']
  // After its hold, if there was one: while it is on hold nothing is asked.
  const looks: ChargeMemory | RefundMemory =
    kind === 'charge'
      ? { attempt: number, liveMs: 0, looked: null, pending: false, afterHold: true }
      : { refund: number }
  // One that is parked as refused is not asked for once more because it was refused: that would have no end.
  const isRefusal = body.outcome !== null
  const { rows } = await pool.query<{ parked: boolean }>(
    `with request as (
      select position, id from log.events where stream = $1 and type = $2 order by version offset $3 limit 1
    ), told as (
      select case $4 when 'attempt'
        then jsonb_build_object('toldAt', floor(extract(epoch from clock_timestamp()) * 1000)) else '{}'::jsonb end as told
    ), found as (
      select failure is not null as parked from log.due where reactor = 'payments' and stream = $1 and detail->>$4 = $5
    ), hurried as (
      update log.due set due_at = clock_timestamp(), failure = null, parked_at = null, detail = detail || told
      from told
      where reactor = 'payments' and stream = $1 and detail->>$4 = $5 and (failure is null or not $6)
      returning reactor
    ), made as (
      insert into log.due as d (reactor, stream, position, part, cause, due_at, detail)
      select 'payments', $1, r.position, 0, r.id, clock_timestamp(), $7::jsonb || told
      from request r, told, (select position from log.checkpoints where reader = $8 for share) as read
      where read.position >= r.position and not exists (select from hurried) and not exists (select from found)
      on conflict (reactor, stream, position, part) do update
        set due_at = excluded.due_at, failure = null, parked_at = null, detail = d.detail || excluded.detail
      returning xmax = 0 as new
    ), counted as (
      update log.reactors set due = due + (select count(*) from made where new) where name = 'payments'
        and exists (select from made where new)
    )
    select coalesce(bool_or(parked), false) as parked from found`,
    [
      ...[`payment-${orderId}`, type, number - 1, name, String(number), isRefusal],
      ...[JSON.stringify(looks), readerName('payments')],
    ],
  )
  return !(isRefusal && rows[0]?.parked === true)
}

/** The attempt whose money the message is about. */
async function attemptOf(body: WebhookBody, look: Asking['look']): Promise<number> {
  if (body.kind !== 'refund') return body.attempt
  const { refunds } = await look((read) => read(payment, body.orderId))
  return refunds[body.refund - 1]?.attempt ?? 0
}

interface Parking {
  readonly stream: string
  readonly attempt: number
  readonly body: WebhookBody
  readonly verdict: Why
}

/**
 * Under the request of its attempt, with the next number; the same message again is parked once. Another that is parked at the
 * same time may take the number first: then this one takes the next.
 */
async function park(pool: Pool, parking: Parking): Promise<void> {
  while (!(await tryToPark(pool, parking)));
}

/** False: the number went to another message. */
async function tryToPark(pool: Pool, { stream, attempt, body, verdict }: Parking): Promise<boolean> {
  const { rows } = await pool.query<{ parked: boolean }>(
    `with request as (
      select position, id from log.events where stream = $1 and type = 'PaymentRequested'
      order by version offset $2 limit 1
    ), known as (
      select from log.due d, request r where d.reactor = 'payments' and d.position = r.position and d.detail = $4::jsonb
    ), parked as (
      insert into log.due (reactor, stream, position, part, cause, due_at, detail, failure, attempts, parked_at)
      select 'payments', $1, r.position,
        (select coalesce(max(part) + 1, $3) from log.due
          where reactor = 'payments' and position = r.position and part >= $3),
        r.id, clock_timestamp(), $4::jsonb, $5::jsonb, 1, clock_timestamp()
      from request r
      where not exists (select from known)
      on conflict do nothing
      returning stream
    ), counted as (
      update log.reactors set due = due + (select count(*) from parked) where name = 'payments'
    )
    select exists (select from parked) or exists (select from known) as parked from request`,
    [stream, attempt - 1, WEBHOOK_PARTS + 1, JSON.stringify({ webhook: body }), JSON.stringify(verdict)],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`no attempt ${attempt} was requested in ${stream}`)
  return row.parked
}
