import { describe, expect, test } from 'vitest'
import { createLog } from './log.ts'
import type { Log, LogLevel } from './log.ts'

describe('a log line', () => {
  test('is one JSON object with level, time, pid and message', () => {
    const line = lineOf((log) => {
      log.warn({ position: 7 }, 'behind')
    })
    expect(line).toMatchObject({ level: 'warn', pid: process.pid, position: 7, msg: 'behind' })
    expect(new Date(String(line['time'])).toISOString()).toBe(line['time'])
  })

  test('hides personal data and secrets at every level, and nothing else', () => {
    const line = lineOf((log) => {
      log.info({
        email: 'ada@example.com',
        customer: {
          name: 'Ada',
          phone: '+44 20',
          tier: 'vip',
          more: { deep: [{ email: 'x@example.com', sku: 'A1' }] },
        },
        headers: { authorization: 'Bearer s3cret', 'idempotency-key': 'key-12345', accept: '*/*' },
      })
    })
    expect(line).toMatchObject({
      email: '[hidden]',
      customer: {
        name: '[hidden]',
        phone: '[hidden]',
        tier: 'vip',
        more: { deep: [{ email: '[hidden]', sku: 'A1' }] },
      },
      headers: { authorization: '[hidden]', 'idempotency-key': '[hidden]', accept: '*/*' },
    })
  })

  test('hides what a child log carries', () => {
    const line = lineOf((log) => {
      log.child({ customer: { name: 'Ada' } }).info('hello')
    })
    expect(line['customer']).toEqual({ name: '[hidden]' })
  })

  test('hides headers that a serializer brings out of a request', () => {
    class Request {
      readonly raw = { authorization: 'Bearer s3cret', accept: '*/*' }
    }
    const line = lineOf((log) => {
      const serializers = { req: (request: Request) => ({ headers: request.raw }) }
      log.child({}, { serializers }).info({ req: new Request() })
    })
    expect(line['req']).toEqual({ headers: { authorization: '[hidden]', accept: '*/*' } })
  })

  test('leaves the objects of the caller as they were', () => {
    const customer = { name: 'Ada', phone: '+44 20' }
    lineOf((log) => {
      log.info({ customer })
    })
    expect(customer).toEqual({ name: 'Ada', phone: '+44 20' })
  })

  test('survives an object that contains itself', () => {
    const loop: Record<string, unknown> = { sku: 'A1' }
    loop['self'] = loop
    expect(lineOf((log) => log.info({ loop }, 'round')).msg).toBe('round')
  })

  test('below the level is not written', () => {
    expect(linesOf('warn', (log) => log.info('quiet'))).toEqual([])
  })
})

function lineOf(use: (log: Log) => void): Record<string, unknown> {
  const [line, ...others] = linesOf('info', use)
  expect(others).toEqual([])
  return JSON.parse(line ?? '') as Record<string, unknown>
}

function linesOf(level: LogLevel, use: (log: Log) => void): readonly string[] {
  const lines: string[] = []
  use(createLog(level, { write: (line) => lines.push(line) }))
  return lines
}
