/** Holds docs/field-reports.md to its word: the tests that it names are there, and have the words in their names that it gives. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Named {
  readonly file: string
  /** Of the names of tests. */
  readonly words: readonly string[]
}

const rows = readFileSync('docs/field-reports.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| report '))

/** The tests in the last cell of a row. */
function testsOf(row: string): readonly Named[] {
  const cell = row.split('|').at(-2) ?? ''
  return [...cell.matchAll(/([\w./-]+\.(?:spec|test)\.tsx?)(?: \(([^)]*)\))?/g)].map(([, file = '', words]) => ({
    file,
    words: words?.split('; ') ?? [],
  }))
}

test('each test that a report names is there', () => {
  const missing = rows.flatMap(testsOf).flatMap(({ file, words }) => {
    if (!existsSync(file)) return [file]
    const text = readFileSync(file, 'utf8')
    return words.filter((each) => !text.includes(each)).map((each) => `${file} (${each})`)
  })
  expect(missing).toEqual([])
})
