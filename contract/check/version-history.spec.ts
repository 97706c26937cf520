import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventTypes } from '../../schemas/test-kit.ts'
import { versionBytes } from '../../schemas/version-bytes.ts'
import { versionHistory } from './version-history.ts'

const SCHEMAS = join(import.meta.dirname, '../../schemas')

describe.each(eventTypes)('the history of %s', (type) => {
  test('has the texts of its files, and samples whose bytes are the golden ones', () => {
    for (const { version, text, sample } of versionHistory(type)) {
      expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(join(SCHEMAS, type, `v${version}.avsc`), 'utf8')))
      const golden = readFileSync(join(SCHEMAS, 'golden', type, `v${version}.bin`))
      expect(versionBytes(type, version, sample)).toEqual({ fits: true, data: golden })
    }
  })
})

test('each version after the first says what it has changed, and who is deployed first', () => {
  expect(versionHistory('CustomerRegistered').map(({ version, fields, since }) => [version, fields, since])).toEqual([
    [1, 6, null],
    [
      2,
      7,
      {
        changes: [
          {
            path: 'language',
            message: 'was added; older events are read with "en"',
            ...{ backward: true, forward: true, meaning: false },
          },
        ],
        verdict: 'safe',
        deployFirst: 'any order',
      },
    ],
  ])
})
