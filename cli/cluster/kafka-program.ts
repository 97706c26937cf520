/** Apache Kafka as programs of a Java: its jars from Maven Central, and how each of them is run. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { mavenJars } from './maven.ts'
import { javaRuntime, type JavaRuntimeOptions } from './java-runtime.ts'

export const KAFKA_RELEASE = '4.3.1'
/** Without the second it logs nothing. */
const ARTIFACTS = [`org.apache.kafka:kafka_2.13:${KAFKA_RELEASE}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4']
const JAVA = 17
/** Compiled by the quick compiler alone and with the simple collector it starts sooner; a broker takes 150 MB. */
const JAVA_FLAGS = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const FORMAT_MS = 120_000

export interface KafkaProgram {
  readonly java: string
  /** What Java takes before the arguments of a broker. */
  readonly brokerArgs: (logSettings: string) => readonly string[]
  /** Makes the storage that this server.properties names. */
  format(properties: string, clusterId: string): Promise<void>
}

/** Fetched at the first call. Throws MavenFailure or StartFailure (java-missing). */
export async function kafkaProgram(options: JavaRuntimeOptions): Promise<KafkaProgram> {
  const { cacheDir, onNote } = options
  const java = await javaRuntime(JAVA, options)
  const onFetch = (): void => onNote?.(`fetching Apache Kafka ${KAFKA_RELEASE} from Maven Central, once (44 MB)`)
  const jars = await mavenJars({ cacheDir, name: 'kafka', artifacts: ARTIFACTS, onFetch })
  const flags = [...JAVA_FLAGS, '-cp', `${jars}/*`]
  return {
    java,
    brokerArgs: (logSettings) => [`-Dlog4j2.configurationFile=${logSettings}`, ...flags, 'kafka.Kafka'],
    async format(properties, clusterId) {
      const args = [...flags, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties]
      await promisify(execFile)(java, args, { timeout: FORMAT_MS })
    },
  }
}
