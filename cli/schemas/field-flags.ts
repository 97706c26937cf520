/** `--field`, `--type`, `--default` and `--doc`: each set belongs to the --field before it. */
import { InvalidArgumentError, type Command } from 'commander'
import type { FieldRequest } from '../../contract/authoring/field-type.ts'

type Draft = { -readonly [K in keyof FieldRequest]: FieldRequest[K] | null }

/** Adds the options; the function gives the fields once the command line is read. Throws as commander does. */
export function fieldFlags(command: Command): () => readonly FieldRequest[] {
  const drafts: Draft[] = []
  const put = (key: 'type' | 'default' | 'doc') => (value: string) => {
    const draft = drafts.at(-1)
    if (draft === undefined) throw new InvalidArgumentError(`--${key} belongs to the --field before it.`)
    draft[key] = value
  }
  command
    .option('--field <name>', 'add a field', (name: string) => {
      drafts.push({ name, type: null, default: null, doc: null })
    })
    .option('--type <type>', 'its type', put('type'))
    .option('--default <value>', 'value for older events', put('default'))
    .option('--doc <text>', 'meaning, unit and bounds', put('doc'))
  return () =>
    drafts.map(({ name, type, default: fallback, doc }) => {
      if (name === null || type === null || doc === null) {
        return command.error(`error: --field ${String(name)} needs --type and --doc`, { exitCode: 2 })
      }
      return { name, type, default: fallback, doc }
    })
}
