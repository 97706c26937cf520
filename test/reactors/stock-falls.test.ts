/** Operators hear of products that fell below their reorder points: one mail a minute for all of them, on a real server. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stockFellBelow } from '../../domain/test-events.ts'
import { mail, type MailParts } from '../../reactors/mail/mail.ts'
import { simulatedTexter } from '../../reactors/mail/sms.ts'
import { stockFallsIn } from '../../reactors/operator/stock-falls.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { closeOpened, mailerTo, realServer } from './mailing.ts'
import { headOf, openReacting, type Reacting } from './reacting.ts'

const MINUTE = 60_000

let reacting: Reacting
/** Of a minute that is over. */
let minute: number

beforeEach(async () => {
  reacting = await openReacting()
  const now = Math.floor(await databaseTime(reacting.pool))
  minute = now - (now % MINUTE) - 5 * MINUTE
  await reacting.pool.query('alter table log.events disable trigger events_are_immutable')
})

afterEach(async () => {
  await reacting[Symbol.asyncDispose]()
  await closeOpened()
})

/** Products that fell to 9 of 10 units, as recorded at a time. Nobody may read meanwhile. */
async function fall(at: number, ...skus: readonly string[]): Promise<void> {
  const { pool } = reacting
  const before = await headOf(pool)
  await appendEvents(
    pool,
    skus.map((sku) => ({ stream: `inventory-${sku}`, event: stockFellBelow(sku, 10, 9) }) as const),
  )
  await pool.query('update log.events set recorded_at = to_timestamp($1 / 1000.0) where position > $2', [at, before])
}

function tell(port: number, parts: Partial<MailParts> = {}) {
  const stockFalls = stockFallsIn(reacting.pool)
  const to = { mailer: mailerTo(port), simulated: false, texter: simulatedTexter, operator: 'ops@x.test' }
  return reacting.react({}, { reactors: [mail({ ...to, stockFalls, ...parts })] })
}

async function settled(): Promise<void> {
  await eventually(async () => {
    const { due, lagEvents, parkedCount } = await reacting.state('mail')
    return lagEvents === 0 && due === 0 && parkedCount === 0
  })
}

const subjects = (mails: readonly { readonly headers: { get(name: string): string | null | undefined } }[]) =>
  mails.map(({ headers }) => headers.get('subject')).sort()

test('all that fell in one minute are named in one mail, what fell in the next one in another', async () => {
  const { received, port } = await realServer()
  await fall(minute, 'A1', 'B1')
  await fall(minute + MINUTE, 'D1')
  // Under way at once: recorded in the minute before, at a later position.
  await fall(minute + MINUTE - 1, 'C1')
  await tell(port)
  await settled()
  expect(subjects(received)).toEqual(['Below the reorder point: A1, B1, C1', 'Below the reorder point: D1'])
  const text = received.map((one) => JSON.stringify(one)).find((one) => one.includes('C1'))
  for (const sku of ['A1', 'B1', 'C1']) expect(text).toContain(`${sku} (10)`)
  expect(text).not.toContain('D1 (10)')
})

test('a process that ends tells none of them twice, and the next one none of the same minute', async () => {
  const { received, port } = await realServer()
  await fall(minute, 'A1')
  const first = await tell(port)
  await settled()
  await first.stop()
  await fall(minute + 1, 'B1')
  await tell(port)
  await settled()
  expect(subjects(received)).toEqual(['Below the reorder point: A1'])
})

test('a minute that goes on is waited for', async () => {
  const { received, port } = await realServer()
  const now = Math.floor(await databaseTime(reacting.pool))
  await fall(now + 2 * MINUTE, 'A1')
  await tell(port)
  await eventually(async () => (await reacting.state('mail')).due === 1)
  expect(received).toEqual([])
})

test('without an address nobody is told, and with the database away it is tried again', async () => {
  const { received, port } = await realServer()
  await fall(minute, 'A1')
  const without = await tell(port, { operator: null })
  await settled()
  await without.stop()
  expect(received).toEqual([])
  await fall(minute + MINUTE, 'B1')
  let away = 2
  const read = stockFallsIn(reacting.pool)
  await tell(port, {
    stockFalls: (asked, since) =>
      away-- > 0 ? Promise.reject(new StoreFailure('store-unavailable', 'away')) : read(asked, since),
  })
  await settled()
  expect(subjects(received)).toEqual(['Below the reorder point: B1'])
})
