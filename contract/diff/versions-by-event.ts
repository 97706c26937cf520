/** Groups schema files by event. */
import type { SchemaFile } from '../authoring/schema-files.ts'

/** Each event with its versions, oldest first. */
export function versionsByEvent(files: readonly SchemaFile[]): ReadonlyMap<string, readonly SchemaFile[]> {
  const events = new Map<string, SchemaFile[]>()
  for (const file of files) {
    const versions = events.get(file.event)
    if (versions === undefined) events.set(file.event, [file])
    else versions.push(file)
  }
  return events
}
