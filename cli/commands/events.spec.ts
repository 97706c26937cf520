import { afterEach, expect, test } from 'vitest'
import { eventLine } from './events.ts'
import { answerJson, answeringService, runInProcess, type AnsweringService } from '../load/test-kit.ts'

let service: AnsweringService | null = null

afterEach(async () => {
  await service?.close()
  service = null
})

const placed = {
  position: 7,
  stream: 'order-o1',
  version: 1,
  type: 'OrderPlaced',
  recordedAt: '2026-01-01T00:00:00.000Z',
  data: { orderId: 'o1' },
}

/** A log of this many events, given in pages as the service gives them. */
async function logOf(length: number): Promise<string> {
  service = await answeringService((response, request) => {
    const { pathname, searchParams } = new URL(request.path, 'http://localhost')
    if (pathname !== '/events') return answerJson(200, { position: length })(response, request)
    const [after, limit] = ['after', 'limit'].map((name) => Number(searchParams.get(name)))
    const count = Math.max(Math.min(limit ?? 0, length - (after ?? 0)), 0)
    const items = Array.from({ length: count }, (_, index) => ({ ...placed, position: (after ?? 0) + index + 1 }))
    return answerJson(200, { items, next: count === limit ? items.at(-1)?.position : null })(response, request)
  })
  return service.url
}

test('the tail prints the newest events, one a line, however many pages they fill', async () => {
  const url = await logOf(1_000)
  const { code, stdout } = await runInProcess('events', 'tail', '-n', '450', '--no-follow', '--json', '--url', url)
  expect(code).toBe(0)
  const positions = stdout
    .trimEnd()
    .split('\n')
    .map((line): number => JSON.parse(line).position)
  expect(positions).toEqual(Array.from({ length: 450 }, (_, index) => 551 + index))
})

test('the tail of an empty log is empty', async () => {
  const url = await logOf(0)
  expect(await runInProcess('events', 'tail', '--no-follow', '--url', url)).toMatchObject({ code: 0, stdout: '' })
})

test('an event is shown whole, and one past the end of the log is not there', async () => {
  const url = await logOf(7)
  const shown = await runInProcess('events', 'show', '7', '--url', url, '--json')
  expect(JSON.parse(shown.stdout)).toEqual(placed)
  expect(await runInProcess('events', 'show', '8', '--url', url)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no event has the position 8'),
  })
})

test('a line has position, time, type, stream with version, and the data', () => {
  expect(eventLine(placed)).toBe(
    '        7  2026-01-01T00:00:00.000Z  OrderPlaced         order-o1 v1  {"orderId":"o1"}',
  )
})

test('an event that the service could not read is shown with the reason', () => {
  expect(eventLine({ ...placed, data: null, error: 'unknown type' })).toMatch(/v1 {2}unreadable: unknown type$/)
})
