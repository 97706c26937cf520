/** `schemas diff`: what has changed, in words, and who has to be deployed first. */
import { Option, type Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { diffSchemas, type SchemaDiff } from '../../contract/diff/diff-schemas.ts'
import { schemaTexts } from '../../contract/authoring/schema-files.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { diffMarkdown, diffText } from '../output/diff-text.ts'
import { earlierTexts } from './earlier-texts.ts'
import { addFolderOption, folderOf, type FolderOptions } from './folder.ts'

interface DiffOptions extends FolderOptions {
  readonly against?: string
  readonly format: 'text' | 'json' | 'markdown'
}

const details = `
Compares with git:REF, lock (what is published), or registry:URL. The default is git:main, else git:origin/main; git:HEAD only
on a branch of a repository that has neither and no remote: elsewhere it exits with 2 and says what to fetch.
Exits with 1 if a change is breaking, changes a meaning, or edits a published version.`

export function registerDiff(schemas: Command, context: CommandContext): void {
  addFolderOption(schemas.command('diff'))
    .argument('[event]', 'only this event')
    .option('--against <what>', 'git:REF, lock or registry:URL')
    .addOption(new Option('--format <format>', 'output format').choices(['text', 'json', 'markdown']).default('text'))
    .description('describe what has changed, and whom to deploy first')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples('orderledger schemas diff --against git:main', 'orderledger schemas diff OrderPlaced --format markdown'),
    )
    .action((event: string | undefined, options: DiffOptions) => diff(context, event ?? null, options))
}

async function diff(context: CommandContext, event: string | null, options: DiffOptions): Promise<void> {
  const { output, exitWith } = context
  const folder = folderOf(options)
  const now = schemaTexts(folder)
  const { name, texts } = await earlierTexts(context, folder, options.against)
  if (event !== null) requireKnown(event, [...now.keys(), ...texts.keys()])
  const found = diffSchemas(texts, now, event)
  const document = { against: name, ...found }
  output.result(document, () => {
    if (options.format === 'json') return JSON.stringify(document, null, 2)
    return options.format === 'markdown' ? diffMarkdown(found, name) : diffText(found, name)
  })
  if (isRefused(found)) exitWith(1)
}

function isRefused({ events, faults }: SchemaDiff): boolean {
  return faults.length > 0 || events.some(({ deployFirst, edited }) => deployFirst === 'nobody' || edited.length > 0)
}

function requireKnown(event: string, paths: readonly string[]): void {
  if (paths.some((path) => path.startsWith(`${event}/`))) return
  throw new StartFailure({
    code: 'unknown-event-type',
    exitCode: 2,
    what: `${event} is not an event type`,
    tried: 'to compare its schemas',
    next: 'ls schemas shows the event types',
  })
}
