import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { orderLine, orderPlaced } from '../../domain/test-events.ts'
import { foldBatch } from '../../projections/fold-batch.ts'
import { lockStatement, moveStatement } from '../../projections/live/checkpoints.ts'
import { activityTable } from '../../projections/views/activity.ts'
import { projections } from '../../projections/views/list.ts'
import { pruneWrite } from '../../projections/prune-rows.ts'
import { rowWrites } from '../../projections/write-rows.ts'
import { loadStreams } from '../../store/commit/load-streams.ts'
import { readRecorded } from '../../store/log/read-log.ts'
import { LOOK_UP_SETTINGS, openPool, type Pool } from '../../store/postgres/database.ts'
import { openProjecting, type Projecting } from './projecting.ts'

let projecting: Projecting
let pool: Pool

beforeAll(async () => {
  projecting = await openProjecting()
  await projecting.project()
  pool = openPool(projecting.url, { name: 'test look-ups', max: 1, settings: LOOK_UP_SETTINGS })
})

afterAll(async () => {
  await pool.end()
  await projecting[Symbol.asyncDispose]()
})

/** What a function of ours sends, without rows to show for it. */
async function sentBy(send: (client: never) => Promise<unknown>): Promise<readonly string[]> {
  const texts: string[] = []
  const query = async ({ text }: { readonly text: string }) => {
    texts.push(text)
    return { rows: [] }
  }
  await send({ query } as never)
  return texts
}

describe('what is planned once', () => {
  test('walks over no table, also where the plan is made while the tables are empty', async () => {
    const checkpoint = { generation: 1, version: 1, position: 0, rowCounts: {} }
    const at = projections.map((projection) => ({ projection, checkpoint }))
    const event = orderPlaced('o1', [orderLine('A1', 1)])
    const placed = { event, position: 1, stream: 'order-o1', version: 1, recordedAt: 0 }
    const texts = [
      ...[lockStatement(at), moveStatement(at, { position: 1, recordedAt: 0 }), pruneWrite(activityTable, 1, 1)],
      ...projections.flatMap((projection) =>
        [...foldBatch(projection, [placed])].flatMap(([table, changes]) => rowWrites(table, 1, changes)),
      ),
    ].map(({ text }) => text)
    texts.push(...(await sentBy((client) => readRecorded(client, 0, 1))))
    texts.push(...(await sentBy((client) => loadStreams(client, ['order-o1']))))
    for (const text of texts) {
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${text}`)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan, text).not.toMatch(/Seq Scan|Bitmap|Hash Join|Merge Join/)
    }
  })
})
