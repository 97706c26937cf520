import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Account } from './account.ts'
import { postgresFailure } from './postgres-failure.ts'

const stranger: Account = { name: 'postgres', uid: 65_111, gid: 65_111 }

let home = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'postgres-failure-'))
  chmodSync(home, 0o711)
})

afterEach(() => {
  rmSync(home, { recursive: true })
})

test.each([
  ['disk-full', 'FATAL:  could not extend file "base/1/2691": No space left on device'],
  ['disk-full', 'FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 3'],
  ['port-taken', 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'],
  ['still-stopping', 'FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use'],
  ['still-stopping', 'FATAL:  lock file "postmaster.pid" already exists'],
  ['broken-binaries', 'postgres: error while loading shared libraries: libicui18n.so.60: cannot open'],
  ['postgres-failed', 'FATAL:  unrecognized configuration parameter "colour"'],
])('%s is told by the line "%s", whatever follows it', (code, line) => {
  const failure = failureOf(`LOG:  starting\n${line}\nPANIC:  cannot abort transaction 1\n`)
  expect(failure).toMatchObject({ code, exitCode: 1, tried: 'a start' })
  expect(failure.next).not.toBe('')
  if (code !== 'postgres-failed') expect(failure.what).toBe(line)
})

test('a program that says nothing is still a failure with a sentence', () => {
  expect(failureOf('\n').what).toBe('Postgres stopped without a message')
})

test('a permission denied to another user names the directory that is closed and the chmod that opens it', () => {
  const closed = join(home, 'closed')
  mkdirSync(join(closed, 'inner'), { recursive: true })
  chmodSync(closed, 0o700)
  const failure = failureOf('initdb: error: could not access directory: Permission denied', join(closed, 'inner'))
  expect(failure).toMatchObject({ code: 'unreachable-path' })
  expect(failure.what).toContain(`${closed} (mode 0700)`)
  expect(failure.next).toContain(`chmod o+x ${closed}`)
})

test('a permission denied to ourselves asks for another directory', () => {
  const failure = failureOf('initdb: error: could not create directory: Permission denied', home, null)
  expect(failure).toMatchObject({ code: 'unwritable-directory' })
  expect(failure.next).toContain('DATA_DIR')
})

function failureOf(output: string, directory = home, account: Account | null = stranger) {
  const program = join(home, 'postgres')
  writeFileSync(program, '')
  chmodSync(program, 0o755)
  const binaries = { postgres: program, initdb: program, folder: home }
  return postgresFailure({ tried: 'a start', output, directory, binaries, account })
}
