/** The end of a help text: two command lines to copy. */
export function examples(first: string, second: string): string {
  return `\nExamples:\n  $ ${first}\n  $ ${second}`
}
