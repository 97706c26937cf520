/** The running service that a command speaks to: which one, as whom, and how long to wait for it. */
import type { Command } from 'commander'
import { readRunFile, trustedRunFile, type RunFile } from '../../app/start/run-file.ts'
import { StartFailure } from '../../app/start-failure.ts'
import type { CommandContext } from '../command-context.ts'
import { HttpClient, RequestGivenUp, type Reply } from './http-client.ts'
import { problemCode } from '../load/delivery.ts'
import { watchInterruption } from '../load/interruption.ts'
import { wholeNumber } from '../load/options.ts'
import { withoutSecrets } from '../output/without-secrets.ts'
import { tokenFor } from './token.ts'

export interface ServiceOptions {
  readonly url?: string
  readonly token?: string
  /** Seconds. */
  readonly patience: number
}

/** Adds --url, --token and --patience, which every command that speaks to a running service has. */
export function addServiceOptions(command: Command): Command {
  return command
    .option('--url <url>', 'URL of the service (default: the one that runs in DATA_DIR)')
    .option('--token <secret>', 'token to authenticate with; ps shows it: better set ORDERLEDGER_TOKEN')
    .option('--patience <seconds>', 'how long to retry requests that get no answer', wholeNumber(1, 86_400), 60)
}

export interface Connecting {
  readonly options: ServiceOptions
  readonly connections: number
  readonly signal: AbortSignal
}

// Whether there is a service at all is known soon; patience is for one that was there and is gone.
const FIRST_PATIENCE = 5_000

/** A client of the service, which has answered once. Throws a StartFailure when it does not answer or refuses us. */
export async function connect(context: CommandContext, connecting: Connecting): Promise<HttpClient> {
  const { options, connections, signal } = connecting
  const { url, token } = serviceOf(context, options)
  await greet({ url, token, signal })
  return new HttpClient({ url, token, connections, signal, patience: options.patience * 1_000 })
}

/** A few requests to the service, then its connections are closed. */
export async function withService(
  context: CommandContext,
  options: ServiceOptions,
  work: (client: HttpClient) => Promise<void>,
): Promise<void> {
  const interruption = watchInterruption(() => undefined)
  const client = await connect(context, { options, connections: 4, signal: interruption.signal })
  try {
    await work(client)
  } finally {
    interruption.release()
    await client.close()
  }
}

/** Which service is meant, and as whom it is asked. Throws a StartFailure when none is found. */
export function serviceOf(
  context: CommandContext,
  options: Pick<ServiceOptions, 'url' | 'token'>,
): { readonly url: string; readonly token: string | null } {
  const given = options.url === undefined ? null : givenUrl(options.url)
  const running = given === null ? runningHere(context) : trustedRunFile(context.config().dataDir)
  const url = given ?? running?.url ?? ''
  return { url, token: tokenFor(context, { url, token: options.token, running }) }
}

async function greet(service: { readonly url: string; readonly token: string | null; readonly signal: AbortSignal }) {
  const client = new HttpClient({ ...service, connections: 1, patience: FIRST_PATIENCE })
  try {
    requireSuccess(await client.get('/version'), `GET ${service.url}/version`)
  } catch (error) {
    if (!(error instanceof RequestGivenUp)) throw error
    throw new StartFailure(
      {
        code: 'service-unreachable',
        exitCode: 3,
        what: `the service is not responding: ${error.message}`,
        tried: `GET ${service.url}/version`,
        next: 'npm start, or --url with the URL of a running service',
      },
      { cause: error },
    )
  } finally {
    await client.close()
  }
}

/** Throws a StartFailure for an answer that says that what was asked cannot be had: no right, no such thing. */
export function requireSuccess(reply: Reply, tried: string): void {
  const { status } = reply
  if (status >= 200 && status < 300) return
  const lacksRight = status === 401 || status === 403
  throw new StartFailure({
    code: problemCode(reply),
    exitCode: lacksRight ? 2 : 1,
    what: `the service answered ${status} ${problemCode(reply)}`,
    tried,
    next: lacksRight
      ? 'set ORDERLEDGER_TOKEN to a token whose role allows this; only the service of this DATA_DIR gets one of API_TOKENS by itself'
      : `request it with curl -i: the detail of the problem says what to do`,
  })
}

function runningHere(context: CommandContext): RunFile {
  const { dataDir } = context.config()
  const running = readRunFile(dataDir)
  if (running !== null) return running
  throw new StartFailure({
    code: 'no-service',
    exitCode: 3,
    what: `no service runs in ${dataDir}`,
    tried: `to read ${dataDir}/run.json`,
    next: 'npm start, or --url with the URL of a running service',
  })
}

function givenUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin
  throw new StartFailure({
    code: 'invalid-url',
    exitCode: 2,
    what: `"${withoutSecrets(text)}" is not the URL of a service`,
    tried: 'to read --url',
    next: '--url http://127.0.0.1:3000',
  })
}
