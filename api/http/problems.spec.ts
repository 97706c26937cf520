import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorsDocument, isProblemCode, PROBLEMS, type ProblemKind } from './problems.ts'

const document = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const table: readonly (readonly [string, ProblemKind])[] = Object.entries(PROBLEMS)

test('docs/errors.md has every code of the table and no other', () => {
  const documented = [...document.matchAll(/^### `([a-z-]+)`$/gm)].map(([, code]) => code)
  expect(documented).toEqual(table.map(([code]) => code))
})

test.each(table)('docs/errors.md says of %s what the table says', (code, { status, title, meaning, next }) => {
  const section = document.split(`### \`${code}\`\n`)[1]?.split('\n### ')[0]
  expect(section).toContain(`${String(status)} · ${title}\n\n${meaning}\n\n**Next:** ${next}\n`)
})

test('docs/errors.md is what the table makes', () => {
  expect(document).toBe(errorsDocument())
})

test('every code says what it means and what to do next, as sentences', () => {
  for (const [code, { status, title, meaning, next }] of table) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(title).toMatch(/^[A-Z][^.]*$/)
    for (const sentence of [meaning, next]) expect(sentence).toMatch(/^[A-Z].*\.$/)
  }
})

test('only codes of the table are codes', () => {
  expect([isProblemCode('out-of-stock'), isProblemCode('toString'), isProblemCode('')]).toEqual([true, false, false])
})
