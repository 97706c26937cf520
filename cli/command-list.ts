/** Every command, and where its code is. Only the one that is called is loaded, so that the others cost nothing. */
import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

export interface CommandModule {
  /** Adds the command, with its subcommands and options, to the program. */
  register(program: Command, context: CommandContext): void
}

export interface CommandEntry {
  readonly name: string
  /** As in the command's own description. */
  readonly summary: string
  readonly load: () => Promise<CommandModule>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'run the service until Ctrl-C or SIGTERM',
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'doctor',
    summary: 'check this machine and the configuration, and say how to fix each fault',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'config',
    summary: 'show, check and document the configuration',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'import',
    summary: 'send the products, customers, orders or past demand of a file to the service',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'events',
    summary: 'show the log, decoded',
    load: () => import('./commands/events.ts'),
  },
  {
    name: 'watch',
    summary: 'show changes as they come',
    load: () => import('./commands/watch.ts'),
  },
  {
    name: 'flood',
    summary: 'send random orders to the service and report rate and latency',
    load: () => import('./commands/flood.ts'),
  },
  {
    name: 'generate',
    summary: 'write files of made-up payments and user events, from a seed',
    load: () => import('./commands/generate.ts'),
  },
  {
    name: 'fraud',
    summary: 'score payments by a table of rules, export them from the log, and train a table',
    load: () => import('./commands/fraud.ts'),
  },
  {
    name: 'produce',
    summary: 'send the orders, delivery reports and user events of a file to Kafka',
    load: () => import('./commands/produce.ts'),
  },
  {
    name: 'consume',
    summary: 'show the messages of a topic, decoded',
    load: () => import('./commands/consume.ts'),
  },
  {
    name: 'lag',
    summary: 'show how far behind consumer groups, the relay and the projections are',
    load: () => import('./commands/lag.ts'),
  },
  {
    name: 'simulate',
    summary: 'run a shop scenario against the service',
    load: () => import('./commands/simulate.ts'),
  },
  {
    name: 'dead-letters',
    summary: 'show the records that could not be handled, retry or discard them',
    load: () => import('./commands/dead-letters.ts'),
  },
  {
    name: 'poison',
    summary: 'send bad records among good orders, and check that each is parked and no order is lost',
    load: () => import('./commands/poison.ts'),
  },
  {
    name: 'verify',
    summary: 'check the laws on all stored data, whether the service runs or not',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'replay',
    summary: 'rebuild read models from the log, next to the live ones',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'projections',
    summary: 'show the read models, pause and resume them, compare them with the log',
    load: () => import('./commands/projections.ts'),
  },
  {
    name: 'payments',
    summary: 'compare the book of a payment gateway with the log',
    load: () => import('./commands/payments.ts'),
  },
  {
    name: 'reactors',
    summary: 'show the reactors, pause them, and retry what they could not do',
    load: () => import('./commands/reactors.ts'),
  },
  {
    name: 'gateway',
    summary: 'run a payment gateway that moves no money, until Ctrl-C or SIGTERM',
    load: () => import('./commands/gateway.ts'),
  },
  {
    name: 'mail',
    summary: 'show the mails that customers get',
    load: () => import('./commands/mail.ts'),
  },
  {
    name: 'db',
    summary: 'migrate, show, dump, restore or reset the database',
    load: () => import('./commands/db.ts'),
  },
  {
    name: 'cluster',
    summary: 'run a real Kafka and a real schema registry until Ctrl-C, without Docker',
    load: () => import('./commands/cluster.ts'),
  },
  {
    name: 'topics',
    summary: 'create the topics of Kafka and compare them with what they should be',
    load: () => import('./commands/topics.ts'),
  },
  {
    name: 'schemas',
    summary: 'work on the Avro schemas of the events',
    load: () => import('./commands/schemas.ts'),
  },
]
