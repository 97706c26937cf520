/** The registry that a command plans for, compares with or changes. */
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { trustedRunFile } from '../../app/start/run-file.ts'
import { StartFailure } from '../../app/start-failure.ts'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { addressOf, registryClient, type RegistryClient } from '../../contract/registry/registry-client.ts'
import { RegistryFailure, type SchemaRegistry } from '../../contract/registry/schema-registry.ts'
import type { CommandContext } from '../command-context.ts'
import { withoutSecrets } from '../output/without-secrets.ts'
import { tokenFor } from './token.ts'

export interface RegistryOptions {
  /** The environment. */
  readonly env: string
  readonly registry?: string
  readonly token?: string
}

export interface FoundRegistry {
  readonly registry: SchemaRegistry
  /** For what the port has no word for. */
  readonly ask: RegistryClient
  /** Where it is, without a password. */
  readonly base: string
}

const TIMEOUT_MS = 10_000

export function addRegistryOptions(command: Command): Command {
  return command
    .requiredOption('--env <name>', 'the environment of the registry; its ids are stored under this name', envName)
    .option('--registry <url>', 'the registry (default: SCHEMA_REGISTRY_URL)')
    .option(
      '--token <secret>',
      'a token of role admin, for the registry of a service; ps shows it: better set ORDERLEDGER_TOKEN',
    )
}

/** Throws a StartFailure when none is named. */
export function registryOf(context: CommandContext, options: Omit<RegistryOptions, 'env'>): FoundRegistry {
  const config = context.config()
  const running = trustedRunFile(config.dataDir)
  const named = options.registry ?? config.schemaRegistryUrl
  if (named === null) {
    const own = running === null ? 'http://127.0.0.1:3000/registry' : `${running.url}/registry`
    throw refusal(
      'no registry is set',
      'SCHEMA_REGISTRY_URL, --registry',
      `--registry ${own}, or set SCHEMA_REGISTRY_URL`,
    )
  }
  const url = URL.canParse(named) ? new URL(named) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw refusal(
      `"${withoutSecrets(named)}" is not the URL of a registry`,
      'to read it',
      '--registry http://127.0.0.1:3000/registry',
    )
  }
  // ORDERLEDGER_TOKEN is for services: a registry of others has its user and password in its URL.
  const isService = options.registry !== undefined && /^\/registry\/?$/.test(url.pathname)
  const token = tokenFor(context, { url: url.href, token: options.token, running, isService })
  return {
    registry: confluentRegistry({ url: url.href, token, timeout: TIMEOUT_MS, monotonic: () => performance.now() }),
    ask: registryClient({ url: url.href, token, timeout: TIMEOUT_MS }),
    base: addressOf(url.href).base,
  }
}

/** Does the work; what the registry could not or would not do becomes three lines and the exit code. */
export async function answered<Result>({ base }: FoundRegistry, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error
    const isDown = error.kind === 'infrastructure'
    throw new StartFailure(
      {
        code: error.code,
        exitCode: isDown ? 3 : 1,
        what: error.message,
        tried: `to work with the registry at ${base}`,
        next: isDown
          ? 'start the registry and run the command again, or pass another URL with --registry'
          : 'set ORDERLEDGER_TOKEN to a token of role admin (for .../registry of a service), or give user and password in the URL; then orderledger schemas plan shows what is left',
      },
      { cause: error },
    )
  }
}

/** A name that stands in file names and in JSON. */
function envName(text: string): string {
  if (/^[a-z][a-z0-9-]{0,31}$/.test(text)) return text
  throw new InvalidArgumentError('Use lower case letters, digits and dashes, such as staging.')
}

function refusal(what: string, tried: string, next: string): StartFailure {
  return new StartFailure({ code: 'no-registry', exitCode: 2, what, tried, next })
}
