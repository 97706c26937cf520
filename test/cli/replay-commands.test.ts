/** `orderledger replay` and `orderledger projections` beside a running service, as a user runs them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { query } from '../support/query.ts'
import { runCommand, startCommand } from '../support/run-command.ts'
import { eventually } from '../support/eventually.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'
import { readRunFile } from '../../app/start/run-file.ts'

const data = makeDataDir()
let service: Service
let databaseUrl = ''

beforeAll(async () => {
  // More events than are read at a time: so many that a rate can hold a replay back.
  service = await startService({ dataDir: data.path, env: { DEMO_ORDERS: '4000' } })
  databaseUrl = readRunFile(data.path)?.databaseUrl ?? ''
})

afterAll(async () => {
  await service.stop()
  data.remove()
})

interface Items {
  readonly items: readonly { readonly [name: string]: unknown }[]
}

describe('replay', () => {
  test('of all projections rebuilds each, and says so', async () => {
    const { code, stdout, stderr } = await runCommand(data.path, 'replay', 'all')
    expect(`${stdout}${stderr}`).not.toContain('refused')
    expect([code, stdout.match(/switched/g)?.length]).toEqual([0, 5])
    expect((await runCommand(data.path, 'verify')).code).toBe(0)
  })

  test('--check exits with 1 when rows differ, names them, and the next step accepts them', async () => {
    const [live] = await query(
      databaseUrl,
      `select live_generation as generation from views.projections where name = 'sales'`,
    )
    await query(databaseUrl, `update views.sales_totals_g${String(live?.['generation'])} set gmv = gmv + 7`)
    const checked = await runCommand(data.path, 'projections', 'check', 'sales')
    expect([checked.code, checked.stdout]).toEqual([1, expect.stringContaining('sales_totals all: different: gmv')])
    const refused = await runCommand(data.path, 'replay', 'sales')
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('replay sales --accept-differences')])
    const accepted = await runCommand(data.path, 'replay', 'sales', '--accept-differences', '--json')
    expect([accepted.code, (accepted.json() as Items).items[0]]).toMatchObject([0, { state: 'switched' }])
    expect((await runCommand(data.path, 'verify')).code).toBe(0)
  })

  test('is paused, resumed and cancelled by its id; Ctrl-C leaves it running', async () => {
    expect((await runCommand(data.path, 'projections', 'pause', 'orders')).stdout).toMatch(/orders +paused/)
    const watching = startCommand(data.path, ['replay', 'orders', '--rate', '1'])
    const listed = async () => ((await runCommand(data.path, 'replay', 'list', '--json')).json() as Items).items[0]
    const id = await eventually(async () => {
      const newest = await listed()
      return newest?.['projection'] === 'orders' && newest['state'] === 'running' ? String(newest['replayId']) : null
    })
    watching.signal('SIGINT')
    expect((await watching.finished).code).toBe(0)
    expect((await runCommand(data.path, 'replay', 'pause', id)).stdout).toContain('paused')
    expect((await runCommand(data.path, 'replay', 'resume', id)).stdout).toContain('running')
    expect((await runCommand(data.path, 'replay', 'cancel', id)).stdout).toContain('cancelled')
    expect((await runCommand(data.path, 'replay', 'status', id)).stdout).toContain('cancelled')
    expect((await runCommand(data.path, 'projections', 'resume', 'orders')).stdout).toMatch(/orders +live/)
  })

  test('a name or an id that there is none of is told, with what there is', async () => {
    const unknown = await runCommand(data.path, 'replay', 'salse')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('one of: all, activity, customers')])
    const missing = await runCommand(data.path, 'replay', 'status', '01a1ffa1-cbee-76fe-b117-ed130f4c2db4')
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('replay-not-found')])
    const ahead = await runCommand(data.path, 'replay', 'sales', '--ahead')
    expect([ahead.code, ahead.stderr]).toEqual([2, expect.stringContaining('the same rows of sales')])
  })
})
