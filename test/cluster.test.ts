import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'
import { realRegistry } from './real-registry.ts'
import { makeDataDir } from './service.ts'

const BIN = fileURLToPath(new URL('../cli/orderledger.js', import.meta.url))
const releases: (() => void)[] = []

// Fetches what there is to fetch, and tells whether there is a Java.
const real = await realRegistry()
await real?.stop()

afterEach(() => {
  for (const release of releases.splice(0)) release()
})

function cluster(...args: readonly string[]) {
  const data = makeDataDir()
  const { PATH, HOME, JAVA_HOME, XDG_CACHE_HOME } = process.env
  const child = spawn(process.execPath, [BIN, 'cluster', ...args], {
    cwd: data.path,
    env: { PATH, HOME, JAVA_HOME, XDG_CACHE_HOME, DATA_DIR: data.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const closed = once(child, 'close')
  releases.push(() => {
    child.kill('SIGKILL')
    data.remove()
  })
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: closed.then(() => ({ code: child.exitCode, stdout, stderr })),
    stdout: () => stdout,
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/subjects`).catch(() => null)
  await response?.body?.cancel()
  return response?.ok === true
}

/** Its URL and pid, once it has said them. */
async function started(running: ReturnType<typeof cluster>) {
  const said = await eventually(() => /\(pid (\d+)[^]*SCHEMA_REGISTRY_URL=(\S+)/.exec(running.stdout()), {
    timeout: 120_000,
  })
  return { pid: Number(said[1]), url: said[2] ?? '' }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

describe.skipIf(real === null)('cluster --registry-only', () => {
  test('runs a registry that answers, says where, and stops it with Ctrl-C', async () => {
    const running = cluster('--registry-only')
    const { pid, url } = await started(running)
    expect(new URL(url).hostname).toBe('127.0.0.1')
    expect(await answers(url)).toBe(true)
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(0)
    expect(isGone(pid)).toBe(true)
    expect(await answers(url)).toBe(false)
  })

  test.runIf(process.platform === 'linux')('takes the registry along when it is killed', async () => {
    const running = cluster('--registry-only')
    const { pid } = await started(running)
    running.kill('SIGKILL')
    await running.ended
    await eventually(() => isGone(pid))
  })
})

test('without --registry-only it says what can be started so far', async () => {
  const { code, stderr } = await cluster().ended
  expect(code).toBe(2)
  expect(stderr).toContain('npm run cluster -- --registry-only')
})
