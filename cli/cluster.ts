/** Real parts to try the service against, on this machine and without Docker. */
import { once } from 'node:events'
import type { Command } from 'commander'
import { StartFailure } from '../app/start-failure.ts'
import { startApicurio } from './cluster/apicurio.ts'
import { cacheDirectory } from './cluster/cache-directory.ts'
import type { CommandContext } from './command-context.ts'
import { examples } from './examples.ts'

export function register(program: Command, context: CommandContext): void {
  program
    .command('cluster')
    .description('run a real schema registry until Ctrl-C, to use instead of the embedded one')
    .option('--registry-only', 'the registry, and no brokers')
    .addHelpText(
      'after',
      examples(
        'npm run cluster -- --registry-only',
        'SCHEMA_REGISTRY_URL=http://127.0.0.1:PORT/apis/ccompat/v7 npm start',
      ),
    )
    .action(({ registryOnly }: { readonly registryOnly?: boolean }) => cluster(context, registryOnly === true))
}

async function cluster(context: CommandContext, registryOnly: boolean): Promise<void> {
  if (!registryOnly) {
    throw new StartFailure({
      code: 'no-brokers-yet',
      exitCode: 2,
      what: 'only the registry can be started so far',
      tried: 'orderledger cluster',
      next: 'npm run cluster -- --registry-only',
    })
  }
  const { output } = context
  const { env } = context.environment()
  const registry = await startApicurio({
    cacheDir: cacheDirectory(env),
    javaHome: env['JAVA_HOME'],
    onNote: (note) => output.note(note),
  })
  const { url, description, pid } = registry
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  output.result({ what: description, url, pid }, () =>
    [
      `${description} (pid ${String(pid)}; what it is told is gone when it stops)`,
      `SCHEMA_REGISTRY_URL=${url}`,
      'Ctrl-C stops it.',
    ].join('\n'),
  )
  const last = await Promise.race([stopped.then(() => null), registry.ended])
  if (last !== null) throw endedByItself(description, last)
  await registry.stop()
}

function endedByItself(what: string, last: string): StartFailure {
  const next = 'npm run cluster -- --registry-only'
  return new StartFailure({
    code: 'registry-ended',
    exitCode: 1,
    what: `${what} ended: ${last}`,
    tried: 'to keep it running',
    next,
  })
}
