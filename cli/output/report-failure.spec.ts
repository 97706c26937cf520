import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { StartFailure } from '../../app/start-failure.ts'
import { createOutput } from './output.ts'
import { failureReport, reportFailure } from './report-failure.ts'

const command = 'orderledger verify'
const failure = new StartFailure({
  code: 'already-running',
  exitCode: 1,
  what: 'pid 7 runs here',
  tried: 'to claim .orderledger',
  next: 'kill 7',
})

test('a start failure is what failed, what was tried and what to type next, without a stack', () => {
  expect(written(failure, { json: false, debug: false })).toBe(
    '✖ pid 7 runs here\n  tried: to claim .orderledger\n  next:  kill 7\n',
  )
})

test('with DEBUG the stack follows', () => {
  expect(written(failure, { json: false, debug: true })).toContain('report-failure.spec.ts')
})

test('with --json it is one JSON document', () => {
  expect(JSON.parse(written(failure, { json: true, debug: false }))).toEqual({
    error: {
      code: 'already-running',
      exitCode: 1,
      what: 'pid 7 runs here',
      tried: 'to claim .orderledger',
      next: 'kill 7',
    },
  })
})

test('a dependency that is not reached is exit code 3, also when it was tried at several addresses', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED ::1:3000'), { code: 'ECONNREFUSED' })
  expect(failureReport(refused, command)).toMatchObject({ exitCode: 3, next: 'orderledger doctor' })
  const both = Object.assign(new AggregateError([refused, new Error('connect ECONNREFUSED 127.0.0.1:3000')]), {
    code: 'ECONNREFUSED',
  })
  expect(failureReport(both, command)).toMatchObject({
    exitCode: 3,
    what: 'connect ECONNREFUSED ::1:3000; connect ECONNREFUSED 127.0.0.1:3000',
  })
})

test('a defect is exit code 1 and says how to see more', () => {
  const report = failureReport(new TypeError('x is not a function'), command)
  expect(report).toMatchObject({ code: 'defect', exitCode: 1, what: 'x is not a function', tried: command })
  expect(report.next).toContain('DEBUG=1')
})

function written(error: Error, { json, debug }: { readonly json: boolean; readonly debug: boolean }): string {
  const stderr = new PassThrough()
  const output = createOutput({ stdout: new PassThrough(), stderr }, () => json)
  reportFailure(error, command, output, debug)
  return String(stderr.read())
}
