import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Check } from './check.ts'
import { requireConfig } from '../config/config.ts'
import type { Env } from '../config/config.ts'
import { checkDataDirectory, checkDiskSpace, checkNode, hostChecks } from './host-checks.ts'
import { claimDataDirectory } from '../start/run-file.ts'

let home = ''
let dataDir = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'host-checks-'))
  dataDir = join(home, 'data')
})

afterEach(() => {
  rmSync(home, { recursive: true })
})

test.each([
  ['18.20.8', 'failed'],
  ['20.19.9', 'failed'],
  ['20.20.1', 'failed'],
  ['20.20.2', 'fine'],
  ['20.21.0', 'fine'],
  ['22.0.0', 'fine'],
])('Node %s is %s', (version, state) => {
  expect(checkNode(version).state).toBe(state)
})

test('a data directory that can be made is fine, one below a file is not', () => {
  expect(checkDataDirectory(dataDir)).toMatchObject({ state: 'fine', saw: `${dataDir} (will be created)` })
  writeFileSync(dataDir, '')
  expect(checkDataDirectory(join(dataDir, 'below'))).toMatchObject({ state: 'failed' })
})

test('the disk is measured where the data directory will be', () => {
  expect(checkDiskSpace(join(dataDir, 'deep', 'down')).saw).toMatch(/^\d+\.\d GB free$/)
})

describe('a port that is taken', () => {
  let server: Server
  let port = 0

  beforeEach(async () => {
    server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    port = address === null || typeof address === 'string' ? 0 : address.port
  })

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve))
  })

  test('fails when it was asked for', async () => {
    expect(await checkNamed('port', { PORT: String(port) })).toMatchObject({ state: 'failed' })
  })

  test('is only worth a word when it is the default, since a start moves on', async () => {
    const config = { ...requireConfig({ DATA_DIR: dataDir }), port }
    const check = (await hostChecks(config)).find(({ name }) => name === 'port')
    expect(check).toMatchObject({ state: 'advice' })
  })

  test('by our own service is fine', async () => {
    claimDataDirectory(dataDir, 'start').publish({
      url: `http://127.0.0.1:${String(port)}`,
      databaseUrl: 'postgres://u:pa55word@127.0.0.1:1/shop',
      startedAt: new Date(0),
    })
    const check = await checkNamed('port', { PORT: String(port) })
    expect(check).toMatchObject({ state: 'fine' })
    expect(check?.saw).toContain(`pid ${String(process.pid)}`)
  })
})

test('a run.json that others may have written is named, and not relied on', async () => {
  const claim = claimDataDirectory(dataDir, 'start')
  claim.publish({ url: 'http://127.0.0.1:1', databaseUrl: 'postgres://127.0.0.1:1/shop', startedAt: new Date(0) })
  chmodSync(join(claim.dataDir, 'run.json'), 0o666)
  const checks = await hostChecks(requireConfig({ DATA_DIR: dataDir, PORT: '0' }))
  expect(checks.filter(({ name, state }) => name === 'ownership' && state === 'failed')).toHaveLength(1)
  expect(checks.some(({ name }) => name === 'database')).toBe(false)
})

test('a database that does not answer fails with the words of the driver and without the password', async () => {
  const check = await checkNamed('database', { DATABASE_URL: 'postgres://u:pa55word@127.0.0.1:1/shop' })
  expect(check).toMatchObject({ state: 'failed' })
  expect(check?.saw).toContain('ECONNREFUSED')
  expect(check?.saw).not.toContain('pa55word')
})

async function checkNamed(name: string, env: Env): Promise<Check | undefined> {
  const checks = await hostChecks(requireConfig({ DATA_DIR: dataDir, ...env }))
  return checks.find((check) => check.name === name)
}

test('a registry that cannot be reached is named with the fix', async () => {
  const checks = await hostChecks(
    requireConfig({ DATA_DIR: dataDir, SCHEMA_REGISTRY_URL: 'http://127.0.0.1:65535/there' }),
  )
  expect(checks.find(({ name }) => name === 'registry')).toEqual({
    name: 'registry',
    state: 'failed',
    saw: expect.stringContaining('ECONNREFUSED') as string,
    fix: expect.stringContaining('SCHEMA_REGISTRY_URL') as string,
  })
})

test('brokers that cannot be reached are named with the fix', async () => {
  const checks = await hostChecks(requireConfig({ DATA_DIR: dataDir, KAFKA_BROKERS: '127.0.0.1:65534' }))
  expect(checks.find(({ name }) => name === 'kafka')).toEqual({
    name: 'kafka',
    state: 'failed',
    saw: expect.stringContaining('127.0.0.1:65534') as string,
    fix: expect.stringContaining('KAFKA_BROKERS') as string,
  })
})
