/** Loads a service at a steady rate however slow its answers are, and tells how long clients waited. */
import { join } from 'node:path'
import { ROOT, TSX } from '../service/child.ts'
import { runLoader } from './closed-loop.ts'

export interface OpenLoop {
  readonly url: string
  /** `POST`: a file with bodies for /orders, one a line; `GET`: a file with paths. */
  readonly method: 'GET' | 'POST'
  readonly lines: string
  readonly connections: number
  /** Requests a second, evenly spaced. */
  readonly rate: number
  readonly seconds: number
}

export interface OpenLoopReport {
  readonly answers: number
  readonly perSecond: number
  /** Milliseconds from the moment a request was due to the whole answer. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Answers other than a success, by status or reason. */
  readonly others: Readonly<Record<string, number>>
}

/**
 * Throws when anything but a success came back. A service (or loader) that is too slow for the rate needs no such rule:
 * whatever is sent late waits longer.
 */
export async function loadOpen(load: OpenLoop): Promise<OpenLoopReport> {
  const script = join(ROOT, 'bench/load/open-loop-process.ts')
  const line = await runLoader(process.execPath, [...TSX, script, JSON.stringify(load)])
  const report = JSON.parse(line) as OpenLoopReport
  if (Object.keys(report.others).length > 0) {
    throw new Error(`not every request succeeded: ${JSON.stringify(report.others)}`)
  }
  return report
}
