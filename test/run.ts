/**
 * `npm test`: types, lint and format beside every spec, with coverage; then the service tests. `npm run check` leaves these
 * out and takes some minutes. Names what was left out because a part is missing here, the ten slowest files, and what first tries
 * met that passed at the second one. The last line counts tests; each of types, lint, format and coverage counts as one.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [mode = 'all', ...rest] = process.argv.slice(2)
const quick = mode === 'check'

/** For statements, in percent: of what decides and compares, which specs alone have to cover (vitest.config.ts lists it). */
const COVERAGE_FLOOR = 95
const SLOWEST = 10

interface Step {
  readonly name: string
  readonly command: readonly string[]
}

const steps: readonly Step[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'types of the dashboard', command: ['tsc', '--noEmit', '-p', 'dashboard'] },
  { name: 'lint', command: ['eslint', '.'] },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
]

interface Counts {
  readonly passed: number
  readonly failed: number
}

const started = Date.now()
const narrowed = rest.length > 0
const parts = await Promise.all([...steps.map(check), specs()])
if (!quick) parts.push(await services())
const passed = parts.reduce((sum, part) => sum + part.passed, 0)
const failed = parts.reduce((sum, part) => sum + part.failed, 0)
console.log(`took ${secondsSince(started)} s`)
console.log(`${String(passed)} passed, ${String(failed)} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** What it has to say is printed at its end: the specs print meanwhile. */
async function check({ name, command }: Step): Promise<Counts> {
  const begin = Date.now()
  const { code, output } = await run(command, 'pipe')
  return verdict(code === 0, `${name} (${secondsSince(begin)} s)`, output)
}

async function specs(): Promise<Counts> {
  const tested = await test('unit', narrowed ? [] : ['--coverage'])
  if (narrowed) return tested
  const covered = coverage()
  return { passed: tested.passed + covered.passed, failed: tested.failed + covered.failed }
}

function services(): Promise<Counts> {
  return test('services', [])
}

async function test(project: 'unit' | 'services', options: readonly string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-tests-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`]
    const list = join(folder, 'left-out')
    const scope = ['--project', project, ...(narrowed ? ['--passWithNoTests'] : []), ...options]
    const { code } = await run(['vitest', 'run', ...reporters, ...scope, ...rest], 'inherit', { LEFT_OUT: list })
    const result = JSON.parse(readFileSync(report, 'utf8')) as Result
    if (project === 'services') printSlowest(result)
    printSecondTries(result)
    printLeftOut(list)
    // A file that does not even load has no failed test of its own.
    const unloaded = code === 0 ? 0 : Math.max(1, result.numFailedTestSuites)
    return { passed: result.numPassedTests, failed: result.numFailedTests || unloaded }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As vitest's reporter of JSON has it. */
interface Result {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numFailedTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: readonly Assertion[]
  }[]
}

interface Assertion {
  readonly fullName: string
  readonly status: string
  /** Of each try that failed, also where a later one passed. */
  readonly failureMessages: readonly string[]
}

/** What a first try met may be a defect that shows on a busy machine alone: a second one that passes must not hide it. */
function printSecondTries({ testResults }: Result): void {
  const lines = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ fullName, status, failureMessages: [why] }) => {
      if (status !== 'passed' || why === undefined) return []
      const own = why.split('\n').filter((line) => !line.includes('/node_modules/'))
      return [`  - ${relative(root, name)}: ${fullName}`, ...own.map((line) => `      ${line}`)]
    }),
  )
  if (lines.length === 0) return
  console.log(['passed at the second try; the first one met:', ...lines].join('\n'))
}

function printSlowest({ testResults }: Result): void {
  const slowest = testResults
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, SLOWEST)
  console.log('the slowest files:')
  for (const { name, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(7)} s  ${relative(root, name)}`)
}

/** What a machine lacks, each once, with what brings it. */
function printLeftOut(list: string): void {
  if (!existsSync(list)) return
  const lines = readFileSync(list, 'utf8').trim().split('\n')
  console.log('left out, because this machine lacks a part (REQUIRE_ALL=1 demands all):')
  for (const line of new Set(lines)) console.log(`  - ${String(JSON.parse(line))}`)
}

function coverage(): Counts {
  const summary = JSON.parse(readFileSync(join(root, 'coverage/coverage-summary.json'), 'utf8')) as {
    total: { statements: { pct: number } }
  }
  const { pct } = summary.total.statements
  const floor = String(COVERAGE_FLOOR)
  return verdict(
    pct >= COVERAGE_FLOOR,
    `specs cover ${String(pct)} % of the statements that decide and compare (floor ${floor} %)`,
  )
}

function verdict(good: boolean, text: string, output = ''): Counts {
  console.log(`${good ? '✔' : '✖'} ${text}${output === '' ? '' : `\n${output}`}`)
  return good ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function secondsSince(begin: number): string {
  return String(Math.round((Date.now() - begin) / 1000))
}

function run(
  [command = '', ...args]: readonly string[],
  stdio: 'inherit' | 'pipe',
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdio, stdio],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? 1, output: output.trim() }))
  })
}
