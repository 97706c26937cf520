/** A checkout of its own, at a commit on main, in which a step of the course is carried out as a person would. */
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { ROOT, sourceFiles } from '../support/source-files.ts'
import type { Hunk } from './document.ts'
import type * as release from './release.ts'

const LEFT_OUT = /^(?:bench|docs|dashboard\/(?:pages|parts|style)|\.ci)\/|\.(?:spec|test)\.tsx?$|^openapi\.json$/

export interface Printed {
  readonly code: number
  readonly text: string
}

export class WorkingCopy {
  readonly root: string

  private constructor() {
    this.root = join(mkdtempSync(join(tmpdir(), 'orderledger-course-')), 'orderledger')
  }

  /** Of the sources as they stand here, with their program built. */
  static async ofSources(): Promise<WorkingCopy> {
    const copy = new WorkingCopy()
    copy.#takeSources()
    await copy.build()
    return copy
  }

  /** As it stands. */
  async copied(): Promise<WorkingCopy> {
    const copy = new WorkingCopy()
    await promisify(execFile)('cp', ['-a', this.root, copy.root])
    return copy
  }

  remove(): void {
    rmSync(dirname(this.root), { recursive: true, force: true })
  }

  #takeSources(): void {
    for (const file of sourceFiles()) {
      if (LEFT_OUT.test(file)) continue
      mkdirSync(dirname(join(this.root, file)), { recursive: true })
      cpSync(join(ROOT, file), join(this.root, file))
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'))
    this.#git('init', '--quiet', '--initial-branch', 'main')
    this.#git('add', '--all')
    this.#git('commit', '--quiet', '--message', 'published')
  }

  #git(...args: readonly string[]): void {
    const settings = ['-c', 'user.name=Zoe', '-c', 'user.email=zoe@example.org', '-c', 'commit.gpgsign=false']
    execFileSync('git', [...settings, ...args], { cwd: this.root, env: this.#env({}), stdio: 'pipe' })
  }

  /** Changes a file. Throws when what it should replace does not stand there exactly once. */
  edit(file: string, hunks: readonly Hunk[]): void {
    const path = join(this.root, file)
    let text = readFileSync(path, 'utf8')
    for (const { before, after } of hunks) {
      const parts = text.split(before)
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times:\n${before}`)
      text = parts.join(after)
    }
    writeFileSync(path, text)
  }

  /** Runs a script of the shell, in which `orderledger` is the program of these sources as they were last built. */
  run(script: string, databaseUrl: string): Promise<Printed> {
    const options = { cwd: this.root, env: this.#env({ DATABASE_URL: databaseUrl }) }
    return new Promise((resolve) => {
      execFile('bash', ['--norc', '-euo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), text: this.#settled(stdout + stderr) })
      })
    })
  }

  /** Makes the program from the sources as they are: what `orderledger` runs from now on. */
  async build(): Promise<void> {
    const main = `import { main } from './cli/main.ts'\nprocess.exitCode = await main(process.argv.slice(2))`
    const path = await this.#bundle(main, '.course/program')
    mkdirSync(join(this.root, '.course/bin'), { recursive: true })
    const script = `#!/bin/sh\nexec "${process.execPath}" "$(dirname "$0")/../program/${basename(path)}" "$@"\n`
    writeFileSync(join(this.root, '.course/bin/orderledger'), script, { mode: 0o755 })
  }

  /** These sources at work on a database, in this process. */
  async release(databaseUrl: string): Promise<release.Release> {
    const path = await this.#bundle(`export * from './test/course/release.ts'`, '.course/release')
    const { openRelease } = (await import(pathToFileURL(path).href)) as typeof release
    return openRelease(databaseUrl)
  }

  /** In parts, so that a command loads only what it needs. */
  async #bundle(contents: string, folder: string): Promise<string> {
    const outdir = join(this.root, folder)
    await build({
      stdin: { contents, resolveDir: this.root, loader: 'ts' },
      ...{ outdir, outExtension: { '.js': '.mjs' }, bundle: true, splitting: true, format: 'esm' },
      ...{ platform: 'node', target: 'node20', packages: 'external', logLevel: 'error' },
      plugins: [inPlace(outdir)],
    })
    return join(outdir, 'stdin.mjs')
  }

  #env(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const { PATH = '', HOME } = process.env
    const git = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
    return { PATH: `${join(this.root, '.course/bin')}:${PATH}`, HOME, ...git, ...more }
  }

  /** What differs from run to run, made equal. Progress is left out. */
  #settled(text: string): string {
    return text
      .replaceAll(`${this.root}/`, '')
      .replace(/^[a-z, ]+: [\d,]+ of [\d,]+ \(\d+ %\).*\n/gm, '')
      .replace(/\d+\.\d s, [\d,]+ events\/s/g, '0.1 s, 60,000 events/s')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '2026-11-28 12:00:00')
  }
}

/** Bundled, a module still finds the files that stand beside it, also when the whole checkout is copied. */
function inPlace(outdir: string): Plugin {
  return {
    name: 'in-place',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        if (!text.includes('import.meta.')) return undefined
        const from = relative(outdir, path)
        const placed = text
          .replaceAll('import.meta.url', `new URL('${from}', import.meta.url).href`)
          .replaceAll('import.meta.dirname', `new URL('${dirname(from)}', import.meta.url).pathname`)
        return { contents: placed, loader: 'ts' }
      })
    },
  }
}
