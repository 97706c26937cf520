/** How long an attempt to pay waits for the scorer in the same process, by what the database says of that. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { paymentRequested } from '../../domain/test-events.ts'
import { ScoringProgress } from '../../reactors/fraud/scoring-progress.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let pool: Pool
let close: () => Promise<void>

beforeEach(async () => {
  const database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 2 })
  close = async () => {
    await pool.end()
    await database.drop()
  }
  await pool.query(`insert into log.reactors (name) values ('fraud')`)
})

afterEach(async () => {
  vi.useRealTimers()
  await close()
})

async function begun(): Promise<ScoringProgress> {
  const progress = new ScoringProgress(pool, () => performance.now())
  await progress.begin(0)
  return progress
}

/** From here on a wait for a time never ends. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })

describe('an attempt is not waited for', () => {
  test.each([
    ['is paused', `update log.reactors set paused = '{"reason": "by hand", "since": 1}'`],
    ['has stopped', `update log.reactors set failure = '{"code": "defect", "message": "", "position": 1}'`],
    ['never worked', 'delete from log.reactors'],
    ['is over a second behind', null],
  ])('where the scorer %s', async (_, change) => {
    const progress = await begun()
    if (change === null) {
      await appendEvents(pool, [{ stream: 'payment-o1', event: paymentRequested('o1', 1, 100) }])
      await eventually(async () => {
        const { rowCount } = await pool.query(`select from log.events where recorded_at < now() - interval '1 second'`)
        return rowCount === 1
      })
    } else await pool.query(change)
    stopTime()
    await progress.passed(1)
  })

  test('for ever: not where the scorer works and says nothing of it', async () => {
    const progress = await begun()
    await progress.passed(1)
  })
})

test('an attempt is waited for until it is scored, and its alert is raised or cannot be', async () => {
  const progress = await begun()
  stopTime()
  const ends: string[] = []
  const waiting = ['alerted', 'scored'].map((what, index) =>
    progress.passed(index + 1).then(() => {
      ends.push(what)
    }),
  )
  progress.raising(1)
  progress.reached(2)
  await waiting[1]
  expect(ends).toEqual(['scored'])
  progress.raised(1)
  await waiting[0]
  expect(ends).toEqual(['scored', 'alerted'])
})

test('an alert that was to be raised before is still waited for', async () => {
  await appendEvents(pool, [{ stream: 'payment-o1', event: paymentRequested('o1', 1, 100) }])
  await pool.query(
    `insert into log.due (reactor, stream, position, part, cause, due_at)
    select 'fraud', stream, position, 0, id, now() from log.events`,
  )
  const progress = new ScoringProgress(pool, () => performance.now())
  await progress.begin(1)
  stopTime()
  let isPassed = false
  const waiting = progress.passed(1).then(() => (isPassed = true))
  await progress.passed(0)
  expect(isPassed).toBe(false)
  progress.raised(1)
  await waiting
})
