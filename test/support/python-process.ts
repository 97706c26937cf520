/** A script of test/python/ in a process of its own, which does tasks one after the other: the independent reader and writer. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface PythonProcess {
  /** Tasks are answered in the order in which they were given; rejects with what Python raised. */
  ask(task: object): Promise<unknown>
  stop(): Promise<void>
}

/** Runs a script of test/python/ that reads tasks as lines of JSON. */
export function startPython(environment: string, script: string, argument: string): PythonProcess {
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url))
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
