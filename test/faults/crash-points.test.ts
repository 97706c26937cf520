import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startProcess } from '../support/start-process.ts'

let folder = ''
let log = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crash-points-'))
  log = join(folder, 'crashes')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('a crash point', () => {
  test('kills the process at the named passage, with one line in the crash log', async () => {
    const passing = startProcess('test/support/pass-crash-point.ts', [], {
      CRASH_POINT: 'append.after:3',
      CRASH_LOG: log,
    })
    const { signal, stdout } = await passing.exit
    expect(signal).toBe('SIGKILL')
    expect(stdout).toBe('1\n2\n')
    expect(readFileSync(log, 'utf8')).toBe(`append.after:3 ${String(passing.child.pid)}\n`)
  })

  test('that is not reached often enough does nothing', async () => {
    const passing = startProcess('test/support/pass-crash-point.ts', [], {
      CRASH_POINT: 'append.before:6',
      CRASH_LOG: log,
    })
    expect(await passing.exit).toEqual({ code: 0, signal: null, stdout: '1\n2\n3\n4\n5\n' })
    expect(existsSync(log)).toBe(false)
  })
})
