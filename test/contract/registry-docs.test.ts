/** The commands of docs/registry.md, run as they stand, and answered as it says. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { openPool, REGISTRY_SETTINGS } from '../../store/postgres/database.ts'

const PAGE = readFileSync(new URL('../../docs/registry.md', import.meta.url), 'utf8')
const examples = [...PAGE.matchAll(/^```sh\n([^]*?)^```\n+```json\n([^]*?)^```$/gm)].map((match) => ({
  command: match[1] ?? '',
  answer: match[2] ?? '',
}))

let database: TestDatabase
let service: ApiService
let url: string

beforeAll(async () => {
  database = await testDatabase()
  const pool = openPool(database.url, { name: 'test registry', max: 1, settings: REGISTRY_SETTINGS })
  await registerEventSchemas(embeddedRegistry(pool))
  await pool.end()
  service = await openApiService(database.url)
  url = `http://127.0.0.1:${String(await service.listen())}`
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

async function run(command: string): Promise<string> {
  const atService = command.replaceAll('http://127.0.0.1:3000', url)
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', atService])
  return stdout
}

/** Ids are the registry's own affair. */
function settled(answer: string): unknown {
  return JSON.parse(answer.replace(/"id": ?\d+/, '"id":0'))
}

describe('docs/registry.md', () => {
  test('has an answer for each of its commands', () => {
    expect(examples.length).toBe(PAGE.match(/^```sh$/gm)?.length)
    expect(examples.length).toBeGreaterThan(5)
  })

  test.each(examples)('$command', async ({ command, answer }) => {
    expect(settled(await run(command))).toEqual(settled(answer))
  })
})
