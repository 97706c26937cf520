/** Loads a service as fast as it answers: each connection sends its next order when the one before is answered. */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT, TSX } from '../service/child.ts'

export interface ClosedLoop {
  /** The service, without a path. */
  readonly url: string
  /** Bodies of POST /orders, one a line. */
  readonly orders: string
  readonly connections: number
  readonly seconds: number
}

export interface LoadReport {
  readonly answers: number
  readonly perSecond: number
  /** Milliseconds from sending to the whole answer. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** What a loader prints. */
interface Printed extends Omit<LoadReport, 'perSecond'> {
  readonly seconds: number
  /** Answers with a status of 400 or more. */
  readonly refused: number
  /** Requests without an answer. */
  readonly broken: number
}

const WRK = spawnSync('wrk', ['-v']).error === undefined

/** For the report: which loader these figures come from. */
export const loaderName = WRK
  ? 'wrk'
  : 'a loader of our own on undici (wrk is not installed): it takes more of the processor, so ratios come out closer together'

/** Throws when anything but a success came back: a rate of refusals says nothing about orders. */
export async function loadClosed({ url, orders, connections, seconds }: ClosedLoop): Promise<LoadReport> {
  const script = join(ROOT, 'bench/load/orders.lua')
  const own = join(ROOT, 'bench/load/closed-loop-process.ts')
  // One thread: two would take turns with the service on a machine of two cores.
  const printed = WRK
    ? await runLoader('wrk', [
        ...['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', '-s', script, url],
        ...['--', orders, '/orders'],
      ])
    : await runLoader(process.execPath, [...TSX, own, JSON.stringify({ url, orders, connections, seconds })])
  const { answers, refused, broken, p50, p99, max } = parse(printed)
  if (refused > 0 || broken > 0 || answers === 0) {
    throw new Error(`of ${answers} answers of ${url}, ${refused} were refusals; ${broken} requests got none`)
  }
  return { answers, perSecond: answers / parse(printed).seconds, p50, p99, max }
}

/** Runs a loader to its end; the last line that it prints is its report. */
export function runLoader(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const end = () => child.kill('SIGKILL')
    process.once('exit', end)
    let output = ''
    let complaints = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      process.off('exit', end)
      if (code === 0) resolve(output.trim().split('\n').at(-1) ?? '')
      else reject(new Error(`${command} ended with ${code}:\n${output}${complaints}`))
    })
  })
}

function parse(line: string): Printed {
  return JSON.parse(line) as Printed
}
