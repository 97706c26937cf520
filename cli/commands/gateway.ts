/** A payment gateway to try the service against: the one that `start` runs by itself, with odds and faults to choose. */
import { join } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { registryUrl, webhookSecrets, type Parse } from '../../app/config/values.ts'
import { systemClock } from '../../app/clock.ts'
import { faultNames, parseFaults, parseLatency, type Faults, type Latency } from '../../app/gateway/behaviour.ts'
import { BOOK_FILE } from '../../app/gateway/open-gateway.ts'
import { startSimulator } from '../../app/gateway/start-simulator.ts'
import type { WebhookTarget } from '../../app/gateway/webhook-sender.ts'
import { StartFailure } from '../../app/start-failure.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { watchInterruption } from '../load/interruption.ts'
import { wholeNumber } from '../load/options.ts'

interface GatewayOptions {
  readonly port: number
  readonly seed: number
  /** 0 to 1. */
  readonly declines: number
  readonly latency: Latency
  readonly faults: Faults
  readonly webhook?: string
  readonly secret?: readonly string[]
  readonly book?: string
}

const PORT = 4010
const LATENCY = '20..200'

const details = `
The same seed and key always give the same outcome after the same time. --declines is the share of cards that are
declined; fewer PayPal payments and bank transfers are, and some of those are pending first (see docs/payments.md).
Faults: ${faultNames.join(', ')}. Each has a probability, and the same requests
meet the same faults at each run. It syncs its book before each answer, so it can be killed at any time.
Other users of the machine can read a command line: set PAYMENT_WEBHOOK_SECRET (or PAYMENT_WEBHOOK_SECRET_FILE) rather
than --secret.`

export function register(program: Command, context: CommandContext): void {
  program
    .command('gateway')
    .description('run a payment gateway that moves no money, until Ctrl-C or SIGTERM')
    .option('--port <p>', 'port on 127.0.0.1 (0: any free port)', wholeNumber(0, 65_535), PORT)
    .option('--seed <s>', 'the same seed gives the same outcomes', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--declines <share>', 'share of cards that are declined, from 0 to 1', share, 0.1)
    .addOption(
      new Option('--latency <ms>', 'milliseconds until it answers, as from..to or one number')
        .argParser(latency)
        .default(latency(LATENCY), LATENCY),
    )
    .addOption(
      new Option('--faults <list>', 'what goes wrong, as name=probability,...')
        .argParser(faults)
        .default({}, 'nothing'),
    )
    .option('--webhook <url>', 'where to send each outcome, signed', parsed(registryUrl))
    .option(
      '--secret <secret>',
      'what webhooks are signed with (default: PAYMENT_WEBHOOK_SECRET)',
      parsed(webhookSecrets),
    )
    .option('--book <file>', 'where it keeps what it did (default: gateway-book.jsonl in DATA_DIR)')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger gateway --declines 0.3 --faults timeout=0.05,lost=0.05',
        'orderledger gateway --port 0 --seed 7 --webhook http://127.0.0.1:3000/payments/webhook',
      ),
    )
    .action((options: GatewayOptions) => gateway(context, options))
}

async function gateway(context: CommandContext, options: GatewayOptions): Promise<void> {
  const { port, seed, declines, latency, faults } = options
  const interruption = watchInterruption(() => undefined)
  try {
    const { dataDir, payments } = context.config()
    const book = options.book ?? join(dataDir, BOOK_FILE)
    const webhook = webhookTarget(options, payments.webhookSecrets)
    const running = await startSimulator({ port, seed, declines, latency, faults, webhook, book, clock: systemClock })
    context.output.result({ url: running.url, pid: process.pid, seed, book, webhook: webhook?.url ?? null }, () =>
      [
        `A payment gateway that moves no money listens on ${running.url} (pid ${process.pid}, seed ${seed}).`,
        `Its book is ${book}. ${webhook === null ? 'It sends no webhooks.' : `It sends webhooks to ${webhook.url}.`}`,
        '',
        `PAYMENT_GATEWAY_URL=${running.url}`,
        '',
        'Put this line into .env, or in front of a command. Ctrl-C stops it.',
      ].join('\n'),
    )
    if (!interruption.signal.aborted) {
      await new Promise((resolve) => interruption.signal.addEventListener('abort', resolve, { once: true }))
    }
    await running.stop()
  } finally {
    interruption.release()
  }
}

function webhookTarget({ webhook, secret }: GatewayOptions, configured: readonly string[]): WebhookTarget | null {
  const secrets = secret ?? configured
  if (webhook === undefined) return null
  if (secrets.length > 0) return { url: webhook, secrets }
  throw new StartFailure({
    code: 'no-webhook-secret',
    exitCode: 2,
    what: '--webhook is given without a secret to sign with',
    tried: 'to read PAYMENT_WEBHOOK_SECRET and --secret',
    next: 'set PAYMENT_WEBHOOK_SECRET to what the service has, at least 16 characters',
  })
}

function share(text: string): number {
  const value = Number(text)
  if (/^(0|1|0?\.\d{1,6}|1\.0{1,6})$/.test(text)) return value
  throw new InvalidArgumentError('Use a number from 0 to 1, such as 0.1.')
}

function latency(text: string): Latency {
  const parsed = parseLatency(text)
  if (parsed === null) throw new InvalidArgumentError('Use milliseconds up to 99999, such as 20..200 or 0.')
  return parsed
}

function faults(text: string): Faults {
  const parsed = parseFaults(text)
  if (typeof parsed === 'string') throw new InvalidArgumentError(parsed)
  return parsed
}

function parsed<T>(parse: Parse<T>): (text: string) => T {
  return (text) => {
    const result = parse(text)
    if ('value' in result) return result.value
    throw new InvalidArgumentError(`It ${result.wrong}: use ${result.fix}.`)
  }
}
