/** A copy of the schemas in a folder of its own, the commands that work on it, and git around it. */
import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { SchemaCopy } from '../../contract/authoring/test-kit.ts'
import { runCommand } from '../support/run-command.ts'

/** A field that a new version may have, as flags. */
export const by = ['--field', 'by', '--type', 'string', '--default', 'nobody', '--doc', 'Who corrected it.']

export class SchemaProject extends SchemaCopy {
  /** Holds the folder of schemas. */
  get root(): string {
    return dirname(this.folder)
  }

  run(verb: string, ...args: readonly string[]) {
    return runCommand(this.root, 'schemas', verb, ...args, '--folder', this.folder)
  }

  async addGoodVersion(): Promise<void> {
    await this.run('new', 'StockAdjusted', ...by)
    await this.run('codegen')
  }

  /** Without the settings of the user who runs the test. Throws when git refuses. */
  git(...args: readonly string[]): string {
    const settings = ['-c', 'user.name=Zoe', '-c', 'user.email=zoe@example.org', '-c', 'commit.gpgsign=false']
    const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
    return execFileSync('git', [...settings, ...args], { cwd: this.root, env, stdio: 'pipe' }).toString()
  }

  /** Everything as it is, on a branch that is made for it. */
  publish(branch = 'main'): void {
    this.git('init', '--quiet', '--initial-branch', branch)
    this.commit('published')
  }

  commit(message: string): void {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--message', message)
  }
}
