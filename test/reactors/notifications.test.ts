/** The list of messages: those that wait from the table of reactors, the others from the read model, as one; how that is read. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Addressed } from '../../domain/decision.ts'
import { orderConfirmed, orderLine, orderPlaced, orderRejected } from '../../domain/test-events.ts'
import { parseCursor } from '../../projections/queries/shown.ts'
import { mail } from '../../reactors/mail/mail.ts'
import { stockFallsIn } from '../../reactors/operator/stock-falls.ts'
import { simulatedTexter } from '../../reactors/mail/sms.ts'
import {
  listNotifications,
  type ListedNotification,
  type NotificationFilter,
} from '../../reactors/notifications/list-notifications.ts'
import { readEvent, stretchOf } from '../../reactors/serving/read-stretch.ts'
import { readDue, writeStretches } from '../../reactors/serving/due-table.ts'
import { readPage } from '../../store/log/read-page.ts'
import { openProjecting, type Projecting } from '../projections/projecting.ts'
import { appendEvents } from '../support/append-events.ts'

let projecting: Projecting

beforeEach(async () => {
  projecting = await openProjecting()
  await projecting.project()
})

afterEach(async () => {
  await projecting[Symbol.asyncDispose]()
})

const LINES = [orderLine('A1', 1)]

/** Has the mail reactor read what it has not, as it does, and send nothing. */
async function noteMessages(from: number): Promise<void> {
  const { pool } = projecting
  const { end, events } = await readPage(pool, { after: from, limit: 1_000, passed: [] })
  const mailer = { send: () => Promise.reject(new Error('nothing is sent')), close: () => Promise.resolve() }
  const reactor = mail({
    mailer,
    simulated: false,
    texter: simulatedTexter,
    operator: null,
    stockFalls: stockFallsIn(pool),
  })
  const reach = { from, to: end, actedTo: from, tallies: null }
  const { stretch } = stretchOf(reactor, events.map(readEvent), reach)
  expect(await writeStretches(pool, new Map([['mail', { ...stretch, tallies: [], talliesSince: 0 }]]))).toEqual([])
}

async function idsOf(head: number): Promise<readonly string[]> {
  const { rows } = await projecting.pool.query<{ id: string }>('select id from log.events where position <= $1', [head])
  return rows.map(({ id }) => id)
}

async function list(changed: Partial<NotificationFilter> = {}): Promise<readonly ListedNotification[]> {
  const { pool, views } = projecting
  const filter = { channel: null, status: null, customerId: null, limit: 50, cursor: null, ...changed }
  const all: ListedNotification[] = []
  for (let page = await listNotifications({ pool, views }, filter); ;) {
    all.push(...page.items)
    if (page.next === null) return all
    expect(page.items).toHaveLength(filter.limit)
    page = await listNotifications({ pool, views }, { ...filter, cursor: parseCursor(page.next) })
  }
}

const brief = (all: readonly ListedNotification[]) =>
  all.map(({ status, channel, orderId, customerId }) => `${status} ${channel} ${orderId} ${customerId}`)

/** Two orders of c1 and one that c2 was refused; the first mail was sent and the second one failed. */
async function shopWithMessages(): Promise<void> {
  const { pool } = projecting
  const order = (id: string, event: Addressed['event']): Addressed => ({ stream: `order-${id}`, event })
  const head = await appendEvents(pool, [
    order('o1', orderPlaced('o1', LINES)),
    order('o1', orderConfirmed('o1', LINES)),
    order('o2', orderPlaced('o2', LINES)),
    order('o2', orderConfirmed('o2', LINES)),
    order('o3', orderRejected('o3', { lines: LINES, customerId: 'c2' })),
  ])
  await noteMessages(0)
  const ids = await idsOf(head)
  const about = { channel: 'email', template: 'order-confirmed', customerId: 'c1' }
  const told = await appendEvents(pool, [
    { stream: `notification-${ids[1]}`, event: { type: 'NotificationSent', ...about, orderId: 'o1', simulated: true } },
    {
      stream: `notification-${ids[3]}`,
      event: { type: 'NotificationFailed', ...about, orderId: 'o2', reason: 'gave-up' },
    },
  ])
  await pool.query(`delete from log.due where reactor = 'mail' and part = 0 and position in (2, 4)`)
  await projecting.shown(told)
}

const ALL = [
  'failed email o2 c1',
  'sent email o1 c1',
  'waiting sms o3 c2',
  'waiting email o3 c2',
  'waiting sms o2 c1',
  'waiting sms o1 c1',
]

