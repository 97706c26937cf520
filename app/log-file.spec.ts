import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../test/support/eventually.ts'
import { LogFile } from './log-file.ts'

let folder = ''
let reader = -1
let writer = -1

/** A pipe whose ends are both ours; its writing end waits for the reader, as a shell hands it over. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-file-'))
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  writer = openSync(path, constants.O_WRONLY)
})

afterEach(() => {
  if (reader >= 0) closeSync(reader)
  closeSync(writer)
  rmSync(folder, { recursive: true })
})

function readAll(): string {
  const buffer = Buffer.alloc(1024 * 1024)
  try {
    return buffer.subarray(0, readSync(reader, buffer)).toString()
  } catch {
    return ''
  }
}

function line(number: number): string {
  return `${JSON.stringify({ number, text: 'x'.repeat(100) })}\n`
}

describe('the file of a log', () => {
  test('holds every line once and in order when it is flushed', () => {
    const file = new LogFile(writer)
    for (let number = 0; number < 50; number++) file.write(line(number))
    file.flush(1_000)
    expect(readAll()).toBe(Array.from({ length: 50 }, (_, number) => line(number)).join(''))
  })

  test('whose reader is gone is flushed at once, and again', () => {
    const file = new LogFile(writer)
    closeSync(reader)
    reader = -1
    for (let number = 0; number < 2; number++) {
      file.write(line(number))
      file.flush(60_000)
    }
  })

  test('whose reader does not read is given up in time, and holds the first lines up to there', () => {
    const file = new LogFile(writer)
    const all = Array.from({ length: 2_000 }, (_, number) => line(number)).join('')
    for (let number = 0; number < 2_000; number++) file.write(line(number))
    file.flush(10)
    const held = readAll()
    expect(held.length).toBeGreaterThan(0)
    expect(all.startsWith(held)).toBe(true)
  })

  test('goes on when a reader that was slow reads again', async () => {
    const file = new LogFile(writer)
    const all = Array.from({ length: 2_000 }, (_, number) => line(number)).join('')
    for (let number = 0; number < 2_000; number++) file.write(line(number))
    let read = ''
    await eventually(() => (read += readAll()).length >= all.length)
    expect(read).toBe(all)
  })
})
