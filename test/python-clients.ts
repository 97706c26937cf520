/** The clients of Confluent for Python, in a process that does tasks one after the other: the independent reader and writer. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from '../cli/cluster/cache-directory.ts'
import { pythonEnvironment, PythonFailure } from '../cli/cluster/python-environment.ts'

/** Confluent's own list of extras asks for a release of certifi that PyPI does not always have yet. */
const PACKAGES = [
  'confluent-kafka==2.16.1',
  'fastavro==1.13.1',
  'attrs==26.1.0',
  'Authlib==1.9.9',
  'cachetools==8.0.1',
  'httpx==0.28.1',
  'orjson==3.13.0',
]

export interface PythonProcess {
  /** Tasks are answered in the order in which they were given; rejects with what Python raised. */
  ask(task: object): Promise<unknown>
  stop(): Promise<void>
}

/** The environment's folder; null where Python or the network is missing and nobody demands them (REQUIRE_ALL=1). */
export async function pythonClients(): Promise<string | null> {
  try {
    const cacheDir = cacheDirectory(process.env)
    return await pythonEnvironment({ cacheDir, name: 'registry-clients', packages: PACKAGES })
  } catch (error) {
    if (process.env['REQUIRE_ALL'] === '1' || !(error instanceof PythonFailure)) throw error
    console.warn(`skipped: ${error.message}`)
    return null
  }
}

/** Runs a script of test/python/ that reads tasks as lines of JSON. */
export function startPython(environment: string, script: string, argument: string): PythonProcess {
  const path = fileURLToPath(new URL(`python/${script}`, import.meta.url))
  const child = spawn(join(environment, 'bin/python'), ['-W', 'ignore', path, argument], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(task) {
      child.stdin.write(`${JSON.stringify(task)}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error('Python ended')
      const answer = JSON.parse(value) as { readonly result?: unknown; readonly error?: string }
      if (answer.error !== undefined) throw new Error(answer.error)
      return answer.result
    },
    async stop() {
      const ended = once(child, 'close')
      child.stdin.end()
      await ended
    },
  }
}
