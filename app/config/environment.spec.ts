import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadEnvironment } from './environment.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'environment-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  for (const name of ['CURRENCY', 'API_TOKENS', 'PORT', 'PROT']) delete process.env[name]
})

test('a .env file completes the environment, which wins where both speak', () => {
  process.env['CURRENCY'] = 'EUR'
  writeFileSync(join(folder, '.env'), 'CURRENCY=CHF\nPORT=4000\n')
  const { env, dotEnv } = loadEnvironment(folder)
  expect(env).toMatchObject({ CURRENCY: 'EUR', PORT: '4000' })
  expect([...dotEnv]).toEqual(['PORT'])
})

test('a .env file sets our variables, names those that are misspelled, and decides nothing else', () => {
  const path = process.env['PATH']
  const others = ['PATH', 'NODE_OPTIONS', 'LD_PRELOAD', 'PGPASSWORD', 'SSL_CERT_FILE', 'HTTPS_PROXY', 'SPEC_OTHER']
  const lines = [...others.map((name) => `${name}=/elsewhere`), 'PROT=4000', 'API_TOKENS=me:read:secret']
  writeFileSync(join(folder, '.env'), lines.join('\n'))
  const { env, dotEnv, leftOut } = loadEnvironment(folder)
  expect(env['PATH']).toBe(path)
  for (const name of others) expect(process.env[name]).not.toBe('/elsewhere')
  expect(leftOut.toSorted()).toEqual(others.toSorted())
  expect([...dotEnv].sort()).toEqual(['API_TOKENS', 'PROT'])
})

test('a byte order mark hides no variable, where the file begins and where one was joined to it', () => {
  writeFileSync(join(folder, '.env'), '\ufeffAPI_TOKENS=me:read:secret\r\n\ufeffPORT=4000\n')
  expect(loadEnvironment(folder).env).toMatchObject({ API_TOKENS: 'me:read:secret', PORT: '4000' })
})

test.each([
  ['in UTF-16', Buffer.from('\ufeffPORT=4000\n', 'utf16le')],
  ['in UTF-16 without a mark', Buffer.from('PORT=4000\n', 'utf16le').swap16()],
  ['with lines in UTF-16', Buffer.concat([Buffer.from('PORT=4000\n'), Buffer.from('CURRENCY=CHF\n', 'utf16le')])],
  ['in Latin-1', Buffer.from('# für\nPORT=4000\n', 'latin1')],
])('a .env file %s is refused, and says how to save it', (_, content) => {
  writeFileSync(join(folder, '.env'), content)
  expect(() => loadEnvironment(folder)).toThrow(
    expect.objectContaining({
      code: 'unreadable-env-file',
      exitCode: 2,
      next: expect.stringContaining('UTF-8'),
    }) as Error,
  )
})

test('variables of the driver complete a DATABASE_URL that does not say it all, and nothing else', () => {
  const names = ['PGSSLMODE', 'PGBINARY', 'PGOPTIONS']
  const withDriver = (env: Readonly<Record<string, string>>) => {
    Object.assign(process.env, { PGSSLMODE: 'require', PGBINARY: 'true', PGOPTIONS: '-c a=b' }, env)
    loadEnvironment(folder)
    const left = names.filter((name) => name in process.env)
    for (const name of [...names, ...Object.keys(env)]) delete process.env[name]
    return left
  }
  expect(withDriver({})).toEqual([])
  expect(withDriver({ DATABASE_URL: 'postgres://127.0.0.1/shop' })).toEqual(['PGSSLMODE'])
})

test('no .env file is no fault', () => {
  expect([...loadEnvironment(folder).dotEnv]).toEqual([])
})

test('a .env that cannot be read is a fault of the configuration', () => {
  mkdirSync(join(folder, '.env'))
  expect(() => loadEnvironment(folder)).toThrow(
    expect.objectContaining({ code: 'unreadable-env-file', exitCode: 2 }) as Error,
  )
})
