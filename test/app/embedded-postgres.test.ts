/**
 * What a start of the embedded Postgres survives and what it refuses. Over 300 lines because every fault needs the same
 * clean-up of processes and mounts, which must stand once.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../../app/postgres/embedded-postgres.ts'
import type { EmbeddedPostgres } from '../../app/postgres/embedded-postgres.ts'
import { createLog } from '../../app/log.ts'
import { postgresAccount } from '../../app/postgres/account.ts'
import { healSymlinks, missingSymlinks, postgresBinaries } from '../../app/postgres/binaries.ts'
import { canSetParentDeathSignal } from '../../app/postgres/run-as.ts'
import { isAlive } from '../../app/start/process-table.ts'
import { claimDataDirectory } from '../../app/start/run-file.ts'
import type { Claim } from '../../app/start/run-file.ts'
import { StartFailure } from '../../app/start-failure.ts'
import { eventually } from '../support/eventually.ts'
import { startProcess } from '../support/start-process.ts'
import type { StartedProcess } from '../support/start-process.ts'
import { query } from '../support/query.ts'

const isRoot = process.getuid?.() === 0
const log = createLog('silent', process.stderr)

let home = ''
let dataDir = ''
let leftToStop: (() => unknown)[] = []
let mounted = false

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'embedded-'))
  chmodSync(home, 0o711)
  dataDir = join(home, 'data')
})

afterEach(async () => {
  for (const stop of leftToStop.reverse()) await stop()
  leftToStop = []
  if (mounted) execFileSync('umount', [dataDir])
  mounted = false
  rmSync(home, { recursive: true, force: true })
})

describe('the embedded Postgres', () => {
  test('is made on the first start and keeps what it was given until the next', async () => {
    const first = await start()
    await query(first.url, 'create table kept as select 42 as answer')
    await stopAll()
    expect(first.health().state).toBe('stopped')

    const second = await start()
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    expect(readFileSync(join(dataDir, 'postgres.password'), 'utf8').length).toBeGreaterThan(30)
  })

  test('law 5: is durable, speaks UTF-8 and asks for a password', async () => {
    const { url } = await start()
    const settings = await query(
      url,
      `select name, setting from pg_settings where name in
         ('fsync', 'synchronous_commit', 'full_page_writes', 'server_encoding', 'listen_addresses', 'password_encryption')
       order by name`,
    )
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      server_encoding: 'UTF8',
      listen_addresses: '127.0.0.1',
      password_encryption: 'scram-sha-256',
    })
    const wrong = new URL(url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })

  test('that dies is started again on the same port', async () => {
    const postgres = await start()
    await query(postgres.url, 'create table kept as select 42 as answer')
    const before = postgres.pid
    process.kill(before, 'SIGKILL')
    await eventually(() => postgres.pid !== before && postgres.health().state === 'running')
    expect(await query(postgres.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test('ends with the sessions of clients that hold on', async () => {
    const postgres = await start()
    const client = new pg.Client(postgres.url)
    client.on('error', () => {})
    await client.connect()
    await client.query('begin')
    await postgres.stop()
    expect(postgres.health().state).toBe('stopped')
    expect(isAlive(postgres.pid)).toBe(false)
  })
})

describe('a kill -9 of the process that started it', () => {
  test('does not block the next start', async () => {
    const owner = startProcess('test/support/own-data-directory.ts', [dataDir])
    leftToStop.push(() => owner.kill('SIGKILL'))
    const { url } = await said(owner)
    await query(url, 'create table kept as select 42 as answer')
    owner.kill('SIGKILL')
    await owner.exit

    const next = await start()
    expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test.runIf(canSetParentDeathSignal())('takes Postgres along where the kernel can tell it', async () => {
    const owner = startProcess('test/support/own-data-directory.ts', [dataDir])
    leftToStop.push(() => owner.kill('SIGKILL'))
    const { postgresPid } = await said(owner)
    owner.kill('SIGKILL')
    await eventually(() => !isAlive(postgresPid))
    await eventually(() => !existsSync(join(dataDir, 'postgres', 'postmaster.pid')))
  })

  test('that left an orphan serving makes the next start stop it first', async () => {
    await start()
    await stopAll()
    const orphan = await leaveOrphan()
    const next = await start()
    expect(next.pid).not.toBe(orphan)
    expect(isAlive(orphan)).toBe(false)
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('that left a pid file naming another program does not harm that program', async () => {
    await start()
    await stopAll()
    appendFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${String(process.pid)}\n`)
    const next = await start()
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('in the middle of initdb leaves no half database', async () => {
    const owner = startProcess('test/support/own-data-directory.ts', [dataDir])
    leftToStop.push(() => owner.kill('SIGKILL'))
    const half = () => readdirSync(dataDir).find((name) => /^postgres\.new-\d+$/.test(name))
    await eventually(() => {
      const name = half()
      return name !== undefined && existsSync(join(dataDir, name, 'PG_VERSION'))
    })
    owner.kill('SIGKILL')
    await owner.exit
    expect(half()).not.toBeUndefined()
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)

    const next = await start()
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(half()).toBeUndefined()
  })
})

describe('a second process in the same folder', () => {
  test('is told who is there and leaves its Postgres alone', async () => {
    const owner = startProcess('test/support/own-data-directory.ts', [dataDir])
    leftToStop.push(() => owner.kill('SIGKILL'))
    const { url, postgresPid } = await said(owner)
    const failure = await failureOf(() => start())
    expect(failure).toMatchObject({ code: 'already-running', exitCode: 1 })
    expect(failure.what).toContain(`pid ${String(owner.child.pid)}, http://127.0.0.1:3000`)
    expect(isAlive(postgresPid)).toBe(true)
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('started at the same moment as others never shares the folder: exactly one wins', async () => {
    // A dead owner's lock, so that they also race for the take-over.
    const dead = startProcess('test/support/own-data-directory.ts', [dataDir, 'claim-only'])
    await dead.firstLine
    dead.kill('SIGKILL')
    await dead.exit

    const racers = Array.from({ length: 6 }, () =>
      startProcess('test/support/own-data-directory.ts', [dataDir, 'claim-only']),
    )
    leftToStop.push(...racers.map((racer) => () => racer.kill('SIGKILL')))
    const results = await Promise.all(racers.map(async ({ firstLine }) => JSON.parse(await firstLine) as Said))
    expect(results.filter(({ claimed }) => claimed)).toHaveLength(1)
    expect(results.filter(({ claimed }) => !claimed).map(({ code }) => code)).toEqual(
      Array.from({ length: 5 }, () => 'already-running'),
    )
  })
})

describe('a directory that does not serve', () => {
  test('because it holds something else is refused untouched', async () => {
    mkdirSync(join(dataDir, 'postgres'), { recursive: true })
    appendFileSync(join(dataDir, 'postgres', 'notes.txt'), 'mine')
    appendFileSync(join(dataDir, 'postgres.password'), 'password', { mode: 0o600 })
    const failure = await failureOf(() => start())
    expect(failure).toMatchObject({ code: 'foreign-database', exitCode: 1 })
    expect(readdirSync(join(dataDir, 'postgres'))).toEqual(['notes.txt'])
  })

  test('because its password is gone says which file to put back', async () => {
    await start()
    await stopAll()
    rmSync(join(dataDir, 'postgres.password'))
    const failure = await failureOf(() => start())
    expect(failure).toMatchObject({ code: 'missing-password', exitCode: 1 })
    expect(failure.next).toContain(join(dataDir, 'postgres.password'))
  })

  test.runIf(isRoot)('because user postgres may not pass its parent says which chmod helps', async () => {
    const closed = join(home, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o700)
    dataDir = join(closed, 'data')
    const failure = await failureOf(() => start())
    expect(failure).toMatchObject({ code: 'unreachable-path', exitCode: 1 })
    expect(failure.next).toContain(`chmod o+x ${closed}`)
    chmodSync(closed, 0o711)
    await stopAll()
    expect((await start()).health().state).toBe('running')
  })

  test.runIf(isRoot)('because it is read-only says so', async () => {
    mount('ro')
    const failure = await failureOf(() => start())
    expect(failure).toMatchObject({ code: 'unwritable-directory', exitCode: 1 })
    expect(failure.next).toContain('DATA_DIR')
  })

  test.runIf(isRoot)(
    'because its disk is full says so, leaves no half database, and starts once there is room',
    async () => {
      mount('size=20m')
      const failure = await failureOf(() => start())
      expect(failure).toMatchObject({ code: 'disk-full', exitCode: 1 })
      expect(failure.what).toMatch(/No space left on device|wrote only/)
      expect(failure.next).toContain('DATA_DIR')
      await stopAll()
      expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres.new'))).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=200m', dataDir])
      expect((await start()).health().state).toBe('running')
    },
  )
})

test('symbolic links that a blocked install script left out are made again', () => {
  const folder = join(home, 'package')
  const real = postgresBinaries().folder
  mkdirSync(join(folder, 'native', 'lib'), { recursive: true })
  appendFileSync(
    join(folder, 'native', 'pg-symlinks.json'),
    readFileSync(join(real, 'native', 'pg-symlinks.json'), 'utf8'),
  )
  expect(missingSymlinks(folder).length).toBeGreaterThan(10)
  healSymlinks(folder)
  expect(missingSymlinks(folder)).toEqual([])
  expect(missingSymlinks(real)).toEqual([])
})

async function start(): Promise<EmbeddedPostgres> {
  const claim: Claim = claimDataDirectory(dataDir, 'start')
  leftToStop.push(() => {
    claim.release()
  })
  const postgres = await startEmbeddedPostgres({ claim, log })
  leftToStop.push(() => postgres.stop())
  return postgres
}

async function stopAll(): Promise<void> {
  for (const stop of leftToStop.splice(0).reverse()) await stop()
}

/** Starts the cluster as a killed service would leave it: nobody's child, nobody's claim. Resolves with its pid. */
async function leaveOrphan(): Promise<number> {
  const directory = join(dataDir, 'postgres')
  const account = postgresAccount()
  // No address to listen on: a socket in its own directory is enough to be alive and in the way.
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`]
  const args = ['-D', directory, ...settings.flatMap((setting) => ['-c', setting])]
  const child = spawn(postgresBinaries().postgres, args, {
    detached: true,
    stdio: 'ignore',
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  })
  leftToStop.push(() => child.kill('SIGKILL'))
  const pidFile = join(directory, 'postmaster.pid')
  await eventually(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').includes('ready'))
  return child.pid ?? 0
}

function mount(options: string): void {
  mkdirSync(dataDir)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0711,${options}`, 'tmpfs', dataDir])
  mounted = true
}

interface Said {
  readonly claimed: boolean
  readonly code: string
  readonly url: string
  readonly postgresPid: number
}

async function said(owner: StartedProcess): Promise<Said> {
  return JSON.parse(await owner.firstLine) as Said
}

async function failureOf(run: () => Promise<unknown>): Promise<StartFailure> {
  try {
    await run()
  } catch (error) {
    if (error instanceof StartFailure) return error
    throw error
  }
  throw new Error('nothing failed')
}
