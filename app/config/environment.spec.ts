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
  for (const name of ['ENVIRONMENT_SPEC_REAL', 'ENVIRONMENT_SPEC_FILE']) delete process.env[name]
})

test('a .env file completes the environment, which wins where both speak', () => {
  process.env['ENVIRONMENT_SPEC_REAL'] = 'real'
  writeFileSync(join(folder, '.env'), 'ENVIRONMENT_SPEC_REAL=file\nENVIRONMENT_SPEC_FILE=file\n')
  const { env, dotEnv } = loadEnvironment(folder)
  expect(env).toMatchObject({ ENVIRONMENT_SPEC_REAL: 'real', ENVIRONMENT_SPEC_FILE: 'file' })
  expect([...dotEnv]).toEqual(['ENVIRONMENT_SPEC_FILE'])
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
