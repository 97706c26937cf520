/** Operators hear of reactors in trouble, once, by mails that go the way of all others. */
import { afterEach, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import type { Addressed } from '../../domain/decision.ts'
import { customerRegistered, orderConfirmed, orderLine, orderPlaced } from '../../domain/test-events.ts'
import { reactorNames } from '../../reactors/list.ts'
import { mail } from '../../reactors/mail/mail.ts'
import type { Mailer } from '../../reactors/mail/mailer.ts'
import { stockFallsIn } from '../../reactors/operator/stock-falls.ts'
import { simulatedTexter } from '../../reactors/mail/sms.ts'
import { tellTroubles } from '../../reactors/operator/watch-troubles.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { closeOpened, failure, mailerTo, realServer } from './mailing.ts'
import { openReacting, type Reacting } from './reacting.ts'

afterEach(closeOpened)

function sendMails(reacting: Reacting, port: number, operator: string | null = 'ops@x.test') {
  const stockFalls = stockFallsIn(reacting.pool)
  const parts = { mailer: mailerTo(port), simulated: false, texter: simulatedTexter, operator, stockFalls }
  return reacting.react({}, { reactors: [mail(parts)] })
}

function look({ pool }: Reacting): Promise<void> {
  return tellTroubles({ pool, names: reactorNames, newId })
}

/** Parked some seconds ago. */
async function park({ pool }: Reacting, count: number, { reactor = 'payments', secondsAgo = 11, from = 1 } = {}) {
  await pool.query(`insert into log.reactors (name) values ($1) on conflict do nothing`, [reactor])
  await pool.query(
    `insert into log.due (reactor, stream, position, cause, due_at, failure, parked_at)
    select $1, 'payment-' || n, n, gen_random_uuid(), now(), '{"code": "defect", "message": "account-closed"}',
      clock_timestamp() - $3 * interval '1 second'
    from generate_series($4::int, $4::int + $2::int - 1) n`,
    [reactor, count, secondsAgo, from],
  )
}

/** Messages to operators that were not sent yet. */
async function waiting({ pool }: Reacting): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from log.due where reactor = 'mail' and stream like 'reactor-%'`,
  )
  return rows[0]?.count ?? 0
}

/** As if what was reported had been reported this long ago. */
async function age({ pool }: Reacting, ms: number): Promise<void> {
  await pool.query(
    `update log.reactors set told = jsonb_set(told, '{parked,at}', to_jsonb((told->'parked'->>'at')::float8 - $1))
    where told ? 'parked'`,
    [ms],
  )
}

test('what is parked is one mail, and not again for more of it, another look or another process', async () => {
  await using reacting = await openReacting()
  const { received, port } = await realServer()
  const first = await sendMails(reacting, port)
  await park(reacting, 3)
  for (const _ of [1, 2]) await look(reacting)
  await eventually(() => received.length === 1)
  expect(received[0]).toMatchObject({ to: ['ops@x.test'] })
  expect(received[0]?.headers.get('subject')).toBe('Reactor payments: 3 parked')
  expect(received[0]?.text).toContain('3 parked: account-closed')
  expect(received[0]?.text).toContain('What to do: orderledger reactors retry payments')
  await eventually(async () => (await reacting.state('mail')).due === 0)

  await first.stop()
  await sendMails(reacting, port)
  await park(reacting, 2_000, { from: 10 })
  await look(reacting)
  expect(await waiting(reacting)).toBe(0)
  await age(reacting, 3_600_000)
  for (const _ of [1, 2]) await look(reacting)
  await eventually(() => received.length === 2)
  expect(received[1]?.headers.get('subject')).toBe('Reactor payments: 2003 parked')
  // Somebody knows of what they had tried again.
  await age(reacting, 3_600_000)
  await reacting.reactors.retry('payments')
  await reacting.pool.query(
    `update log.due set failure = '{"code": "defect", "message": "still"}', parked_at = clock_timestamp() - interval '1 minute'
    where reactor = 'payments' and position < 10`,
  )
  await look(reacting)
  expect(await waiting(reacting)).toBe(0)
  expect(received).toHaveLength(2)
})

test('what comes while a mail is being sent is told by the next', async () => {
  await using reacting = await openReacting()
  const { received, port } = await realServer()
  const mailer = mailerTo(port)
  let sending = false
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const slow: Mailer = {
    ...mailer,
    async send(message) {
      const outcome = await mailer.send(message)
      sending = true
      await held
      return outcome
    },
  }
  const stockFalls = stockFallsIn(reacting.pool)
  await reacting.react(
    {},
    {
      reactors: [mail({ mailer: slow, simulated: false, texter: simulatedTexter, operator: 'ops@x.test', stockFalls })],
    },
  )
  await park(reacting, 3)
  await look(reacting)
  await eventually(() => sending)
  await reacting.pool.query(
    `update log.reactors set failure = '{"code": "undecodable-event", "message": "no", "position": 7}' where name = 'payments'`,
  )
  await look(reacting)
  letGo()
  await eventually(() => received.length === 2)
  expect(received[1]?.text).toContain('stopped at position 7')
  const ids = received.map(({ headers }) => headers.get('message-id'))
  expect(new Set(ids).size, ids.join(' ')).toBe(2)
  await eventually(async () => (await reacting.state('mail')).due === 0)
})

test('each reactor has a mail of its own', async () => {
  await using reacting = await openReacting()
  const { received, port } = await realServer()
  await sendMails(reacting, port)
  await park(reacting, 1)
  await park(reacting, 2, { reactor: 'expire-orders' })
  await look(reacting)
  await eventually(() => received.length === 2)
  expect(received.map(({ headers }) => headers.get('subject')).sort()).toEqual([
    'Reactor expire-orders: 2 parked',
    'Reactor payments: 1 parked',
  ])
})

test('an outage of the mail server itself is one mail once it is over, however long it was and whoever restarted', async () => {
  await using reacting = await openReacting()
  const down = await realServer()
  await down.close()
  const first = await sendMails(reacting, down.port)
  const stream = (id: string) => `order-${id}` as const
  const order = (id: string): readonly Addressed[] => [
    { stream: stream(id), event: orderPlaced(id, [orderLine('A1', 1)]) },
    { stream: stream(id), event: orderConfirmed(id, [orderLine('A1', 1)]) },
  ]
  await appendEvents(reacting.pool, [
    { stream: 'customer-c1', event: customerRegistered('c1', { email: 'c1@x.test' }) },
    ...['o1', 'o2', 'o3'].flatMap(order),
  ])
  const { since } = await eventually(async () => (await reacting.state('mail')).outage)
  await look(reacting)
  expect(await waiting(reacting)).toBe(0)
  await reacting.pool.query(
    `update log.reactors set outage = jsonb_set(outage, '{since}', to_jsonb((outage->>'since')::float8 - 120000))`,
  )
  for (const _ of [1, 2]) await look(reacting)
  expect(await waiting(reacting)).toBe(1)
  await first.stop()
  await sendMails(reacting, down.port)
  await eventually(async () => (await reacting.state('mail')).state === 'live')
  await look(reacting)
  expect(await waiting(reacting)).toBe(1)
  expect((await reacting.state('mail')).outage?.since).toBe(since - 120_000)

  const { received } = await realServer({}, down.port)
  const told = await eventually(() => received.find(({ to }) => to.includes('ops@x.test')), { timeout: 100_000 })
  expect(told.headers.get('subject')).toBe('Reactor mail: waiting')
  expect(told.text).toContain('waiting: no mail is taken: unreachable')
  await eventually(async () => (await reacting.state('mail')).due === 0, { timeout: 100_000 })
  // A repeat, where the answer of the server was lost, is recognised by its Message-ID.
  const mails = received.filter(({ to }) => to.includes('ops@x.test'))
  expect(mails.map(({ headers }) => headers.get('message-id'))).toEqual([told.headers.get('message-id')])
})

test('an address of the operators that is refused is tried again, parks nothing and is no event', async () => {
  await using reacting = await openReacting()
  const { received, port } = await realServer({
    onRcptTo: ({ address }, _, done) => (address === 'ops@x.test' ? done(failure(550, '5.1.1 no such user')) : done()),
  })
  await sendMails(reacting, port)
  await park(reacting, 1)
  await look(reacting)
  // Another one that is taken shows that the server is right.
  await appendEvents(reacting.pool, [
    { stream: 'customer-c1', event: customerRegistered('c1', { email: 'c1@x.test' }) },
    { stream: 'order-o1', event: orderPlaced('o1', [orderLine('A1', 1)]) },
    { stream: 'order-o1', event: orderConfirmed('o1', [orderLine('A1', 1)]) },
  ])
  await eventually(() => received.length === 1)
  const refused = await eventually(async () => {
    const { rows } = await reacting.pool.query<{ reason: string }>(
      `select detail->'standing'->>'reason' as reason from log.due
      where reactor = 'mail' and stream = 'reactor-payments' and due_at > now() + interval '30 minutes'`,
    )
    return rows[0]
  })
  expect(refused.reason).toBe('refused 550 5.1.1')
  expect(await reacting.state('mail')).toMatchObject({ parkedCount: 0, due: 1 })
  const { rows } = await reacting.pool.query(`select stream from log.events where type = 'NotificationFailed'`)
  expect(rows).toEqual([])
})

test('without an address of the operators what waits for them is dropped', async () => {
  await using reacting = await openReacting()
  const { received, port } = await realServer()
  await park(reacting, 1)
  await reacting.pool.query(`insert into log.reactors (name) values ('mail')`)
  await look(reacting)
  expect(await waiting(reacting)).toBe(1)
  await sendMails(reacting, port, null)
  await eventually(async () => (await reacting.state('mail')).due === 0)
  expect(await waiting(reacting)).toBe(0)
  expect(received).toEqual([])
})
