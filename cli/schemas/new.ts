/** `schemas new`: the next version of an event, the first of a new one, or an event in place of another. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { TYPE_HELP, type FieldRequest } from '../../contract/authoring/field-type.ts'
import { newVersion, type NewVersion, type VersionRequest } from '../../contract/authoring/new-version.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { askFields } from './ask-fields.ts'
import { fieldFlags } from './field-flags.ts'
import { addFolderOption, folderOf, obeyed, type FolderOptions } from './folder.ts'

interface NewOptions extends FolderOptions {
  readonly remove?: readonly string[]
  readonly stream?: string
  readonly about?: string
  readonly breaking?: true
  readonly name?: string
  readonly reason?: string
}

const details = `
--field, --type, --default and --doc go together and may be repeated. Types: ${TYPE_HELP}.
Without --field and --remove it asks, on a terminal. It refuses a change that a version cannot make; --breaking then
creates a new event that replaces the old one, which is read through its upcaster from then on.`

export function registerNew(schemas: Command, context: CommandContext): void {
  const command = addFolderOption(schemas.command('new'))
  const flags = fieldFlags(command)
  command
    .argument('<event>', 'such as OrderPlaced')
    .option('--remove <name>', 'remove a field (may be repeated)', collect)
    .option('--stream <kind>', 'for a new event: the kind of its stream')
    .option('--about <text>', 'for a new event: its description')
    .option('--breaking', 'create a new event that replaces this one')
    .option('--name <event>', 'with --breaking: the name of the new event')
    .option('--reason <text>', 'with --breaking: why')
    .description('write the next version of an event, or the first version of a new one')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        "orderledger schemas new StockAdjusted --field by --type string --default unknown --doc 'Who corrected it.'",
        "orderledger schemas new StockAdjusted --breaking --name StockCounted --reason 'Counts replace differences.'",
      ),
    )
    .action((event: string, options: NewOptions) => makeNew(context, event, options, flags()))
}

async function makeNew(
  { output }: CommandContext,
  event: string,
  options: NewOptions,
  given: readonly FieldRequest[],
): Promise<void> {
  const folder = folderOf(options)
  const asked = given.length === 0 && options.remove === undefined && options.breaking === undefined
  const add = asked ? await askFields(event) : given
  const request = requestOf(event, options, add)
  const tried = `to write a version of ${event}`
  const next =
    options.breaking === true ? 'orderledger schemas new --help' : 'add a default, or --breaking for a new event'
  const made = obeyed(() => newVersion(folder, request), { exitCode: 2, tried, next })
  for (const { path, text } of made.files) write(join(folder, path), text)
  output.result(documentOf(made, request), () => madeText(made, request))
}

function requestOf(event: string, options: NewOptions, add: readonly FieldRequest[]): VersionRequest {
  const { stream, about, name, reason, remove = [] } = options
  if (options.breaking === true) {
    if (name === undefined || reason === undefined) throw usage('--breaking needs --name and --reason')
    return { kind: 'replacement', event, name, reason, add, remove }
  }
  if (name !== undefined) throw usage('--name goes with --breaking')
  if (stream !== undefined) {
    if (about === undefined) throw usage('--stream needs --about: the description of the event')
    return { kind: 'first', event, stream, doc: about, add }
  }
  if (add.length === 0 && remove.length === 0) throw usage('nothing to change')
  return { kind: 'next', event, add, remove }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  // What is there is replaced only where it was read first: a schema file is always a new one.
  if (path.endsWith('.avsc') && existsSync(path)) throw usage(`${path} already exists`)
  writeFileSync(path, text)
}

function documentOf(made: NewVersion, request: VersionRequest): object {
  const { event, version, files } = made
  return { event, version, written: files.map(({ path }) => path), next: nextSteps(made, request) }
}

function madeText(made: NewVersion, request: VersionRequest): string {
  const written = made.files.map(({ path }) => `written: schemas/${path}`)
  return [...written, ...nextSteps(made, request).map((step) => `next: ${step}`)].join('\n')
}

function nextSteps({ event }: NewVersion, request: VersionRequest): readonly string[] {
  if (request.kind !== 'replacement')
    return ['run orderledger schemas codegen, then orderledger schemas lint, diff and check']
  return [
    'run orderledger schemas codegen',
    `complete the upcaster of ${request.event} in schemas/upcasters.ts`,
    `write ${event} instead of ${request.event}: the compiler reports each place`,
    'run orderledger schemas lint, diff and check',
  ]
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

function usage(what: string): StartFailure {
  return new StartFailure({
    code: 'usage',
    exitCode: 2,
    what,
    tried: 'to write a version',
    next: 'orderledger schemas new --help',
  })
}
