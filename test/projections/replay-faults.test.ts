/** Replays while what they stand on gives way: Postgres falls over, its disk is full. */
import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { postgresAccount } from '../../app/postgres/account.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { expectVerified } from '../faults/shop.ts'
import { openProjecting } from './projecting.ts'
import { finished, generationsOf, many, start } from './replaying.ts'
import { makeDataDir, startService } from '../support/service.ts'

const releases: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

interface Shown {
  readonly replayId: string
  readonly state: string
  readonly position: number
}

test('law 7: Postgres that falls over during a replay is waited for, and the replay goes on to its end', async () => {
  const data = makeDataDir()
  releases.push(() => data.remove())
  const service = await startService({ dataDir: data.path, env: { DEMO_ORDERS: '4000' } })
  releases.push(() => service.stop())
  // A replay that catches up with orders that are still being placed is over before it is disturbed.
  const head = async () => {
    const { items } = (await (await fetch(`${service.url}/projections`)).json()) as {
      readonly items: readonly { readonly head: number }[]
    }
    return items[0]?.head ?? 0
  }
  await eventually(async () => (await head()) >= 10_000, { timeout: 120_000 })
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ rate: 2_000 })
  const begun = await fetch(`${service.url}/projections/orders/replay`, { method: 'POST', headers, body })
  const { replayId } = (await begun.json()) as Shown
  const shown = async () => (await (await fetch(`${service.url}/replays/${replayId}`)).json()) as Shown
  await eventually(async () => (await shown()).position >= 5_000, { timeout: 60_000 })
  const [pid] = readFileSync(join(data.path, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(pid), 'SIGQUIT') // mode immediate: as a power cut
  await eventually(async () => (await shown()).state === 'switched')
  await expectVerified(data.path)
})

test.runIf(process.getuid?.() === 0)(
  'a disk that is full during COPY ends the replay, and the live rows stay',
  async () => {
    const folder = smallDisk()
    await using projecting = await openProjecting()
    const { pool } = projecting
    const space = `small_${String(process.pid)}`
    const { rows } = await pool.query<{ name: string }>('select current_database() as name')
    // Gone with the cluster, which is thrown away with the run.
    await pool.query(`create tablespace ${space} location '${folder}'`)
    await pool.query(`alter database ${rows[0]?.name ?? ''} set temp_tablespaces = ${space}`)
    await projecting.project()
    for (let batch = 0; batch < 4; batch++) await appendEvents(pool, many(batch, 4_000))
    await projecting.shown(16_000)
    projecting.replay()
    const replay = await finished(projecting, await start(projecting, 'orders'))
    expect(replay).toMatchObject({ state: 'failed', failure: { code: 'disk-full' } })
    await eventually(async () => (await generationsOf(projecting, 'orders')).join() === '1')
    const { counts, position } = await projecting.views.orders.counts()
    expect([counts.placed, position]).toEqual([16_000, 16_000])
  },
)

/** A file system of half a megabyte that belongs to whom Postgres runs as. */
function smallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  releases.push(() => rmdirSync(folder))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder])
  releases.push(() => void execFileSync('umount', ['-l', folder]))
  const account = postgresAccount()
  if (account !== null) chownSync(folder, account.uid, account.gid)
  return folder
}
