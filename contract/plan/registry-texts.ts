/** What a registry has, as schema files: to be compared with those of git. */
import { parseSchema } from '../compatibility/parse-schema.ts'
import type { SchemaTexts } from '../authoring/schema-files.ts'
import { subjectOf } from '../subject.ts'
import { PLACE_ORDER_SUBJECT } from '../registry/command-schema.ts'
import { USER_EVENT_SUBJECT } from '../registry/user-event-schema.ts'
import type { RegistryState, SubjectState } from './registry-state.ts'

/**
 * A version that the registry finds by the text of a file is that file; others keep the number they have there. What others
 * send us has no file to be compared with: a plan tells what is different about it.
 */
export function registryTexts(state: RegistryState, now: SchemaTexts): SchemaTexts {
  const events = state.subjects.filter(({ subject }) => !WITHOUT_FILE.has(subject))
  return new Map(events.flatMap((subject) => textsOf(subject, now)))
}

const WITHOUT_FILE: ReadonlySet<string> = new Set([PLACE_ORDER_SUBJECT, USER_EVENT_SUBJECT])

/** The schemas of the files, to ask for. Files that are no schemas are for `lint` to report. */
export function askedOf(now: SchemaTexts) {
  const events = new Set([...now.keys()].map((path) => path.slice(0, path.indexOf('/'))))
  return [...events].map((event) => ({
    subject: subjectOf(event),
    schemas: filesOf(event, now).map(({ schema }) => schema),
  }))
}

function textsOf({ subject, versions, found }: SubjectState, now: SchemaTexts): readonly (readonly [string, string])[] {
  const event = subject.slice(subjectOf('').length)
  const files = filesOf(event, now)
  const has = new Map(
    files.flatMap(({ path }, index) => {
      const id = found[index] ?? null
      return id === null ? [] : [[id, path] as const]
    }),
  )
  const taken = new Set(has.values())
  return versions.map(({ id, version, schema }) => {
    const file = has.get(id)
    if (file !== undefined) return [file, now.get(file) ?? schema] as const
    let number = version
    while (taken.has(`${event}/v${number}.avsc`)) number++
    taken.add(`${event}/v${number}.avsc`)
    return [`${event}/v${number}.avsc`, schema] as const
  })
}

function filesOf(event: string, now: SchemaTexts): readonly { readonly path: string; readonly schema: string }[] {
  return [...now]
    .filter(([path, text]) => path.startsWith(`${event}/`) && isSchema(text))
    .map(([path, text]) => ({ path, schema: JSON.stringify(JSON.parse(text)) }))
}

function isSchema(text: string): boolean {
  try {
    parseSchema(text)
    return true
  } catch {
    return false
  }
}
