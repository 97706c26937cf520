/** Looks at the log and the read models in the database itself, so that no figure rests on what the service says. */
import pg from 'pg'
import { waitUntil } from '../../store/waiting/pause.ts'

export interface LogWatch {
  /** Position of the last event. */
  head(): Promise<number>
  /** The position up to which every projection shows the log. */
  shown(): Promise<number>
  /** Waits until every projection shows what the log holds now; seconds that took. Rejects after two minutes. */
  caughtUp(): Promise<number>
  /** Ids of at most `limit` orders, spread over the whole log. */
  orderIds(limit: number): Promise<readonly string[]>
  close(): Promise<void>
}

const GIVES_UP_AFTER_MS = 120_000

export async function openLogWatch(databaseUrl: string): Promise<LogWatch> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'orderledger bench' })
  // The server may stop before we do.
  client.on('error', () => undefined)
  await client.connect()
  let closed = false

  async function number(text: string): Promise<number> {
    const { rows } = await client.query<[string | null]>({ text, rowMode: 'array' })
    return Number(rows[0]?.[0] ?? 0)
  }
  const head = () => number('select position from log.log_head')
  const shown = () =>
    number(`select min(c.position) from views.projections p
      join views.checkpoints c on c.projection = p.name and c.generation = p.live_generation`)

  return {
    head,
    shown,
    async caughtUp() {
      const start = performance.now()
      const target = await head()
      const done = await waitUntil(async () => (await shown()) >= target, { everyMs: 20, withinMs: GIVES_UP_AFTER_MS })
      if (!done) throw new Error(`the projections show ${await shown()} of ${target} events after two minutes`)
      return (performance.now() - start) / 1_000
    },
    async orderIds(limit) {
      const { rows } = await client.query<[string]>({
        text: `select substr(stream, 7) from log.events
          where type = 'OrderPlaced' order by hashtext(stream), position limit $1`,
        values: [limit],
        rowMode: 'array',
      })
      return rows.map(([id]) => id)
    },
    async close() {
      if (closed) return
      closed = true
      await client.end()
    },
  }
}
