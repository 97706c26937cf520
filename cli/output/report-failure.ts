/** How a command ends badly: three lines and an exit code. */
import { StartFailure, systemCode } from '../../app/start-failure.ts'
import { styled } from './output.ts'
import type { Output } from './output.ts'

export interface FailureReport {
  readonly code: string
  readonly exitCode: 1 | 2 | 3
  readonly what: string
  readonly tried: string
  readonly next: string
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'EPIPE',
])

/** What failed, what was tried and what to type next, for any error; `command` is what the user typed. */
export function failureReport(error: unknown, command: string): FailureReport {
  if (error instanceof StartFailure) {
    const { code, exitCode, what, tried, next } = error
    return { code, exitCode, what, tried, next }
  }
  const what = describe(error)
  const code = systemCode(error) === '' ? 'defect' : systemCode(error)
  if (unreachable.has(code)) {
    return { code, exitCode: 3, what, tried: command, next: 'orderledger doctor' }
  }
  return { code, exitCode: 1, what, tried: command, next: `run DEBUG=1 ${command} to see where it happened` }
}

/** Writes the report to stderr, as JSON with --json; the stack only with DEBUG. Returns the exit code. */
export function reportFailure(error: unknown, command: string, output: Output, debug: boolean): 1 | 2 | 3 {
  const report = failureReport(error, command)
  const { stderr } = output.streams
  if (output.json()) {
    output.note(JSON.stringify({ error: report }))
  } else {
    output.note(`${styled(stderr, 'red', '✖')} ${report.what}`)
    output.note(`  tried: ${report.tried}`)
    output.note(`  next:  ${report.next}`)
  }
  if (debug && error instanceof Error) output.note(error.stack ?? '')
  return report.exitCode
}

// An AggregateError (a refused connection to `localhost`, tried over both IP versions) has an empty message.
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ')
  if (!(error instanceof Error)) return String(error)
  return error.message === '' ? error.name : error.message
}
