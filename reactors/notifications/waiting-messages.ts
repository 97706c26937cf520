/** Messages that wait, from the table of the mail reactor: no event says so. */
import { CHANNELS, type Channel } from '../../domain/notification.ts'
import { idOf } from '../../domain/decision.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'

/** Not every one is sent: there may be nowhere to send it, or nothing to say any more. */
export interface WaitingMessage {
  /** Of the event that it is about. */
  readonly position: Position
  readonly causeId: string
  readonly channel: Channel
  readonly template: string
  /** Null: it is about none. */
  readonly orderId: string | null
  /** Null: it goes to operators. */
  readonly customerId: string | null
  /** Why it was not taken when it was last tried, or `parked`; null: it was not tried. */
  readonly reason: string | null
  /** When that event was recorded, in milliseconds. */
  readonly at: number
}

export interface WaitingQuery {
  /** Before this message, in the order of the list. */
  readonly before: { readonly position: Position; readonly part: number }
  readonly limit: number
  readonly channel: Channel | null
  readonly customerId: string | null
}

interface Row {
  readonly position: string
  readonly part: number
  readonly cause: string
  readonly stream: string
  readonly template: string
  readonly customer: string | null
  readonly reason: string | null
  readonly at: number
}

/** The newest first. */
export async function readWaiting(pool: Pool, query: WaitingQuery): Promise<readonly WaitingMessage[]> {
  const { before, limit, channel, customerId } = query
  const { rows } = await pool.query<Row>({
    name: 'read-waiting',
    text: `select d.position, d.part, d.cause, d.stream, d.detail->>'template' as template,
        d.detail->>'customerId' as customer,
        case when d.failure is not null then 'parked' else d.detail->'standing'->>'reason' end as reason,
        coalesce(extract(epoch from e.recorded_at) * 1000, 0)::float8 as at
      from log.due d left join log.events e on e.position = d.position
      where d.reactor = 'mail' and d.position > 0 and (d.position, d.part) < ($1, $2)
        and ($3::int is null or d.part = $3) and ($4::text is null or d.detail->>'customerId' = $4)
      order by d.position desc, d.part desc limit $5`,
    values: [before.position, before.part, channel === null ? null : CHANNELS.indexOf(channel), customerId, limit],
  })
  return rows.map(({ position, part, cause, stream, template, customer, reason, at }) => ({
    ...{ position: Number(position), causeId: cause, channel: channelOf(part), template },
    ...{ orderId: customer === null ? null : idOf(stream), customerId: customer, reason, at },
  }))
}

function channelOf(part: number): Channel {
  const channel = CHANNELS[part]
  if (channel === undefined) throw new Error(`no channel has the number ${String(part)}`)
  return channel
}
