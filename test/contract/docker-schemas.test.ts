/** The job of docker-compose.yml that registers schemas, against a real registry: the only part of it that runs without Docker. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { realRegistry } from './real-registry.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const registry = await realRegistry()

afterAll(() => registry?.stop())

async function apply(url: string): Promise<string> {
  const args = ['ops/apply-schemas.sh', ROOT, 'compose']
  const env = { ...process.env, SCHEMA_REGISTRY_URL: url }
  return (await promisify(execFile)('sh', args, { cwd: ROOT, env })).stdout
}

describe.skipIf(registry === null)('the job that registers schemas', () => {
  test('registers what is committed, once', async () => {
    const url = registry?.url ?? ''
    await apply(url)
    const subjects = (await (await fetch(`${url}/subjects`)).json()) as readonly string[]
    expect(subjects).toContain('orderledger.OrderPlaced')
    expect(await apply(url)).not.toContain('register ')
  })
})
