/** A table of fraud rules that is no event at all: what else a shop does is not its business. */
import { expect, onTestFinished, test } from 'vitest'
import { expireOrders } from '../../reactors/expire-orders.ts'
import { fraud } from '../../reactors/fraud/fraud.ts'
import { appendRaw } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { makeDataDir, startService } from '../support/service.ts'
import { expiries, openReacting, reserve } from './reacting.ts'

test('a table that is no event at all stops the reactor alone: a service starts, and other reactors go on', async () => {
  await using reacting = await openReacting()
  const { pool } = reacting
  await appendRaw(pool, [{ stream: 'fraud-_table', type: 'FraudTableSet', schemaVersion: 1, data: Buffer.from([2]) }])
  await reserve(pool, ['o1'], () => -1_000)
  const worker = await reacting.react(
    {},
    { reactors: [fraud({ table: { table: '1', content: '{}' }, scoring: null }), expireOrders] },
  )
  await eventually(async () => (await expiries(pool)).length === 1)
  await eventually(async () => (await reacting.state('fraud')).state === 'failed')
  expect((await reacting.state('fraud')).lastError).toMatchObject({ code: 'undecodable-event', position: 1 })
  expect(reacting.complaints.filter((text) => text.startsWith('a reactor cannot begin'))).toHaveLength(1)
  await worker.stop()

  const data = makeDataDir()
  onTestFinished(() => data.remove())
  const service = await startService({ dataDir: data.path, env: { DATABASE_URL: reacting.url } })
  try {
    await reserve(pool, ['o2'], () => -1_000)
    await eventually(async () => (await expiries(pool)).length === 2)
    expect(service.output()).toContain('the table of fraud rules is not in force yet')
  } finally {
    await service.stop()
  }
})
