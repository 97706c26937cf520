import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { processIdentity } from './process-table.ts'
import { claimDataDirectory, readRunFile, trustedRunFile } from './run-file.ts'
import { StartFailure } from '../start-failure.ts'

const service = {
  url: 'http://127.0.0.1:3000',
  databaseUrl: 'postgres://u:p@127.0.0.1:5432/shop',
  startedAt: new Date('2026-01-02T03:04:05Z'),
}

let home = ''
let dataDir = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'run-file-'))
  dataDir = join(home, 'nested', 'data')
})

afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('a claim', () => {
  test('makes the directory and is refused to a second, who learns the pid and the URL', () => {
    claimDataDirectory(dataDir, 'start').publish(service)
    const failure = refusal()
    expect(failure).toMatchObject({ code: 'already-running', exitCode: 1 })
    expect(failure.what).toContain(`pid ${String(process.pid)}`)
    expect(failure.what).toContain(service.url)
    expect(failure.next).toContain(`kill ${String(process.pid)}`)
  })

  test('is refused to a second also before there is a URL', () => {
    claimDataDirectory(dataDir, 'verify')
    expect(refusal().what).toContain('orderledger verify already runs here')
  })

  test('is free again after release, any number of times, and leaves one lock file', () => {
    for (let round = 0; round < 5; round++) {
      const claim = claimDataDirectory(dataDir, 'start')
      claim.publish(service)
      claim.release()
      claim.release()
    }
    expect(readdirSync(dataDir)).toEqual(['run.lock.5'])
  })

  test('released late does not take the directory from the next owner', () => {
    const first = claimDataDirectory(dataDir, 'start')
    first.release()
    claimDataDirectory(dataDir, 'start').publish(service)
    first.release()
    expect(refusal().code).toBe('already-running')
    expect(readRunFile(dataDir)?.url).toBe(service.url)
  })

  test('of the same directory by another path is the same claim', () => {
    claimDataDirectory(dataDir, 'start')
    symlinkSync(dataDir, join(home, 'link'))
    expect(() => claimDataDirectory(join(home, 'link'), 'start')).toThrow(StartFailure)
  })

  test('is taken over from an owner that died', () => {
    leaveLock({ pid: deadPid(), identity: 'boot/1', command: 'start' })
    expect(() => claimDataDirectory(dataDir, 'start')).not.toThrow()
  })

  test('is taken over when the pid of its owner belongs to another process by now', () => {
    leaveLock({ pid: process.pid, identity: 'an earlier boot/123', command: 'start' })
    expect(() => claimDataDirectory(dataDir, 'start')).not.toThrow()
  })

  test('is respected when its owner lives', () => {
    leaveLock({ pid: process.ppid, identity: processIdentity(process.ppid), command: 'start' })
    expect(refusal().what).toContain(`pid ${String(process.ppid)}`)
  })

  test('is taken over from a lock file that was cut short', () => {
    claimDataDirectory(dataDir, 'start').release()
    writeFileSync(join(dataDir, 'run.lock.2'), '{"pid": 12')
    expect(() => claimDataDirectory(dataDir, 'start')).not.toThrow()
  })

  test('below a file fails with what to type next', () => {
    writeFileSync(join(home, 'nested'), '')
    expect(refusal()).toMatchObject({ code: 'unwritable-directory', exitCode: 1 })
  })

  test('of a file fails with what to type next', () => {
    dataDir = join(home, 'file')
    writeFileSync(dataDir, '')
    expect(refusal()).toMatchObject({ code: 'unwritable-directory', exitCode: 1 })
  })

  test('does not depend on the umask', () => {
    const before = process.umask(0o077)
    try {
      claimDataDirectory(dataDir, 'start')
    } finally {
      process.umask(before)
    }
    const expected = process.getuid?.() === 0 ? 0o711 : 0o700
    expect(statSync(dataDir).mode & 0o777).toBe(expected)
    expect(statSync(join(home, 'nested')).mode & 0o777).toBe(expected)
  })
})

describe('the run file', () => {
  test('tells where the service is, to its owner alone', () => {
    claimDataDirectory(dataDir, 'start').publish(service)
    expect(readRunFile(dataDir)).toEqual({
      pid: process.pid,
      url: service.url,
      databaseUrl: service.databaseUrl,
      startedAt: '2026-01-02T03:04:05.000Z',
    })
    expect(statSync(join(dataDir, 'run.json')).mode & 0o777).toBe(0o600)
  })

  test('is gone after release', () => {
    const claim = claimDataDirectory(dataDir, 'start')
    claim.publish(service)
    claim.release()
    expect(readRunFile(dataDir)).toBeNull()
    expect(existsSync(join(dataDir, 'run.json'))).toBe(false)
  })

  test('of a dead process, of a reused pid, or cut short does not count', () => {
    claimDataDirectory(dataDir, 'start').release()
    const file = join(dataDir, 'run.json')
    const fields = { url: service.url, databaseUrl: service.databaseUrl, startedAt: service.startedAt.toISOString() }
    for (const text of [
      JSON.stringify({ ...fields, pid: deadPid(), identity: null }),
      JSON.stringify({ ...fields, pid: process.pid, identity: 'an earlier boot/123' }),
      JSON.stringify({ ...fields, pid: process.pid }).slice(0, 40),
      '',
      'null',
    ]) {
      writeFileSync(file, text)
      expect(readRunFile(dataDir)).toBeNull()
    }
  })

  test('that somebody else may have written is refused, with the command that helps, unless its process is dead', () => {
    const claim = claimDataDirectory(dataDir, 'start')
    claim.publish(service)
    const file = join(dataDir, 'run.json')
    chmodSync(file, 0o604)
    expect(() => readRunFile(dataDir)).toThrow(expect.objectContaining({ code: 'untrusted-directory' }))
    expect(() => readRunFile(dataDir)).toThrow(`chmod 600 ${file}`)
    expect(trustedRunFile(dataDir)).toBeNull()
    writeFileSync(file, JSON.stringify({ pid: deadPid(), identity: null }))
    expect(readRunFile(dataDir)).toBeNull()
  })

  test('in a directory where others may write keeps a claim from being made', () => {
    claimDataDirectory(dataDir, 'start').release()
    chmodSync(dataDir, 0o777)
    expect(refusal()).toMatchObject({ code: 'untrusted-directory', next: expect.stringContaining('chmod go-w') })
  })

  test('is not missed where there is no directory', () => {
    expect(readRunFile(join(home, 'nowhere'))).toBeNull()
  })
})

function leaveLock(entry: object): void {
  claimDataDirectory(dataDir, 'start').release()
  const path = join(dataDir, 'run.lock.2')
  writeFileSync(path, JSON.stringify(entry))
  chmodSync(path, 0o600)
}

function refusal(): StartFailure {
  try {
    claimDataDirectory(dataDir, 'start')
  } catch (error) {
    if (error instanceof StartFailure) return error
    throw error
  }
  throw new Error('the claim was granted')
}

/** The pid of a process that has just ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}
