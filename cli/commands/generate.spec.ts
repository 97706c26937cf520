import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runInProcess } from '../load/test-kit.ts'

const FROM = '2026-01-05T00:00:00Z'
const MINUTE_MS = 60_000
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderledger-generate-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function generated(count: number, ...options: readonly string[]): Promise<readonly string[]> {
  const file = join(folder, String(count))
  const { code } = await runInProcess('generate', 'events', '-n', String(count), ...options, '-o', file)
  expect(code).toBe(0)
  return (await readFile(file, 'utf8')).trimEnd().split('\n')
}

const timesOf = (lines: readonly string[]) =>
  lines.map((line) => Date.parse((JSON.parse(line) as { readonly at: string }).at))

describe('generated events', () => {
  test('begin when it is said, with the same lines however many there are', async () => {
    const [few, more] = [await generated(1_000, '--from', FROM), await generated(1_200, '--from', FROM)]
    expect(few).toHaveLength(1_000)
    expect(more.slice(0, 1_000)).toEqual(few)
    const [first = 0] = timesOf(few)
    expect(first).toBeGreaterThanOrEqual(Date.parse(FROM))
    expect(first).toBeLessThan(Date.parse(FROM) + 60 * MINUTE_MS)
    expect(await generated(1_000, '--from', FROM, '--seed', '2')).not.toEqual(few)
  })

  test('end now where it is not said when they begin', async () => {
    const before = Date.now()
    const newest = Math.max(...timesOf(await generated(1_000)))
    expect(newest).toBeLessThanOrEqual(Date.now())
    expect(newest).toBeGreaterThan(before - 60 * MINUTE_MS)
  })

  test.each([
    ['--from', 'yesterday'],
    ['--per-day', '0'],
    ['-n', '0'],
  ])('are refused with %s %s', async (option, value) => {
    const file = join(folder, 'x')
    expect(await runInProcess('generate', 'events', '-n', '1', '-o', file, option, value)).toMatchObject({ code: 2 })
  })
})
