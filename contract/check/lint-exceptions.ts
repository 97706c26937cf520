/** The places where a rule is broken on purpose, each with its reason: `lint-exceptions.json`. */
import type { Finding } from '../finding.ts'
import { parseJson } from '../authoring/schema-file-faults.ts'

export interface LintException {
  readonly code: string
  /** The event, and the path in it: `OrderRejected lines[].name`. It holds for the versions to come. */
  readonly at: string
  readonly reason: string
}

export const EXCEPTIONS = 'lint-exceptions.json'

/**
 * What is left of the findings, and what is wrong with the exceptions: one that fits nothing hides the next breach
 * there. `text` null: there is no such file.
 */
export function withExceptions(findings: readonly Finding[], text: string | null): readonly Finding[] {
  const json = parseJson(EXCEPTIONS, text ?? '[]')
  if (!json.ok) return [...findings, json.fault]
  const listed: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value]
  const exceptions = listed.filter(isException)
  const used = new Set<LintException>()
  const left = findings.filter((finding) => {
    const found = exceptions.find(({ code, at }) => code === finding.code && at === excepted(finding))
    if (found !== undefined) used.add(found)
    return found === undefined
  })
  const malformed = listed.flatMap((entry, index) =>
    isException(entry)
      ? []
      : [exceptionFault(`${index}`, 'an exception needs "code", "at" and "reason"', 'add all three')],
  )
  const idle = exceptions
    .filter((exception) => !used.has(exception))
    .map(({ code, at }) => exceptionFault(at, `nothing at this place breaks ${code}`, 'remove the exception'))
  return [...left, ...malformed, ...idle]
}

function excepted({ file, path }: Finding): string {
  return [file.split('/')[0], path].filter((part) => part !== '').join(' ')
}

function exceptionFault(path: string, message: string, next: string): Finding {
  return { code: 'S000', file: EXCEPTIONS, path, message, next }
}

function isException(value: unknown): value is LintException {
  if (typeof value !== 'object' || value === null) return false
  const { code, at, reason } = value as Partial<LintException>
  return [code, at, reason].every((text) => typeof text === 'string' && text !== '')
}
