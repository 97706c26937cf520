/** One broker for all test files that neither kill nor secure it: started when the first of them asks. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { startKafka, type KafkaCluster, type KafkaOptions } from '../../cluster/kafka/kafka.ts'
import { MavenFailure } from '../../cluster/maven.ts'
import { StartFailure } from '../../app/start-failure.ts'

/** What a test file is answered. */
export type SharedKafka =
  | { readonly bootstrap: readonly string[]; readonly missing: null }
  /** What is missing here, and what brings it. */
  | { readonly bootstrap: null; readonly missing: string }

export interface KafkaDoor {
  /** Answers SharedKafka as JSON. */
  readonly url: string
  /** Stops the broker too, if it was started. */
  close(): Promise<void>
}

/** Files run in processes of their own: they ask the one that outlives them all. */
export async function openKafkaDoor(): Promise<KafkaDoor> {
  let started: Promise<KafkaCluster> | null = null
  const answer = async (): Promise<SharedKafka> => {
    try {
      started ??= startKafka({ ...here(process.env), brokers: 1 })
      const { bootstrap } = await started
      return { bootstrap, missing: null }
    } catch (error) {
      if (!isMissing(error)) throw error
      return { bootstrap: null, missing: error.message }
    }
  }
  const server = createServer((_, response) => {
    answer().then(
      (shared) => response.end(JSON.stringify(shared)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async close() {
      server.closeAllConnections()
      server.close()
      const cluster = await started?.catch(() => null)
      await cluster?.stop()
    },
  }
}

/** Where this machine has Java, and keeps what was fetched. */
export function here(env: NodeJS.ProcessEnv): Pick<KafkaOptions, 'cacheDir' | 'javaHome'> {
  return { cacheDir: cacheDirectory(env), javaHome: env['JAVA_HOME'] }
}

/** Java, openssl, Maven or the network. */
export function isMissing(error: unknown): error is Error {
  const missing = ['java-missing', 'openssl-missing']
  return error instanceof MavenFailure || (error instanceof StartFailure && missing.includes(error.code))
}
