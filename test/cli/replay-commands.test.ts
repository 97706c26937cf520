/** `orderledger replay` and `orderledger projections` beside a running service, as a user runs them. */
import { projections } from '../../projections/views/list.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { query } from '../support/query.ts'
import { runCommand, startCommand } from '../support/run-command.ts'
import { eventually } from '../support/eventually.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

let service: ServiceHere

beforeAll(async () => {
  // More events than are read at a time: so many that a rate can hold a replay back.
  service = await serviceHere({ env: { DEMO_ORDERS: '4000' } })
})

afterAll(async () => {
  await service.stop()
})

interface Items {
  readonly items: readonly { readonly [name: string]: unknown }[]
}

describe('replay', () => {
  test('of all projections rebuilds each, and says so', async () => {
    const { code, stdout, stderr } = await runCommand(service.dataDir, 'replay', 'all')
    expect(`${stdout}${stderr}`).not.toContain('refused')
    expect([code, stdout.match(/switched/g)?.length]).toEqual([0, projections.length])
    expect((await runCommand(service.dataDir, 'verify')).code).toBe(0)
  })

  test('--check exits with 1 when rows differ, names them, and the next step accepts them', async () => {
    const [live] = await query(
      service.databaseUrl,
      `select live_generation as generation from views.projections where name = 'sales'`,
    )
    await query(service.databaseUrl, `update views.sales_totals_g${String(live?.['generation'])} set gmv = gmv + 7`)
    const checked = await runCommand(service.dataDir, 'projections', 'check', 'sales')
    expect([checked.code, checked.stdout]).toEqual([1, expect.stringContaining('sales_totals all: different: gmv')])
    const refused = await runCommand(service.dataDir, 'replay', 'sales')
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('replay sales --accept-differences')])
    const accepted = await runCommand(service.dataDir, 'replay', 'sales', '--accept-differences', '--json')
    expect([accepted.code, (accepted.json() as Items).items[0]]).toMatchObject([0, { state: 'switched' }])
    expect((await runCommand(service.dataDir, 'verify')).code).toBe(0)
  })

  test('is paused, resumed and cancelled by its id; Ctrl-C leaves it running', async () => {
    expect((await runCommand(service.dataDir, 'projections', 'pause', 'orders')).stdout).toMatch(/orders +paused/)
    const watching = startCommand(service.dataDir, ['replay', 'orders', '--rate', '1'])
    const listed = async () =>
      ((await runCommand(service.dataDir, 'replay', 'list', '--json')).json() as Items).items[0]
    const id = await eventually(async () => {
      const newest = await listed()
      return newest?.['projection'] === 'orders' && newest['state'] === 'running' ? String(newest['replayId']) : null
    })
    watching.signal('SIGINT')
    expect((await watching.finished).code).toBe(0)
    expect((await runCommand(service.dataDir, 'replay', 'pause', id)).stdout).toContain('paused')
    expect((await runCommand(service.dataDir, 'replay', 'resume', id)).stdout).toContain('running')
    expect((await runCommand(service.dataDir, 'replay', 'cancel', id)).stdout).toContain('cancelled')
    expect((await runCommand(service.dataDir, 'replay', 'status', id)).stdout).toContain('cancelled')
    expect((await runCommand(service.dataDir, 'projections', 'resume', 'orders')).stdout).toMatch(/orders +live/)
  })

  test('a name or an id that there is none of is told, with what there is', async () => {
    const unknown = await runCommand(service.dataDir, 'replay', 'salse')
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('one of: all, activity, alerts, customers'),
    ])
    const missing = await runCommand(service.dataDir, 'replay', 'status', '01a1ffa1-cbee-76fe-b117-ed130f4c2db4')
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('replay-not-found')])
    const ahead = await runCommand(service.dataDir, 'replay', 'sales', '--ahead')
    expect([ahead.code, ahead.stderr]).toEqual([2, expect.stringContaining('the same rows of sales')])
  })
})
