/** Many sessions that are over at the same time: after an outage, or a day of sales. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { UNWATCHED } from '../../app/roles/open-committer.ts'
import { openCatalogue } from '../../insights/behaviour/catalogue.ts'
import { makeTables } from '../../insights/behaviour/chunk-table.ts'
import { behaviourFigures } from '../../insights/behaviour/figures.ts'
import { openReader } from '../../insights/behaviour/reader.ts'
import { openDoor } from '../../insights/intake/door.ts'
import { openRoom } from '../../insights/intake/room.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { saveOpenSessions } from './many-open.ts'
import { eventOf, takenOf } from './opened.ts'

const SESSIONS = 36_000
/** Five products of a session, each with itself and each other. */
const PAIRS_EACH = 15
const HOUR_MS = 3_600_000

let database: TestDatabase
let pool: Pool

beforeEach(async () => {
  database = await testDatabase()
  // What all of them at once need takes longer than this on any machine; a part of it does not.
  const settings = { ...READER_SETTINGS, statement_timeout: '1s', idle_in_transaction_session_timeout: '1s' }
  pool = openPool(database.url, { name: 'test', max: 3, settings })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

test('all of them close, a part with each save, and each counts once', async ({ onTestFinished }) => {
  await makeTables(pool)
  await saveOpenSessions(pool, SESSIONS, Date.now() - HOUR_MS)
  const monotonic = () => performance.now()
  const catalogue = openCatalogue(pool, monotonic)
  const room = openRoom({ pool, mostBytes: 2 ** 32, monotonic, log: UNWATCHED.log })
  onTestFinished(() => room.stop())
  const reader = openReader({
    ...{ pool, owner: newId(), catalogue, clock: () => Date.now(), monotonic },
    ...{ log: UNWATCHED.log, appended: new LatchedSignal(), mostBytes: 2 ** 32, ended: null },
  })
  onTestFinished(() => reader.stop())
  const now = Array.from({ length: 100 }, (_, index) => eventOf({ subject: `later-${String(index)}` }))
  await openDoor({ pool, room, catalogue, reader }).take(takenOf(now), [], Date.now())
  await eventually(
    async () => expect(await behaviourFigures(pool).sessions()).toMatchObject({ closed: SESSIONS, open: 100 }),
    { timeout: 120_000 },
  )
  const { rows } = await pool.query<{ sessions: string }>('select sum(sessions) as sessions from behaviour.pairs')
  expect(Number(rows[0]?.sessions)).toBe(SESSIONS * PAIRS_EACH)
}, 180_000)
