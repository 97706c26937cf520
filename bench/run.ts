/** `npm run bench`: measures the figures one after the other, prints and judges them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Cleanup } from './cleanup.ts'
import type { Figure } from './figure.ts'
import { figures } from './figure-list.ts'
import { loaderName } from './load/closed-loop.ts'
import { describeMachine } from './machine/machine.ts'
import { type Options, parseOptions, USAGE } from './options.ts'
import { lineOf, machineLines, markdownOf, type Report, rowsOf, succeeded } from './report.ts'

const wholeRun = new Cleanup()
let scope = new Cleanup()
let interrupted = false

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void abandon(signal === 'SIGINT' ? 130 : 143))
}
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    args,
    figures.map(({ id }) => id),
  )
  switch (parsed.mode) {
    case 'help':
      print(USAGE)
      return 0
    case 'list':
      print(figures.map(({ id, title }) => `${id.padEnd(3)} ${title}`).join('\n'))
      return 0
    case 'wrong':
      console.error(`${parsed.reason}\n(npm run bench -- --help)`)
      return 2
    case 'measure': {
      const { options } = parsed
      const report = options.from === null ? await measure(options) : again(options, options.from)
      if (options.jsonFile !== null) writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`)
      if (options.markdown) print(markdownOf(report))
      return succeeded(report) ? 0 : 1
    }
  }
}

async function measure(options: Options): Promise<Report> {
  const chosen = figures.filter(({ id }) => options.figures.length === 0 || options.figures.includes(id))
  const machine = await describeMachine(loaderName)
  // With --markdown the table is the result, and the lines are for those who wait.
  const show = options.markdown ? note : print
  for (const line of machineLines(machine)) show(line)
  const { rounds, seconds, orders } = options
  const measuredAt = new Date().toISOString()
  let report: Report = { measuredAt, machine, rounds, seconds, orders, rows: [], failures: [] }
  try {
    for (const figure of chosen) {
      show(`\n${figure.id} ${figure.title}`)
      report = await add(report, figure, options)
      for (const row of report.rows) if (row.id === figure.id) show(lineOf(row))
    }
  } finally {
    await wholeRun.run()
  }
  return report
}

/** A figure that cannot be measured does not keep the others from it. */
async function add(report: Report, figure: Figure, options: Options): Promise<Report> {
  scope = new Cleanup()
  try {
    const measured = await figure.run({ ...options, scope, wholeRun, note })
    return { ...report, rows: [...report.rows, ...rowsOf(figure, measured, options)] }
  } catch (error) {
    // What fails while we take everything down has no meaning, and nobody waits for it.
    if (interrupted) return await new Promise<never>(() => undefined)
    const reason = error instanceof Error ? error.message : String(error)
    console.error(`✖ ${figure.id} could not be measured: ${reason}`)
    return { ...report, failures: [...report.failures, { id: figure.id, reason }] }
  } finally {
    if (!interrupted) await scope.run()
  }
}

function again(options: Options, file: string): Report {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  if (!options.markdown) for (const line of [...machineLines(report.machine), ...report.rows.map(lineOf)]) print(line)
  return report
}

async function abandon(exitCode: number): Promise<void> {
  if (interrupted) process.exit(exitCode)
  interrupted = true
  note('stopping everything (again: at once)')
  await scope.run().catch((error: unknown) => console.error(error))
  await wholeRun.run().catch((error: unknown) => console.error(error))
  process.exit(exitCode)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function note(line: string): void {
  process.stderr.write(`${line}\n`)
}
