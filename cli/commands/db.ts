/** Looks after the database: its schema, its size, copies of it, and its end. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { migrateDatabase } from '../../app/start/migrate-database.ts'
import type { CommandContext } from '../command-context.ts'
import { dumpFailure } from '../database/dump-failure.ts'
import { followProgress } from '../database/follow-progress.ts'
import { requireSchema } from '../database/require-schema.ts'
import { resetDatabase } from '../database/reset-database.ts'
import { readStatus, statusText } from '../database/status.ts'
import { withDatabase, type DatabaseOptions } from '../database/with-database.ts'
import { examples } from '../examples.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import type { Manifest } from '../../store/dump/manifest.ts'
import { watchReactorsRestore } from '../../reactors/list.ts'
import { restoreDump } from '../../store/dump/restore-dump.ts'
import { writeDump } from '../../store/dump/write-dump.ts'

export function register(program: Command, context: CommandContext): void {
  const db = program
    .command('db')
    .description('migrate, show, dump, restore or reset the database')
    .addHelpText('after', examples('orderledger db status', 'orderledger db dump backup'))
  db.command('migrate')
    .description('migrate the database to the schema of this release')
    .addHelpText('after', examples('orderledger db migrate', 'DATABASE_URL=postgres://... orderledger db migrate'))
    .action(() => showMigrated(context))
  db.command('status')
    .description('show migrations, size, and the positions of the read models')
    .addHelpText('after', examples('orderledger db status', 'orderledger db status --json'))
    .action(() => showStatus(context))
  db.command('dump')
    .argument('<directory>', 'directory to create; it must not exist yet')
    .description('write the log and the unexpired command keys into a directory, whether the service runs or not')
    .addHelpText('after', '\nA dump contains personal data of customers; only its owner can read it.')
    .addHelpText('after', examples('orderledger db dump backup', 'orderledger db dump backup --json'))
    .action((directory: string) => dump(context, resolve(directory)))
  db.command('restore')
    .argument('<directory>', 'directory that contains a dump')
    .description('fill an empty database from a dump, all or nothing')
    .addHelpText(
      'after',
      examples(
        'orderledger db restore backup',
        'DATA_DIR=other orderledger db restore backup && DATA_DIR=other npm start',
      ),
    )
    .action((directory: string) => restore(context, resolve(directory)))
  db.command('reset')
    .option('--yes', 'do not ask for confirmation')
    .description('delete the log, the read models and all other data of the service; you cannot undo it')
    .addHelpText('after', examples('orderledger db reset', 'orderledger db reset --yes'))
    .action(({ yes }: { readonly yes?: boolean }) => resetDatabase(context, yes === true))
}

async function showMigrated(context: CommandContext): Promise<void> {
  await withPool(context, { command: 'db migrate', create: true }, async (pool, description) => {
    const applied = await migrateDatabase(pool)
    context.output.result({ applied }, () =>
      applied.length === 0 ? `${description} is up to date` : `applied to ${description}:\n${applied.join('\n')}`,
    )
  })
}

async function showStatus(context: CommandContext): Promise<void> {
  await withPool(context, { command: 'db status', create: false }, async (pool, description) => {
    const status = await readStatus(pool, description)
    context.output.result(status, () => statusText(status))
  })
}

async function dump(context: CommandContext, directory: string): Promise<void> {
  await withPool(context, { command: 'db dump', create: false }, async (pool) => {
    await requireSchema(pool)
    const manifest = await withProgress(context, 'dump', (onProgress) => writeDump({ pool, directory, onProgress }))
    context.output.result({ directory, ...manifest }, () => `${contentOf(manifest)} dumped into ${directory}`)
  })
}

async function restore(context: CommandContext, directory: string): Promise<void> {
  await withPool(context, { command: 'db restore', create: true }, async (pool, description) => {
    await migrateDatabase(pool)
    const manifest = await withProgress(context, 'restore', (onProgress) =>
      restoreDump({ pool, directory, watcher: watchReactorsRestore(), onProgress }),
    )
    context.output.result(
      { directory, ...manifest },
      () => `${contentOf(manifest)} restored into ${description}\nnext: orderledger verify`,
    )
  })
}

function withPool(
  context: CommandContext,
  options: DatabaseOptions,
  work: (pool: Pool, description: string) => Promise<void>,
): Promise<void> {
  return withDatabase(context, options, async ({ url, description }) => {
    // What may make a database may also take its time: a migration, or the commit of a whole log.
    const session = options.create ? { queryTimeout: 0 } : { settings: READER_SETTINGS }
    const pool = openPool(url, { name: options.command, max: 2, ...session })
    try {
      await work(pool, description)
    } finally {
      await pool.end()
    }
  })
}

async function withProgress(
  { output }: CommandContext,
  label: 'dump' | 'restore',
  work: (onProgress: (position: number, head: number) => void) => Promise<Manifest>,
): Promise<Manifest> {
  const follower = followProgress(output, label)
  try {
    return await work(follower.progress)
  } catch (error) {
    throw dumpFailure(error, `orderledger db ${label}`)
  } finally {
    follower.stop()
  }
}

function contentOf({ events, commands }: Manifest): string {
  return `${events.records.toLocaleString('en-US')} events and ${commands.records.toLocaleString('en-US')} keys`
}
