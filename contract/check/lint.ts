/** Lints the schemas of a folder: every rule over the newest version of every event, less what is excepted. */
import { inOrder, type Finding } from '../finding.ts'
import { readRetirements, RETIRED } from '../authoring/retired.ts'
import { schemaTexts, schemaTree, textOf } from '../authoring/schema-files.ts'
import { EXCEPTIONS, withExceptions } from './lint-exceptions.ts'
import { linted, lintRules, sharedTypes, type Linted } from './lint-rules.ts'

/** All findings of all files, those that keep a file from being read among them. */
export function lint(folder: string): readonly Finding[] {
  const { files, faults } = schemaTree(schemaTexts(folder))
  const events = new Set(files.map(({ event }) => event))
  const retirements = readRetirements(textOf(folder, RETIRED), events)
  const current = [...events]
    .filter((event) => !retirements.retired.has(event))
    .flatMap((event) => linted(files.filter((file) => file.event === event)) ?? [])
  const findings = [...faults, ...retirements.faults, ...current.flatMap(styleOf), ...sharedTypes(current)]
  return inOrder(withExceptions(findings, textOf(folder, EXCEPTIONS)))
}

function styleOf(one: Linted): readonly Finding[] {
  const { file } = one.newest
  return Object.entries(lintRules).flatMap(([code, rule]) => rule(one).map((found) => ({ code, file, ...found })))
}
