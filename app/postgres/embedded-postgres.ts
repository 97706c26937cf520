/**
 * The project's own Postgres below the data directory: a real server, started by us and stopped with us.
 *
 *   starting --ready--> running --stop()--> stopping --> stopped
 *                        |   ^
 *        process is gone |   | ready again, on the same port
 *                        v   |
 *                      restarting --ten failures in a row--> failed
 *
 * A server that dies under us (killed for memory, say) is started again on the same port, so that every pool that has
 * its URL recovers by reconnecting.
 */
import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { PASSWORD_FILE } from '../checks/directory-checks.ts'
import { postgresAccount } from './account.ts'
import { postgresBinaries } from './binaries.ts'
import type { Cluster } from './cluster.ts'
import { databaseName, launch } from './launch.ts'
import { clusterPassword } from './password-file.ts'
import { clusterUrl } from './postmaster.ts'
import type { Postmaster } from './postmaster.ts'
import type { Claim } from '../start/run-file.ts'

export interface EmbeddedPostgresOptions {
  /** The proof that no other process of ours makes or runs a server in the same directory. */
  readonly claim: Claim
  readonly log: Log
  /** False: nothing is synced to disk. Only for tests that do not look at durability. */
  readonly durable?: boolean
  /** Settings of Postgres beyond its defaults. */
  readonly settings?: Readonly<Record<string, string>>
}

export type EmbeddedPostgresState = 'running' | 'restarting' | 'stopping' | 'stopped' | 'failed'

const largestLogBytes = 20_000_000
const restartAttempts = 10

/** Makes the cluster on first use, clears away an orphan, starts the server and resolves once it answers. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { claim, log, durable = true, settings = {} } = options
  const directory = join(claim.dataDir, 'postgres')
  const logFile = join(claim.dataDir, 'postgres.log')
  const cluster: Cluster = {
    directory,
    binaries: postgresBinaries(),
    account: postgresAccount(),
    password: clusterPassword(join(claim.dataDir, PASSWORD_FILE), directory),
    logFile,
    durable,
  }
  keepPreviousLog(logFile)
  const postmaster = await launch(cluster, { settings, port: null })
  return new EmbeddedPostgres({ cluster, postmaster, log, settings })
}

interface Running {
  readonly cluster: Cluster
  readonly postmaster: Postmaster
  readonly log: Log
  readonly settings: Readonly<Record<string, string>>
}

export class EmbeddedPostgres {
  readonly url: string
  readonly port: number
  readonly #cluster: Cluster
  readonly #log: Log
  readonly #settings: Readonly<Record<string, string>>
  readonly #stopping = new AbortController()
  readonly #supervision: Promise<void>
  #postmaster: Postmaster
  #state: EmbeddedPostgresState = 'running'

  /** Takes over a running server; `startEmbeddedPostgres` is the way to one. */
  constructor({ cluster, postmaster, log, settings }: Running) {
    this.#cluster = cluster
    this.#postmaster = postmaster
    this.#log = log
    this.#settings = settings
    this.port = postmaster.port
    this.url = clusterUrl(cluster, postmaster.port, databaseName)
    this.#supervision = this.#supervise()
  }

  get pid(): number {
    return this.#postmaster.pid
  }

  health(): { readonly state: EmbeddedPostgresState } {
    return { state: this.#state }
  }

  /** Ends all sessions and shuts down cleanly, harder after `timeoutMs`. A second call waits for the first. */
  async stop(timeoutMs?: number): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort()
      if (this.#state !== 'failed') this.#state = 'stopping'
      await this.#postmaster.stop(timeoutMs)
    }
    await this.#supervision
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #supervise(): Promise<void> {
    for (;;) {
      await this.#postmaster.exited
      if (this.#stopping.signal.aborted) break
      this.#state = 'restarting'
      this.#log.error(
        { postgresPid: this.#postmaster.pid, logFile: this.#cluster.logFile },
        'the embedded Postgres ended; restarting it',
      )
      const next = await this.#restart()
      if (next === null) break
      this.#postmaster = next
      // stop() came while the new server started, and stopped the old one only.
      if (this.#stopping.signal.aborted) await next.stop()
      else this.#state = 'running'
    }
    if (this.#stopping.signal.aborted) this.#state = 'stopped'
  }

  async #restart(): Promise<Postmaster | null> {
    for (let attempt = 1; !this.#stopping.signal.aborted; attempt++) {
      try {
        const postmaster = await launch(this.#cluster, { settings: this.#settings, port: this.port })
        this.#log.warn({ postgresPid: postmaster.pid, attempt }, 'the embedded Postgres is running again')
        return postmaster
      } catch (error) {
        this.#log.error({ err: error, attempt }, 'could not restart the embedded Postgres; trying again')
        if (attempt === restartAttempts) {
          this.#state = 'failed'
          return null
        }
        await pause(200 * attempt, undefined, { signal: this.#stopping.signal }).catch(() => {})
      }
    }
    return null
  }
}

// One older log is kept, so that neither grows without bound over years of starts.
function keepPreviousLog(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size > largestLogBytes) renameSync(logFile, `${logFile}.1`)
}
