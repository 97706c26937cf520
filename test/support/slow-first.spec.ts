import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { SLOW } from './slow-first.ts'

test('the files that come first are there, each named once', () => {
  const root = new URL('../../', import.meta.url)
  expect(SLOW.filter((file) => !existsSync(fileURLToPath(new URL(file, root))))).toEqual([])
  expect(new Set(SLOW).size).toBe(SLOW.length)
})
