/** What is wrong with a schema: the one shape in which lint, check and codegen say it. */

export interface Finding {
  /** `F` the files themselves, `S` style and safety, `C` compatibility and what was published, `M` meaning. */
  readonly code: string
  /** Relative to the folder of schemas, with slashes: `StockAdjusted/v2.avsc`. */
  readonly file: string
  /** Where in it: `lines[].quantity`; empty for the whole file. */
  readonly path: string
  /** Which rule is broken, and how. */
  readonly message: string
  /** What to type or change next. */
  readonly next: string
}

/** `StockAdjusted/v2.avsc lines[].quantity`: how a finding's place is written in messages and exceptions. */
export function placeOf({ file, path }: Finding): string {
  return path === '' ? file : `${file} ${path}`
}

/** By file, place and code; the order must not depend on which rule ran first. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const key = (finding: Finding) => `${finding.file}\n${finding.path}\n${finding.code}\n${finding.message}`
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}
