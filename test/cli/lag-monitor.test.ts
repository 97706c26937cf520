/** `orderledger lag --monitor` beside a consumer group that reads, is gone and comes back, with and without a service. */
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { LagReport } from '../../kafka/lag/lag-report.ts'
import { joinedWith, numbered, startConsuming, type Consuming } from './consuming.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { startCommand, type RunningCommand } from '../support/run-command.ts'
import { makeDataDir, startService } from '../support/service.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

// A verdict takes up to ten seconds to settle, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const PREFIX = 'monitor-'

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

describe('lag of brokers that nobody reaches', () => {
  const NOBODY = { KAFKA_BROKERS: '127.0.0.1:1', TOPIC_PREFIX: PREFIX }
  const lag = async (env: Readonly<Record<string, string>>) => {
    const data = makeDataDir()
    onTestFinished(() => data.remove())
    return startCommand(data.path, ['lag', '--json'], { env: { ...NOBODY, ...env } }).finished
  }

  test('ends with 3 where there is no database either: nothing could be looked at', async () => {
    const { code, stdout, stderr } = await lag({})
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('to read its groups and topics')
    expect(stderr).toContain('correct KAFKA_BROKERS')
  })

  test('ends with 1 where the database shows its readers, and says what is not known', async () => {
    const database = await testDatabase()
    onTestFinished(() => database.drop())
    const migrated = makeDataDir()
    onTestFinished(() => migrated.remove())
    // It goes on meanwhile: readers that have not moved for a while are reported as stopped.
    const service = await startService({ dataDir: migrated.path, env: { DATABASE_URL: database.url } })
    onTestFinished(async () => {
      await service.kill()
    })
    const { code, stdout } = await lag({ DATABASE_URL: database.url })
    const { verdict, groups, readers } = JSON.parse(stdout) as LagReport
    expect({ code, verdict }).toEqual({ code: 1, verdict: 'UNKNOWN' })
    expect(groups.map(({ group }) => group)).toContain(`${PREFIX}projector`)
    expect(new Set(groups.map((one) => one.verdict))).toEqual(new Set(['UNKNOWN']))
    const ofKind = (kind: string) => readers.filter((one) => one.kind === kind)
    expect(ofKind('relay')).toMatchObject([
      { verdict: 'UNKNOWN', detail: expect.stringContaining('Kafka does not answer') as string },
    ])
    expect(ofKind('projection').length).toBeGreaterThan(5)
    for (const { ageSeconds } of ofKind('projection')) expect(ageSeconds).not.toBeNull()
  })
})

