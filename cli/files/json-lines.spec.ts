import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  linesOf as linesOfChunks,
  longestLine,
  readLines,
  splitLines,
  surveyed,
  surveyLines,
  type Line,
} from './json-lines.ts'

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

test('members of gzip are read to the last one, also where zeros fill them up, in whatever chunks they come', async () => {
  const [one, two] = [gzipSync('{"n":1}\n'), gzipSync('{"n":2}\n{"n":3}')]
  const packed = [one, two, one, Buffer.alloc(1), two, Buffer.alloc(70_000), gzipSync(''), one, Buffer.alloc(512)]
  const path = await written('members.gz', Buffer.concat(packed))
  const expected = ['{"n":1}', '{"n":2}', '{"n":3}{"n":1}', '{"n":2}', '{"n":3}{"n":1}']
  expect((await linesOf(path)).map(([, text]) => text)).toEqual(expected)
  for (const sizes of [[1], [7, 3], [one.length], [one.length + 1], [1_000_000]]) {
    const lines = await collected(linesOfChunks(inChunks(Buffer.concat(packed), sizes)))
    expect(lines.map(({ bytes }) => bytes.toString())).toEqual(expected)
  }
})

test('a header of gzip may carry a name, a comment, more fields and a checksum', async () => {
  const packed = gzipSync('{"n":1}')
  const header = Buffer.from(packed.subarray(0, 10))
  header[3] = 0x1e
  const fields = Buffer.from('\x03\x00abcname\0comment\0', 'latin1')
  const checksum = Buffer.alloc(2)
  checksum.writeUInt16LE(crc32(Buffer.concat([header, fields])) & 0xffff)
  const path = await written('fields.gz', Buffer.concat([header, fields, checksum, packed.subarray(10)]))
  expect(await linesOf(path)).toEqual([[1, '{"n":1}']])
})

test.each([
  ['other bytes after a member', (one: Buffer) => [one, Buffer.alloc(2), Buffer.from('more')], 'byte 30: no gzip'],
  ['one byte of a next member', (one: Buffer) => [one, Buffer.from([0x1f])], 'byte 28: no gzip'],
  [
    'a wrong checksum',
    (one: Buffer) => [one, Buffer.concat([one]).fill(1, one.length - 8)],
    'byte 28: the gzip data that begins here does not',
  ],
  [
    'damaged data',
    (one: Buffer) => [one, Buffer.concat([one]).fill(0xff, 10, 14)],
    'byte 28: the gzip data that begins',
  ],
  ['an end within a member', (one: Buffer) => [one, one.subarray(0, -9)], 'byte 45: the file ends'],
])('%s: what cannot be read is named by its byte', async (_, parts, message) => {
  const path = await written('damaged.gz', Buffer.concat(parts(gzipSync('{"n":1}'))))
  await expect(linesOf(path)).rejects.toThrow(message)
  await expect(surveyed(path)).rejects.toMatchObject({ code: 'unreadable-file', exitCode: 1 })
})

test('a byte order mark is passed over where a file begins, also in files that were joined', async () => {
  const mark = '\ufeff'
  const path = await written('joined.jsonl', `${mark}{"n":1}\n${mark}${mark}{"n":2}\n${mark}\n{"n":"${mark}"}`)
  const expected = [
    [1, '{"n":1}'],
    [2, '{"n":2}'],
    [4, `{"n":"${mark}"}`],
  ]
  expect(await linesOf(path)).toEqual(expected)
  const packed = Buffer.concat([gzipSync(`${mark}{"n":1}\n`), gzipSync(`${mark}{"n":2}\n`)])
  expect(await linesOf(await written('joined.gz', packed))).toEqual(expected.slice(0, 2))
})

test('a line of the longest length that begins with byte order marks is whole', async () => {
  const content = Buffer.from(`\ufeff\ufeff${'x'.repeat(longestLine)}\n\ufeff${'x'.repeat(longestLine + 1)}`)
  const lines = await collected(splitLines(inChunks(content, [longestLine + 1, 3])))
  expect(lines.map(({ bytes, tooLong }) => [bytes.length, tooLong])).toEqual([
    [longestLine, false],
    [longestLine, true],
  ])
})

test('a file in UTF-16 is refused with how to save it', async () => {
  const path = await written('utf16.jsonl', Buffer.from('\ufeff{"n":1}', 'utf16le'))
  await expect(surveyed(path)).rejects.toMatchObject({ exitCode: 1, what: expect.stringContaining('UTF-8') as string })
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
