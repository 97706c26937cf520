/** Kafka's own command line, as `kafka-console-consumer.sh` runs it: for what no other client does, groups of newer protocols. */
import { join } from 'node:path'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { javaRuntime } from '../../cluster/java-runtime.ts'
import { mavenJars } from '../../cluster/maven.ts'
import { KAFKA_RELEASE } from '../../cluster/kafka/kafka-program.ts'

const JAVA = 17
const ARTIFACTS = [`org.apache.kafka:kafka-tools:${KAFKA_RELEASE}`]

export interface KafkaTool {
  readonly stdout: () => string
  readonly stderr: () => string
  /** As Ctrl-C does: a consumer leaves its group. */
  stop(): Promise<void>
}

/** `program`: ConsoleConsumer or ConsoleShareConsumer. Fetched at the first call. */
export async function startKafkaTool(
  program: 'ConsoleConsumer' | 'ConsoleShareConsumer',
  args: readonly string[],
): Promise<KafkaTool> {
  const cacheDir = cacheDirectory(process.env)
  const java = await javaRuntime(JAVA, { cacheDir, javaHome: process.env['JAVA_HOME'] })
  const jars = await mavenJars({ cacheDir, name: 'kafka-tools', artifacts: ARTIFACTS })
  const flags = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')]
  const child = spawn(java, [...flags, `org.apache.kafka.tools.consumer.${program}`, ...args])
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  const exited = once(child, 'exit')
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    async stop() {
      child.kill('SIGINT')
      await exited
    },
  }
}
