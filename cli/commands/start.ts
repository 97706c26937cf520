import { existsSync } from 'node:fs'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import type { Command } from 'commander'
import { compose, type StartStep } from '../../app/start/compose.ts'
import { endWithin } from '../../app/start/end-within.ts'
import { openLog } from '../../app/log.ts'
import { packageRoot } from '../package-root.ts'
import { packageVersion } from '../package-version.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { styled } from '../output/output.ts'

export function register(program: Command, context: CommandContext): void {
  program
    .command('start')
    .description('run the service until Ctrl-C or SIGTERM; without DATABASE_URL it starts its own Postgres')
    .addHelpText('after', examples('orderledger start', 'PORT=4000 DEMO=off orderledger start'))
    .action(() => start(context))
}

/** Resolves once the service has stopped. On a terminal people see steps and addresses, elsewhere log lines. */
async function start(context: CommandContext): Promise<void> {
  const config = context.config()
  const version = packageVersion()
  const screen = context.output.streams.stdout.isTTY === true && !context.output.json()
  const began = performance.now()
  // People are shown what is up; what goes wrong is worth a log line even so.
  const { log, flush } = openLog({ level: screen && config.logLevel === 'info' ? 'warn' : config.logLevel })
  const onStep = (step: StartStep) => {
    if (screen) context.output.streams.stdout.write(stepLine(context, step))
    else log.info({ step: step.name, seconds: round(step.seconds) }, step.detail)
  }
  if (screen) context.output.streams.stdout.write(`orderledger ${version} · node ${process.versions.node}\n`)
  const service = await compose({ config, log, version, dashboard: builtDashboard(), onStep })
  const seconds = round((performance.now() - began) / 1_000)
  if (screen)
    context.output.streams.stdout.write(
      readyScreen({ url: service.url, seconds, dataDir: config.databaseUrl === null ? config.dataDir : null }),
    )
  else log.info({ url: service.url, seconds }, 'ready')
  flush()

  // Where the tokens stand in a file, this signal asks to read them again.
  const skip = config.apiTokensFile === null ? [] : ['SIGHUP' as const]
  await new Promise<void>((resolve) => {
    const delay = config.shutdownTimeoutSeconds * 1_000
    closeWithGrace({ delay, logger: false, skip }, async ({ err, signal }) => {
      endWithin(delay)
      if (err !== undefined) log.fatal({ err }, 'unexpected error: stopping')
      else log.info({ signal }, 'stopping')
      if (screen) context.output.streams.stdout.write('\n  stopping; finishing requests in flight\n')
      await service.stop()
      log.info('stopped')
      flush()
      resolve()
    })
  })
}

function stepLine({ output }: CommandContext, { name, detail, seconds }: StartStep): string {
  const tick = styled(output.streams.stdout, 'green', '✔')
  return `  ${tick} ${name.padEnd(12)} ${detail.padEnd(56)} ${seconds.toFixed(1)} s\n`
}

interface Ready {
  readonly url: string
  readonly seconds: number
  /** Null: the data lives in a database of the user's. */
  readonly dataDir: string | null
}

function readyScreen({ url, seconds, dataDir }: Ready): string {
  const data = dataDir === null ? '' : ` The data is in ${dataDir} and stays there.`
  return `
  Ready in ${seconds.toFixed(1)} s.${data}

  Dashboard  ${url}/dashboard/
  API        ${url}
  API docs   ${url}/docs
  Metrics    ${url}/metrics

  Try:   curl -s ${url}/products
         npx orderledger flood -n 1000
         npx orderledger simulate black-friday
         npx orderledger verify
  Stop:  Ctrl-C
`
}

/** The bundle that cli/build-dashboard.js made; null without one. */
function builtDashboard(): string | null {
  const folder = join(packageRoot, 'dist/dashboard')
  return existsSync(folder) ? folder : null
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100
}
