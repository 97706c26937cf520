import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { longestLine, readLines, splitLines, surveyLines, type Line } from './json-lines.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderledger-lines-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function collected(lines: AsyncIterable<Line>): Promise<readonly Line[]> {
  const all: Line[] = []
  for await (const line of lines) all.push(line)
  return all
}

async function linesOf(path: string) {
  const found = await collected(readLines(path))
  return found.map(({ number, bytes }) => [number, bytes.toString()])
}

async function* inChunks(content: Buffer, sizes: readonly number[]) {
  let at = 0
  for (let i = 0; at < content.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield content.subarray(at, at + size)
    at += size
    await Promise.resolve()
  }
}

test('lines come with their numbers; blank ones are counted and left out; the last needs no end', async () => {
  const path = await written('plain.jsonl', '\ufeff{"a":1}\r\n\n  \t\n{"b":"ü"}\n{"c":3}')
  const expected = [
    [1, '{"a":1}'],
    [4, '{"b":"ü"}'],
    [5, '{"c":3}'],
  ]
  expect(await linesOf(path)).toEqual(expected)
})

test('a packed file gives the same lines and the same hash, whatever its name', async () => {
  const content = Array.from({ length: 5_000 }, (_, i) => `{"n":${i}}`).join('\n')
  const [plain, packed] = [await written('a.jsonl', content), await written('b.data', gzipSync(content))]
  expect(await linesOf(packed)).toEqual(await linesOf(plain))
  expect(await surveyLines(packed)).toEqual(await surveyLines(plain))
})

test('a survey counts the lines that hold something from a line on, and hashes all of them', async () => {
  const path = await written('survey.jsonl', '{"n":1}\n\n{"n":3}\n{"n":4}\n')
  const hash = createHash('sha256').update('{"n":1}\n\n{"n":3}\n{"n":4}\n').digest('hex')
  expect(await surveyLines(path)).toEqual({ lines: 3, hash })
  expect(await surveyLines(path, 3)).toEqual({ lines: 2, hash })
})

test('a packed file that was cut off fails when its end is missed', async () => {
  const packed = gzipSync(Array.from({ length: 1_000 }, (_, i) => `{"n":${i}}`).join('\n'))
  const path = await written('cut.gz', packed.subarray(0, packed.length - 20))
  await expect(linesOf(path)).rejects.toThrow('unexpected end of file')
})

test('a file that is not there fails', async () => {
  await expect(surveyLines(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('however the content is cut into chunks, the lines are the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '"', '\r', '\n', ' ') })),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      async (texts, sizes) => {
        const content = Buffer.from(texts.join('\n'))
        const whole = await collected(splitLines(inChunks(content, [content.length || 1])))
        expect(await collected(splitLines(inChunks(content, sizes)))).toEqual(whole)
      },
    ),
  )
})

test('a line past the limit is cut off and said to be, and the next ones are whole', async () => {
  const content = Buffer.from(`${'x'.repeat(longestLine)}\n${'y'.repeat(longestLine + 1)}\n${'z'.repeat(10)}`)
  const lines = await collected(splitLines(inChunks(content, [1_000])))
  expect(lines.map(({ number, bytes, tooLong }) => [number, bytes.length, tooLong])).toEqual([
    [1, longestLine, false],
    [2, longestLine, true],
    [3, 10, false],
  ])
})
