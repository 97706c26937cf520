import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type StorePoint, storePointNames } from '../../app/crash-points.ts'
import { createRandom } from '../../simulation/random.ts'
import { cloneDatabase, testDatabase, type TestDatabase } from '../support/database.ts'
import { serviceHere } from '../support/service-here.ts'
import { crashAtPoint, SHOP } from './crash-points.ts'
import { killAtRandom, killReplaysAtRandom } from './random-kills.ts'
import { openShop } from './shop.ts'

const meaning: Readonly<Record<StorePoint, string>> = {
  'append.before': 'before its append',
  'append.sent': 'with its append sent and the answer lost',
  'append.after': 'after its append and before the answer to the client',
  'projector.transaction': 'inside a transaction of the projector',
  'replay.copied': 'between the rows of a replay on their way and their merge',
  'replay.riding': 'while a replay dual-writes',
  'replay.compared': 'between the comparison of a replay and its switch',
}

let opened: TestDatabase

beforeAll(async () => {
  opened = await testDatabase()
  const service = await serviceHere({ env: { DATABASE_URL: opened.url } })
  await openShop(service.url, SHOP)
  await service.stop()
})

afterAll(() => opened.drop())

// Once each: `npm run soak` goes on with it for hours.
const random = createRandom(1, 'crashes').unit

test.each(storePointNames.map((point) => [meaning[point], point] as const))(
  'laws 3, 5 and 7: a service killed %s keeps what it answered, does nothing twice and shows what it keeps',
  async (_, point) => {
    const { url: databaseUrl, drop } = await cloneDatabase(opened)
    onTestFinished(drop)
    expect(await crashAtPoint({ databaseUrl, point, crashes: 1, random })).toBeGreaterThanOrEqual(1)
  },
)

test('laws 3, 5 and 7: a service killed at random moments under load does so too', async () => {
  expect(await killAtRandom({ kills: 3, random })).toBe(3)
})

test('law 7: a service killed at random moments of replays finishes them, and a later replay equals what is live', async () => {
  expect(await killReplaysAtRandom({ kills: 2, random })).toBe(2)
})
