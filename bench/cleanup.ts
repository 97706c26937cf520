/** What has to be undone at the end of a figure or of the run: processes, servers, temporary folders. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Step = () => void | Promise<void>

export class Cleanup {
  #steps: Step[] = []

  add(step: Step): void {
    this.#steps.push(step)
  }

  /** A temporary folder that is removed at the end. The embedded Postgres runs as another user, hence not 0700. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'orderledger-bench-'))
    chmodSync(path, 0o755)
    this.add(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }))
    return path
  }

  /** Undoes everything, last first; a step that fails does not keep the others from running. */
  async run(): Promise<void> {
    const failures: unknown[] = []
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be cleaned up')
  }
}
