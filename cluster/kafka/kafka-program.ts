/** Apache Kafka as programs of a Java: its jars from Maven Central, and how each of them is run. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { javaRuntime, type JavaRuntimeOptions } from '../java-runtime.ts'
import { mavenJars } from '../maven.ts'

export const KAFKA_RELEASE = '4.3.1'
/** Without the second it logs nothing. */
const ARTIFACTS = [`org.apache.kafka:kafka_2.13:${KAFKA_RELEASE}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4']
const JAVA = 17
/** Compiled by the quick compiler alone and with the simple collector it starts sooner; a broker takes 150 MB. */
const FLAGS = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const FORMAT_MS = 120_000

export interface KafkaProgram {
  readonly java: string
  /** What Java takes before the name of a program. */
  readonly flags: readonly string[]
  /** The file of an archive of loaded classes: a broker that has it starts with half the work. */
  readonly archive: string
}

/** Fetched at the first call. Throws MavenFailure or StartFailure (java-missing). */
export async function kafkaProgram(options: JavaRuntimeOptions): Promise<KafkaProgram> {
  const { cacheDir, onNote } = options
  const java = await javaRuntime(JAVA, options)
  const onFetch = (): void => onNote?.(`fetching Apache Kafka ${KAFKA_RELEASE} from Maven Central, once (44 MB)`)
  const jars = await mavenJars({ cacheDir, name: 'kafka', artifacts: ARTIFACTS, onFetch })
  // Another Java would leave the archive aside.
  const fingerprint = createHash('sha256').update(java).digest('hex').slice(0, 8)
  return { java, flags: [...FLAGS, '-cp', `${jars}/*`], archive: `${jars}-${fingerprint}.jsa` }
}

/** The same program, which writes the archive to this file when a broker of it ends. */
export function archivingTo(file: string, program: KafkaProgram): KafkaProgram {
  return { ...program, flags: [`-XX:ArchiveClassesAtExit=${file}`, ...program.flags] }
}

/** The same program, quick to start. Without a warning should the archive not fit (a Java that was updated). */
export function withArchive(program: KafkaProgram): KafkaProgram {
  return { ...program, flags: [`-XX:SharedArchiveFile=${program.archive}`, '-Xlog:cds=off', ...program.flags] }
}

export interface BrokerFiles {
  /** The folder of all that is this broker's own. */
  readonly home: string
  /** Its server.properties. */
  readonly properties: string
  readonly logSettings: string
  readonly log: string
}

/** The arguments of Java for a broker. */
export function brokerArgs(program: KafkaProgram, { logSettings, properties }: BrokerFiles): readonly string[] {
  return [`-Dlog4j2.configurationFile=${logSettings}`, ...program.flags, 'kafka.Kafka', properties]
}

export interface Format {
  /** The path of server.properties, which names the storage. */
  readonly properties: string
  readonly clusterId: string
  /** Users to create, as `--add-scram` takes them. */
  readonly users: readonly string[]
}

/** Makes the storage of a broker. */
export async function formatStorage(program: KafkaProgram, { properties, clusterId, users }: Format): Promise<void> {
  const scram = users.flatMap((user) => ['--add-scram', user])
  const args = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties, ...scram]
  const flags = program.flags.filter((flag) => !flag.startsWith('-XX:ArchiveClassesAtExit'))
  await promisify(execFile)(program.java, [...flags, ...args], { timeout: FORMAT_MS })
}
