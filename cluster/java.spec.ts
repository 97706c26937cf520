import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findJava } from './java.ts'

describe('finding a Java', () => {
  test('there is none of a version that does not exist', () => {
    expect(findJava(9999)).toBeNull()
  })

  test('what is found is at least what was asked for, and says where its programs are', () => {
    const found = findJava(8)
    // Nothing to see on a machine without Java.
    if (found === null) return
    expect(found.version).toBeGreaterThanOrEqual(8)
    expect(found.java).toMatch(/bin\/java$/)
    expect(findJava(found.version + 1)?.version ?? Infinity).toBeGreaterThan(found.version)
  })

  test('a JAVA_HOME that holds none does not hide the others', () => {
    const empty = mkdtempSync(join(tmpdir(), 'no-java-'))
    try {
      expect(findJava(8, { javaHome: empty })).toEqual(findJava(8))
    } finally {
      rmSync(empty, { recursive: true })
    }
  })
})
