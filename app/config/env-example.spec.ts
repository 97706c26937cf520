import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { envExample } from './env-example.ts'
import { allVariables } from './variables.ts'

test('the committed .env.example is fresh (orderledger config example > .env.example)', () => {
  expect(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')).toBe(envExample())
})

test('it names every variable but the test hooks', () => {
  const named = [...envExample().matchAll(/^# ([A-Z_]+)=/gm)].map((match) => match[1])
  expect(named).toEqual(allVariables.filter(({ kind }) => kind !== 'hook').map(({ name }) => name))
})

test('its defaults, uncommented, are the defaults', () => {
  const uncommented = envExample().replaceAll(/^# ([A-Z_]+=)/gm, '$1')
  expect(readConfig(parseEnv(uncommented))).toEqual({ ...readConfig({}), portExplicit: true })
})
