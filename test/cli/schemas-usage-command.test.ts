/** `orderledger schemas usage`, run as people run it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { to } from '../../domain/decision.ts'
import { customer } from '../../domain/customer.ts'
import { customerRegistered } from '../../domain/test-events.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { eventSchemaTexts, registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { openPool } from '../../store/postgres/database.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { runCommand } from '../support/run-command.ts'
import { makeDataDir, startService } from '../support/service.ts'

let home: string
let database: TestDatabase

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'orderledger-usage-'))
  database = await testDatabase()
  await writeFile(join(home, '.env'), `DATABASE_URL=${database.url}\n`)
})

afterEach(async () => {
  await database.drop()
  await rm(home, { recursive: true, force: true })
})

async function fill({ register }: { readonly register: boolean }): Promise<void> {
  const pool = openPool(database.url, { name: 'test', max: 2 })
  try {
    await appendEvents(pool, [
      to(customer, 'c1', customerRegistered('c1')),
      to(customer, 'c2', customerRegistered('c2')),
    ])
    await appendRaw(pool, [{ stream: 'thing-1', type: 'Of\u001b[31mTomorrow', schemaVersion: 1, data: Buffer.of(0) }])
    if (register) await registerEventSchemas(embeddedRegistry(pool))
  } finally {
    await pool.end()
  }
}

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`

describe('schemas usage', () => {
  test('shows of each version how often and when the log has it, and its id in the registry', async () => {
    await fill({ register: true })
    const { code, stdout } = await runCommand(home, 'schemas', 'usage')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^event +version +events +first seen +last seen +registry\n/)
    expect(stdout).toMatch(/^CustomerRegistered +v1 +0 +not in the log +id \d+$/m)
    expect(stdout).toMatch(new RegExp(`^CustomerRegistered +v2 +2 +${TIME} +${TIME} +id \\d+$`, 'm'))
    expect(stdout).toMatch(
      new RegExp(`^Of\ufffd\\[31mTomorrow +v1 +1 +${TIME} +${TIME} +unknown to this release$`, 'm'),
    )
    expect(stdout).toMatch(/counted up to position 3\nnot in the log; dumps and consumers may still have it\n$/)
  })

  test('has the same as a document, with what the registry has not got as null', async () => {
    await fill({ register: false })
    const { code, json } = await runCommand(home, 'schemas', 'usage', '--json')
    expect(code).toBe(0)
    const { position, versions } = json() as { readonly position: number; readonly versions: readonly object[] }
    expect(position).toBe(3)
    expect(versions).toHaveLength(eventSchemaTexts.length + 1)
    expect(versions).toContainEqual({
      ...{ type: 'CustomerRegistered', version: 1, subject: 'orderledger.CustomerRegistered', known: true },
      ...{ registryId: null, events: 0, firstPosition: null, firstAt: null, lastPosition: null, lastAt: null },
    })
    const at = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(versions).toContainEqual({
      ...{ type: 'CustomerRegistered', version: 2, subject: 'orderledger.CustomerRegistered', known: true },
      ...{ registryId: null, events: 2, firstPosition: 1, firstAt: at, lastPosition: 2, lastAt: at },
    })
  })

  test('says which registry it cannot reach, before it counts, and exits with 3', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const address = closed.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await new Promise((resolve) => closed.close(resolve))
    const url = `http://user:hidden@127.0.0.1:${String(port)}`
    await writeFile(join(home, '.env'), `DATABASE_URL=${database.url}\nSCHEMA_REGISTRY_URL=${url}\n`)
    const { code, stdout, stderr } = await runCommand(home, 'schemas', 'usage')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/✖ Schema Registry: .*\n {2}tried: .*\n {2}next: +start that registry, or correct/)
    expect(stderr).not.toContain('hidden')
    expect(stderr).not.toContain('count events')
  })

  test('works beside a running service and after its end', async () => {
    const dataDir = makeDataDir()
    const service = await startService({ dataDir: dataDir.path, env: { DEMO_ORDERS: '20' } })
    try {
      const beside = (await runCommand(dataDir.path, 'schemas', 'usage', '--json')).json()
      expect(beside).toMatchObject({
        versions: expect.arrayContaining([
          expect.objectContaining({ type: 'OrderPlaced', registryId: expect.any(Number) }),
        ]),
      })
      await service.stop()
      expect((await runCommand(dataDir.path, 'schemas', 'usage', '--json')).json()).toEqual(beside)
    } finally {
      await service.kill()
      dataDir.remove()
    }
  })
})
