import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { checkPseudonyms } from './checks/host-checks.ts'
import { readConfig, type Config } from './config/config.ts'
import { pseudonymChecks, pseudonyms, pseudonymSecret } from './pseudonyms.ts'

const DATABASE_URL = 'postgres://shop@db.example.com/shop'
const directories: string[] = []

function configOf(env: Readonly<Record<string, string>>): Config {
  const dataDir = mkdtempSync(join(tmpdir(), 'pseudonyms-'))
  directories.push(dataDir)
  const config = readConfig({ DATA_DIR: dataDir, ...env })
  if ('faults' in config) throw new Error(JSON.stringify(config.faults))
  return config
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

describe('a pseudonym', () => {
  test('is the first 8 bytes of the HMAC of the value without the blanks around it', () => {
    // printf %s tok_1 | openssl dgst -sha256 -hmac 0123456789abcdef
    const { of } = pseudonyms('0123456789abcdef')
    expect(of('tok_1')).toBe('941a9f174e6f0fcc')
    expect(of('  tok_1\t')).toBe(of('tok_1'))
    expect(of('tok_2')).not.toBe(of('tok_1'))
    expect(pseudonyms('another secret of ours').of('tok_1')).not.toBe(of('tok_1'))
  })

  test('of blanks alone is none', () => expect(pseudonyms('0123456789abcdef').of('  ')).toBeNull())

  test('is none without a secret, and what was dropped is counted', () => {
    const { of, dropped } = pseudonyms(null)
    expect([of('a'), of('b'), of(' ')]).toEqual([null, null, null])
    expect(dropped()).toBe(2)
  })
})

describe('the secret', () => {
  test('is drawn once into the data directory with the embedded database, for its owner alone', () => {
    const config = configOf({})
    const secret = pseudonymSecret(config)
    const file = join(config.dataDir, 'pseudonym-secret')
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(readFileSync(file, 'utf8').trim()).toBe(secret)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(pseudonymSecret(config)).toBe(secret)
    expect(pseudonymChecks(config, pseudonyms(secret))).toEqual([])
    expect(checkPseudonyms(config).state).toBe('fine')
  })

  test('is the one that is given', () => {
    const secret = 'a secret of this shop'
    for (const config of [
      configOf({ PSEUDONYM_SECRET: secret }),
      configOf({ DATABASE_URL, PSEUDONYM_SECRET: secret }),
    ]) {
      expect(pseudonymSecret(config)).toBe(secret)
      expect(pseudonymChecks(config, pseudonyms(secret))).toEqual([])
      expect(checkPseudonyms(config)).toMatchObject({ state: 'fine', saw: 'with PSEUDONYM_SECRET' })
    }
  })

  test('that a shared database lacks is named, with what was dropped', () => {
    const config = configOf({ DATABASE_URL })
    const hidden = pseudonyms(pseudonymSecret(config))
    hidden.of('tok_1')
    expect(pseudonymChecks(config, hidden)).toMatchObject([{ name: 'pseudonyms', ok: false }])
    expect(pseudonymChecks(config, hidden)[0]?.detail).toContain('(1 so far)')
    expect(checkPseudonyms(config)).toMatchObject({ state: 'advice' })
  })

  test('is refused when it is short', () => {
    expect(readConfig({ PSEUDONYM_SECRET: 'short' })).toMatchObject({ faults: [{ variable: 'PSEUDONYM_SECRET' }] })
  })
})
