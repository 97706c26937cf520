/** Real clicks (test/data/README.md): what is counted is held against a second, slow way to count the same. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { UserEventType } from '../../schemas/behaviour/user-event.ts'
import { PartitionState } from './partition-state.ts'
import { actionOf, closeAll } from './test-kit.ts'

interface Visitor {
  readonly session: number
  readonly events: readonly {
    readonly aid: number
    readonly ts: number
    readonly type: 'clicks' | 'carts' | 'orders'
  }[]
}

const TYPES: Readonly<Record<Visitor['events'][number]['type'], UserEventType>> = {
  clicks: 'product_view',
  carts: 'add_to_cart',
  orders: 'order_completed',
}
const GAP_MS = 30 * 60_000

const visitors = gunzipSync(readFileSync(new URL('../../test/data/otto-sessions.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Visitor)

test('20 visitors of a real shop have the sessions and the funnel that a plain count gives', () => {
  const events = visitors
    .flatMap(({ session, events: clicks }) => clicks.map((click) => ({ ...click, subject: String(session) })))
    .toSorted((one, other) => one.ts - other.ts)
  const state = new PartitionState()
  for (const { ts, type, aid, subject } of events) {
    state.fold(actionOf({ at: ts, type: TYPES[type], subject, sku: String(aid) }))
  }
  closeAll(state)
  const { totals, days } = state.takeCounts()

  const expected = visitors.flatMap(({ events: clicks }) =>
    clicks.reduce<(typeof clicks)[number][][]>((sessions, click) => {
      const last = sessions.at(-1)
      if (last === undefined || click.ts - (last.at(-1)?.ts ?? 0) > GAP_MS) sessions.push([click])
      else last.push(click)
      return sessions
    }, []),
  )
  expect(totals).toMatchObject({ events: 862, duplicates: 0, late: 0, automated: 0, closed: expected.length })
  const stages = [...days.values()].reduce(
    (sum, day) => sum.map((count, stage) => count + (day.stages[stage] ?? 0)),
    [0, 0, 0, 0, 0],
  )
  const having = (type: string) => expected.filter((session) => session.some((click) => click.type === type)).length
  expect(stages).toEqual([having('clicks'), having('carts'), 0, 0, having('orders')])
  expect(expected.length).toBeGreaterThan(100)
})
