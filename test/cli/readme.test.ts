/** The README's commands, run as they stand, against a service started as the README says. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDataDir, type Service, startService } from '../support/service.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

interface Block {
  readonly language: string
  readonly text: string
}

const blocks: readonly Block[] = [...README.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] ?? '',
  text: match[2] ?? '',
}))

const shell = blocks.filter(({ language }) => language === 'sh')

let data: ReturnType<typeof makeDataDir>
let service: Service

beforeAll(async () => {
  data = makeDataDir()
  // Empty: the defaults, as a new user has them.
  service = await startService({ dataDir: data.path, env: { DEMO: '', RESERVATION_MINUTES: '' } })
})

afterAll(async () => {
  await service.stop()
  data.remove()
})

const shellArgs = (script: string) => [
  ...['-euo', 'pipefail', '-c'],
  script.replaceAll('http://127.0.0.1:3000', service.url),
]
const options = () => ({ cwd: ROOT, env: { ...process.env, DATA_DIR: data.path } })

async function run(script: string): Promise<string> {
  if (script.includes('# until Ctrl-C')) return runUntilInterrupted(script)
  const { stdout } = await promisify(execFile)('bash', shellArgs(script), { ...options(), maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** Until it has printed something; to a Ctrl-C, which all of its processes see, it ends as a user expects. */
async function runUntilInterrupted(script: string): Promise<string> {
  const child = spawn('bash', shellArgs(script), { ...options(), detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  child.stdout.resume()
  process.kill(-(child.pid ?? 0), 'SIGINT')
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  expect(signal === 'SIGINT' || code === 0 || code === 130, script).toBe(true)
  return printed.toString()
}

describe('the README', () => {
  test('begins with the two commands: a living shop, and everything checked', () => {
    expect(shell[0]?.text).toBe('npm ci && npm start\nnpm ci && npm test\n')
  })

  test('its first order is answered as it says', async () => {
    const index = blocks.findIndex(({ text }) => text.includes('my-first-order'))
    const [asked, answered] = blocks.slice(index)
    const answer: unknown = JSON.parse(await run(asked?.text ?? ''))
    const printed: unknown = JSON.parse(answered?.text ?? '')
    expect(settled(answer)).toEqual(settled(printed))
    // Asked again: the same answer.
    expect(JSON.parse(await run(asked?.text ?? ''))).toEqual(answer)
  })

  test('every other command runs and ends well', async () => {
    for (const { text } of shell.slice(2)) {
      for (const command of text.split(/(?<!\\)\n/).filter((line) => line !== '')) {
        expect((await run(command)).length, command).toBeGreaterThan(0)
      }
    }
  })

  test('the shop is as large as it says', async () => {
    const [, products, customers, orders] = /with (\d+) products, (\d+) customers and (\d+) orders/.exec(README) ?? []
    const listed = JSON.parse(await run('curl -s "http://127.0.0.1:3000/products?limit=200"')) as {
      items: { sku: string }[]
    }
    // The scene above adds a product of its own.
    expect(listed.items.filter(({ sku }) => !sku.startsWith('BLACK-FRIDAY')).length).toBe(Number(products))
    expect((await fetch(`${service.url}/customers/customer-${(customers ?? '').padStart(5, '0')}`)).status).toBe(200)
    expect((await fetch(`${service.url}/orders/demo-${(orders ?? '').padStart(4, '0')}`)).status).toBe(200)
  })

  test('names every command of the command line', async () => {
    const help = await run('npx orderledger --help')
    const names = [...help.matchAll(/^ {2}(\w[\w-]*)/gm)]
      .map(([, name]) => name ?? '')
      .filter((name) => name !== 'help')
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) expect(README, name).toContain(`\`${name}`)
  })
})

/** What changes from run to run, made equal; everything else has to be as printed. */
function settled(answer: unknown): unknown {
  const text = JSON.stringify(answer)
  return JSON.parse(text.replace(/"\d{4}-[\d-]+T[\d:.]+Z"/g, '"<time>"').replace(/"position":\d+/, '"position":0'))
}
