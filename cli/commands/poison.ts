/** Sends records that no consumer should fall over, mixed with good orders, and says what became of them. */
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { addServiceOptions, withService, type ServiceOptions } from '../client/service.ts'
import { poisonText } from '../output/poison-text.ts'
import { runPoison } from '../load/run-poison.ts'

const details = `
Needs KAFKA_BROKERS, and a service that reads from the same cluster with the same TOPIC_PREFIX.
Exits with 1 unless every bad record is parked once, for the right reason, and every good order is placed.`

export function register(program: Command, context: CommandContext): void {
  addServiceOptions(
    program
      .command('poison')
      .description('send bad records among good orders, and check that each is parked and no order is lost'),
  )
    .addHelpText('after', details)
    .addHelpText('after', examples('orderledger poison', 'orderledger poison --json'))
    .action((options: ServiceOptions) => {
      const config = context.config()
      const { kafka } = config
      if (kafka === null) throw noKafka()
      return withService(context, options, async (client) => {
        const report = await runPoison({
          client,
          settings: kafka,
          registryUrl: config.schemaRegistryUrl,
          currency: config.currency,
          patience: options.patience * 1_000,
          note: (line) => context.output.note(line),
        })
        context.output.result(report, () => poisonText(report))
        if (!report.ok) context.exitWith(1)
      })
    })
}

function noKafka(): StartFailure {
  return new StartFailure({
    code: 'no-kafka',
    exitCode: 2,
    what: 'KAFKA_BROKERS is not set, so poison has no topic to send to',
    tried: 'to read KAFKA_BROKERS',
    next: 'npm run cluster prints what to set; set it for the service and for this command',
  })
}
