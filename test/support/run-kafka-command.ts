/** The command line on a cluster: `orderledger <args>` with the variables that name it, in a directory of its own. */
import { kafkaClient } from '../../kafka/client/connection.ts'
import { createTopics } from '../../kafka/topics/topic-admin.ts'
import type { TestKafka } from './kafka.ts'
import { startCommand, type RunningCommand } from './run-command.ts'
import { makeDataDir } from './service.ts'

export interface KafkaCommands {
  readonly dataDir: string
  /** For whatever else has to find the cluster. */
  readonly env: Readonly<Record<string, string>>
  start(args: readonly string[], input?: string | Buffer | null): RunningCommand
  run(...args: readonly string[]): RunningCommand['finished']
  /** Ends what still runs. */
  close(): Promise<void>
}

/** With the topics of the table under the prefix. `env`: beside the brokers and the prefix. */
export async function kafkaCommands(
  kafka: TestKafka,
  prefix: string,
  more: Readonly<Record<string, string>> = {},
): Promise<KafkaCommands> {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const admin = kafkaClient(kafka.settings(prefix), { clientId: 'test', log: silent }).admin()
  await admin.connect()
  await createTopics(admin, prefix)
  await admin.disconnect()
  const data = makeDataDir()
  const started: RunningCommand[] = []
  const env = { KAFKA_BROKERS: kafka.bootstrap.join(','), TOPIC_PREFIX: prefix, ...more }
  const start: KafkaCommands['start'] = (args, input) => {
    const command = startCommand(data.path, args, { env, ...(input === undefined ? {} : { input }) })
    started.push(command)
    return command
  }
  return {
    dataDir: data.path,
    env,
    start,
    run: async (...args) => start(args).finished,
    async close() {
      for (const command of started) command.signal('SIGKILL')
      await Promise.all(started.map(({ finished }) => finished))
      data.remove()
    },
  }
}
