import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryChecks, ownUser, requireOwnership } from './directory-checks.ts'

const OURS = 4321
const STRANGER = 8765

let home = ''
let dataDir = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'directory-checks-'))
  dataDir = join(home, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
})

afterEach(() => {
  rmSync(home, { recursive: true })
})

function give(path: string, owner: number, mode: number): string {
  chownSync(path, owner, owner)
  chmodSync(path, mode)
  return path
}

function file(name: string, owner: number, mode: number): string {
  const path = join(dataDir, name)
  writeFileSync(path, 'secret')
  return give(path, owner, mode)
}

const found = () => directoryChecks(dataDir, OURS).map(({ state, saw, fix }) => `${state}: ${saw}; ${fix ?? ''}`)
const start = () => requireOwnership(dataDir, OURS)
const modeOf = (path: string) => statSync(path).mode & 0o777

test('what this process makes is fine, and what is not there yet too', () => {
  expect(directoryChecks(dataDir, ownUser()).map(({ state }) => state)).toEqual(['fine'])
  expect(directoryChecks(join(home, 'none'), ownUser())).toEqual([])
})

describe.runIf(process.getuid?.() === 0)('a start refuses what doctor names', () => {
  test.each([0o700, 0o711, 0o755])('but not a directory of ours with mode %o', (mode) => {
    give(dataDir, OURS, mode)
    file('postgres.password', OURS, 0o600)
    file('run.json', 0, 0o600)
    expect(found()).toEqual([expect.stringMatching(/^fine/)])
    expect(start).not.toThrow()
  })

  test('a directory of a stranger', () => {
    give(dataDir, STRANGER, 0o700)
    const words = `${dataDir} belongs to uid ${STRANGER}, neither to this user (uid ${OURS}) nor to root`
    expect(found()).toEqual([`failed: ${words}; chown ${OURS} ${dataDir}`])
    expect(start).toThrow(expect.objectContaining({ code: 'untrusted-directory', exitCode: 1, what: words }))
  })

  test.each([0o770, 0o702])('a directory of ours with mode %o', (mode) => {
    give(dataDir, OURS, mode)
    expect(found()).toEqual([expect.stringMatching(/^failed: .* others may write in it; chmod go-w /)])
    expect(start).toThrow('chmod go-w')
  })

  test.each(['postgres.password', 'run.json'])('%s of a stranger, or that is a link of one', (name) => {
    give(dataDir, OURS, 0o700)
    const path = file(name, STRANGER, 0o600)
    expect(found()).toContainEqual(expect.stringMatching(`^failed: ${path} belongs to uid ${STRANGER}`))
    expect(start).toThrow(path)
    rmSync(path)
    symlinkSync(give(file('elsewhere', OURS, 0o600), OURS, 0o600), path)
    expect(found()).toContainEqual(expect.stringMatching(/^fine/))
    rmSync(path)
    symlinkSync('/etc/hostname', path)
    expect(start).toThrow('chmod 600')
  })

  test.each([
    ['postgres.password', OURS, 0o640],
    ['postgres.password', 0, 0o604],
    ['run.json', OURS, 0o620],
    ['run.json', OURS, 0o601],
  ])('%s of uid %i with mode %o', (name, owner, mode) => {
    give(dataDir, OURS, 0o700)
    const path = file(name, owner, mode)
    expect(found()).toContainEqual(
      `failed: ${path} has mode 0${mode.toString(8)}: it is for its owner alone; chmod 600 ${path}`,
    )
    expect(start).toThrow(`chmod 600 ${path}`)
    expect(modeOf(path)).toBe(mode)
  })
})

describe.runIf(process.getuid?.() === 0)('a directory of root, as volumes of containers are,', () => {
  test.each([0o755, 0o777, 0o1777])('is advice with mode %o', (mode) => {
    give(dataDir, 0, mode)
    expect(found()).toEqual([expect.stringMatching(/^advice: .* belongs to root/)])
    expect(start).not.toThrow()
  })

  test('has our files set back that its mount widened, and refuses those of others', () => {
    give(dataDir, 0, 0o777)
    const [password, run] = [file('postgres.password', OURS, 0o660), file('run.json', OURS, 0o664)]
    expect(found().filter((line) => line.includes('the next start sets it back'))).toHaveLength(2)
    start()
    expect([password, run].map(modeOf)).toEqual([0o600, 0o600])
    give(password, STRANGER, 0o600)
    expect(start).toThrow(`${password} belongs to uid ${STRANGER}`)
    give(password, 0, 0o644)
    expect(start).toThrow(`chmod 600 ${password}`)
  })
})
