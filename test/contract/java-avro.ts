/** Java's own Avro, in a JVM beside the tests: what it says about schemas is what ours must say. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findJava } from '../../cluster/java.ts'
import { mavenJars } from '../../cluster/maven.ts'
import { leaveOut } from '../support/left-out.ts'

const SOURCE = fileURLToPath(new URL('../java/SchemaVerdicts.java', import.meta.url))
const ARTIFACTS = ['org.apache.avro:avro:1.12.0', 'org.slf4j:slf4j-nop:2.0.13']
const MINIMUM = 11

export type JavaAnswer =
  | { readonly canonical: string }
  /** `TYPE @path message`, as SchemaCompatibility lists them. */
  | { readonly why: readonly string[] }
  | { readonly error: string }

export type JavaQuestion = { readonly schema: string } | { readonly reader: string; readonly writer: string }

export interface JavaAvro {
  /** One answer to each question, in their order. */
  ask(questions: readonly JavaQuestion[]): Promise<readonly JavaAnswer[]>
  close(): Promise<void>
}

/** Null where it cannot be had and nobody demands that it is (REQUIRE_ALL=1). */
export async function openJavaAvro(): Promise<JavaAvro | null> {
  try {
    return await startJavaAvro()
  } catch (cause) {
    return leaveOut(`Java's Avro: ${String(cause)}`, cause)
  }
}

async function startJavaAvro(): Promise<JavaAvro> {
  const found = findJava(MINIMUM, { javaHome: process.env['JAVA_HOME'], compiler: true })
  if (found === null || found.javac === null)
    throw new Error(`no JDK of version ${MINIMUM} or newer: apt-get install -y openjdk-17-jdk-headless`)
  const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'orderledger')
  const jars = join(await mavenJars({ cacheDir, name: 'avro', artifacts: ARTIFACTS }), '*')
  const classes = await mkdtemp(join(tmpdir(), 'schema-verdicts-'))
  await promisify(execFile)(found.javac, ['-cp', jars, '-d', classes, SOURCE])
  const jvm = spawn(found.java, ['-cp', `${classes}:${jars}`, 'SchemaVerdicts'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(jvm, 'close')
  // That it is gone is said where its answer is missed.
  jvm.stdin.on('error', () => undefined)
  const lines = createInterface({ input: jvm.stdout })[Symbol.asyncIterator]()
  return {
    async ask(questions) {
      jvm.stdin.write(questions.map((question) => `${JSON.stringify(question)}\n`).join(''))
      const answers: JavaAnswer[] = []
      for (const _ of questions) {
        const line = await lines.next()
        if (line.done === true) throw new Error('the JVM ended before it had answered')
        answers.push(JSON.parse(line.value) as JavaAnswer)
      }
      return answers
    },
    async close() {
      jvm.stdin.end()
      await ended
      await rm(classes, { recursive: true })
    },
  }
}
