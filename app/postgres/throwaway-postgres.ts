/** A Postgres server for tests and benchmarks: in a temporary directory, gone when stopped. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { postgresAccount } from './account.ts'
import { postgresBinaries } from './binaries.ts'
import type { Cluster } from './cluster.ts'
import { databaseName, launch } from './launch.ts'
import { clusterUrl } from './postmaster.ts'

export interface ThrowawayPostgresOptions {
  /** True: fsync as in production, for whatever looks at durability. Default false. */
  readonly durable?: boolean
  readonly settings?: Readonly<Record<string, string>>
}

export interface ThrowawayPostgres {
  /** Of the database `orderledger`, as its superuser. The same for the server's whole life. */
  readonly url: string
  readonly port: number
  /** Of the postmaster that runs now. */
  readonly pid: number
  /** Stops as a power cut would (mode immediate) and starts again on the same port. */
  restartImmediate(): Promise<void>
  /** Stops the server and removes its files. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startThrowawayPostgres(options: ThrowawayPostgresOptions = {}): Promise<ThrowawayPostgres> {
  const { durable = false, settings = {} } = options
  const home = mkdtempSync(join(tmpdir(), 'orderledger-postgres-'))
  const account = postgresAccount()
  // mkdtemp makes it 0700, which would keep the user `postgres` out of it.
  if (account !== null) chmodSync(home, 0o711)
  const cluster: Cluster = {
    directory: join(home, 'postgres'),
    binaries: postgresBinaries(),
    account,
    password: randomBytes(12).toString('base64url'),
    logFile: join(home, 'postgres.log'),
    durable,
  }
  const remove = (): void => {
    rmSync(home, { recursive: true, force: true })
  }
  let postmaster = await launch(cluster, { settings, port: null }).catch((error: unknown) => {
    remove()
    throw error
  })
  const { port } = postmaster
  const stop = async (): Promise<void> => {
    await postmaster.stopImmediately()
    remove()
  }
  return {
    url: clusterUrl(cluster, port, databaseName),
    port,
    get pid() {
      return postmaster.pid
    },
    async restartImmediate() {
      await postmaster.stopImmediately()
      postmaster = await launch(cluster, { settings, port })
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
