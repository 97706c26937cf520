/** Takes a message of the provider: records it, or parks it where an operator sees it. */
import { payment } from '../../domain/payments/payment.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { asking, type Asked, type Asking } from '../asking.ts'
import type { Why } from '../reactor.ts'
import { WEBHOOK_PARTS } from '../reactor-states.ts'
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
  const stream = `payment-${body.orderId}`
  if (verdict === 'read') {
    await askNow(pool, stream)
    return 'asked'
  }
  await park(pool, { stream, attempt: await attemptOf(body, look), body, verdict })
  reachPoint('webhook.parked')
  return 'parked'
}

/** What is known of the order at the gateway is asked for now, and not at its next time. */
async function askNow(pool: Pool, stream: string): Promise<void> {
  await pool.query(
    `update log.due set due_at = clock_timestamp() where reactor = 'payments' and stream = $1 and failure is null`,
    [stream],
  )
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