describe.skipIf(kafka === null)('lag --monitor', () => {
  let consuming: Consuming
  const started: RunningCommand[] = []

  beforeAll(async () => {
    if (kafka === null) return
    consuming = await startConsuming(kafka, PREFIX)
    await send(20)
    for (const group of ['readers', 'others']) {
      await start('consume', 'user-events', '--group', group, '-n', '20').finished
    }
  })

  afterEach(async () => {
    for (const command of started) command.signal('SIGKILL')
    await Promise.all(started.splice(0).map(({ finished }) => finished))
  })

  afterAll(async () => {
    await consuming?.close()
  })

  const send = async (count: number): Promise<void> => consuming.send(`${PREFIX}user-events`, numbered(count))
  const start = (...args: readonly string[]): RunningCommand => {
    const command = consuming.commands.start(args)
    started.push(command)
    return command
  }
  const joined = async (): Promise<RunningCommand> => {
    const member = start('consume', 'user-events', '--group', 'readers')
    await eventually(() => joinedWith(member))
    return member
  }
  const reportsOf = (monitor: RunningCommand): readonly LagReport[] =>
    monitor
      .stdout()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LagReport)
  /** The first report from `after` on that is so. */
  const reported = async (monitor: RunningCommand, after: number, expected: object) =>
    eventually(() => {
      const [found, last] = [reportsOf(monitor).slice(after), reportsOf(monitor).at(-1)]
      const [group] = last?.groups ?? []
      expect({ verdict: last?.verdict, settled: last?.settled, behind: group?.behind }).toEqual(expected)
      return found.length > 0 && { last, count: reportsOf(monitor).length }
    })

  test('draws again and again: OK while the group reads, STOPPED when it is gone, OK when it is back', async () => {
    const member = await joined()
    const monitor = start('lag', '--monitor', '--group', 'readers', '--json')
    const first = await reported(monitor, 1, { verdict: 'OK', settled: true, behind: 0 })
    member.signal('SIGTERM')
    await member.finished
    await send(10)
    const gone = await reported(monitor, first.count, { verdict: 'STOPPED', settled: true, behind: 10 })
    expect(gone.last?.groups).toMatchObject([{ group: 'readers', state: 'Empty', members: [] }])
    const again = await joined()
    const back = await reported(monitor, gone.count, { verdict: 'OK', settled: true, behind: 0 })
    expect(back.last?.groups).toMatchObject([{ group: 'readers', state: 'Stable', members: [{ partitions: 6 }] }])
    for (const { groups, readers } of reportsOf(monitor)) {
      expect(groups.map(({ group }) => group)).toEqual(['readers'])
      expect(readers).toEqual([])
    }
    monitor.signal('SIGINT')
    const { code, stderr } = await monitor.finished
    expect(code).toBe(0)
    again.signal('SIGTERM')
    await again.finished
    expect(stderr).toBe('no database found, so the readers of the log are not shown; set DATABASE_URL to show them\n')
  })

  test('shows all groups as a table, and ends with SIGTERM, by its last verdict', async () => {
    await send(5)
    const monitor = start('lag', '--monitor')
    await eventually(() => (monitor.stdout().match(/^STOPPED$/gm)?.length ?? 0) >= 3)
    monitor.signal('SIGTERM')
    const { code, stdout } = await monitor.finished
    expect(code).toBe(1)
    const drawings = stdout.split(/^who .*\n/m).slice(1)
    expect(drawings.length).toBeGreaterThanOrEqual(3)
    for (const drawing of drawings) {
      expect(drawing).toMatch(/^others +Empty, 0 members +\d+ /m)
      expect(drawing).toMatch(/^readers +Empty, 0 members +\d+ /m)
      expect(drawing).toMatch(/^(OK|WARN|STALLED|STOPPED)( so far: .*)?$/m)
    }
    // Nothing moves the cursor of what is no terminal.
    expect(stdout).not.toContain('\u{1b}')
  })

  test('looks at the cluster and the database itself beside a service without the role api', async () => {
    const database = await testDatabase()
    const { dataDir, env } = consuming.commands
    const own = { ...env, DATABASE_URL: database.url }
    const service = await startService({ dataDir, env: { ...own, ROLES: 'projector' } })
    try {
      expect((await fetch(`${service.url}/lag`)).status).toBe(404)
      const { stdout, stderr } = await startCommand(dataDir, ['lag', '--json'], { env: own }).finished
      const { groups, readers } = JSON.parse(stdout) as LagReport
      expect(stderr).toContain('does not have the role api: looking at the cluster and the database directly')
      expect(groups.map(({ group }) => group)).toContain('readers')
      expect(readers.map(({ name }) => name)).toEqual(expect.arrayContaining(['relay', 'orders', 'sales']))
    } finally {
      await service.stop()
      await database.drop()
    }
  })

  test('asks the service that runs, and ends without complaint while that one does not answer', async () => {
    const database = await testDatabase()
    const { dataDir, env } = consuming.commands
    const service = await startService({ dataDir, env: { ...env, DATABASE_URL: database.url } })
    const proxy = await startTcpProxy(service.url)
    try {
      const monitor = start('lag', '--monitor', '--json', '--url', proxy.url)
      await eventually(() => reportsOf(monitor).some(({ readers }) => readers.some(({ name }) => name === 'relay')))
      await proxy.cut('GET /lag', 'lost').happened
      proxy.down()
      monitor.signal('SIGINT')
      const { code, stderr } = await monitor.finished
      // The group `others` has not read what the tests before this one sent.
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    } finally {
      await proxy.stop()
      await service.stop()
      await database.drop()
    }
  })
})