test('it is sorted by when the outcome was, or the event of what waits, in pages of any size', async () => {
  await shopWithMessages()
  for (const limit of [1, 2, 3, 5, 50]) expect(brief(await list({ limit }))).toEqual(ALL)
  const [failed, sent, waiting] = await list()
  expect(failed).toMatchObject({ reason: 'gave-up', template: 'order-confirmed', simulated: false })
  expect(sent).toMatchObject({ reason: null, simulated: true })
  expect(waiting).toMatchObject({ reason: null, template: 'out-of-stock', simulated: false })
  const { rows } = await projecting.pool.query<{ at: Date }>(
    'select recorded_at as at from log.events where position = 5',
  )
  expect(waiting?.at).toBe(rows[0]?.at.toISOString())
})

test.each([
  [{ status: 'waiting' }, ALL.slice(2)],
  [{ status: 'sent' }, ['sent email o1 c1']],
  [{ status: 'failed' }, ['failed email o2 c1']],
  [{ channel: 'sms' }, ['waiting sms o3 c2', 'waiting sms o2 c1', 'waiting sms o1 c1']],
  [{ customerId: 'c2' }, ['waiting sms o3 c2', 'waiting email o3 c2']],
  [{ customerId: 'c1', channel: 'email', status: 'sent' }, ['sent email o1 c1']],
  [{ customerId: 'c1', channel: 'email', status: 'waiting' }, []],
  [{ customerId: 'nobody' }, []],
] as const)('of %o it has these alone', async (filter, expected) => {
  await shopWithMessages()
  expect(brief(await list(filter))).toEqual(expected)
  expect(brief(await list({ ...filter, limit: 1 }))).toEqual(expected)
})

test('why one waits is a code, and what is parked says so', async () => {
  await shopWithMessages()
  await projecting.pool.query(
    `update log.due set detail = detail || '{"standing": {"reason": "unreachable"}}' where position = 5 and part = 0`,
  )
  await projecting.pool.query(
    `update log.due set failure = '{"code": "defect", "message": "no"}' where position = 5 and part = 1`,
  )
  expect((await list({ customerId: 'c2' })).map(({ reason }) => reason)).toEqual(['parked', 'unreachable'])
})

test('one that ends while it is looked up is shown once, with its outcome', async () => {
  await shopWithMessages()
  await noteAgain(2)
  expect(brief(await list())).toEqual(ALL)
})

/** As if the row of what was sent were not gone yet. */
async function noteAgain(position: number): Promise<void> {
  await projecting.pool.query(
    `insert into log.due (reactor, stream, position, part, cause, due_at, detail)
    select 'mail', stream, position, 0, id, now(), '{"template": "order-confirmed", "customerId": "c1"}'
    from log.events where position = $1`,
    [position],
  )
}

test('a long queue of messages is read by an index', async () => {
  const { pool } = projecting
  await pool.query(
    `insert into log.due (reactor, stream, position, cause, due_at, detail)
    select 'mail', 'order-' || n, n, gen_random_uuid(), now(), '{"template": "order-confirmed"}'
    from generate_series(1, 20000) n`,
  )
  await pool.query('analyze log.due')
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
    `explain select position from log.due d where d.reactor = 'mail' and (d.position, d.part) < (15000, 0)
    order by d.position desc, d.part desc limit 51`,
  )
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('due_messages')
})

test('what is due next to a reactor is read by an index, also where all of it is due at one moment', async () => {
  const { pool } = projecting
  await pool.query(
    `insert into log.due (reactor, stream, position, cause, due_at, attempts)
    select 'expire-orders', 'order-' || n, n, gen_random_uuid(), '2026-12-01', n % 2 from generate_series(1, 20000) n`,
  )
  await pool.query('analyze log.due')
  const asked: { readonly text: string; readonly values: readonly unknown[] }[] = []
  const noting = { query: (query: (typeof asked)[number]) => (asked.push(query), Promise.resolve({ rows: [] })) }
  const next = { at: Date.now(), fresh: 50, repeated: 50, except: [1, 2], holdsBack: 'stream' } as const
  await readDue(noting as never, 'expire-orders', next)
  const [query = { text: '', values: [] }] = asked
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${query.text}`, [...query.values])
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan.match(/Index Scan using due_next/g)).toHaveLength(2)
  expect(plan).not.toMatch(/Seq Scan on due|Sort Key: d\./)
  const found = await readDue(pool, 'expire-orders', next)
  expect(found.map(({ position }) => position)).toEqual(Array.from({ length: 100 }, (_, index) => index + 3))
})
