/** Brings a cluster up: the way cleared, a port found, and the few failures that pass by themselves tried again. */
import pg from 'pg'
import { clientConfig, PROBE_SESSION } from '../../store/postgres/database.ts'
import { StartFailure } from '../start-failure.ts'
import { clusterUser, ensureCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { freePort } from './free-port.ts'
import { stopOrphan } from './pid-file.ts'
import { clusterUrl, startPostmaster } from './postmaster.ts'
import type { Postmaster } from './postmaster.ts'

/** The database that every cluster made here has. */
export const databaseName = 'orderledger'

export interface LaunchOptions {
  readonly settings: Readonly<Record<string, string>>
  /** Null: any free port. */
  readonly port: number | null
}

const attempts = 20

/** Makes the cluster if needed, starts it and sees that its database exists. */
export async function launch(cluster: Cluster, options: LaunchOptions): Promise<Postmaster> {
  await ensureCluster(cluster)
  await stopOrphan(cluster.directory)
  const postmaster = await startPatiently(cluster, options)
  try {
    await ensureDatabase(clusterUrl(cluster, postmaster.port, 'postgres'))
    return postmaster
  } catch (error) {
    await postmaster.stop()
    throw error
  }
}

// `port-taken`: someone took the free port first. `still-stopping`: backends of a killed postmaster hold the shared
// memory until they notice, within a second or so.
async function startPatiently(cluster: Cluster, { settings, port }: LaunchOptions): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startPostmaster(cluster, { port: port ?? (await freePort()), settings })
    } catch (error) {
      const passing = error instanceof StartFailure && ['port-taken', 'still-stopping'].includes(error.code)
      if (!passing || attempt === attempts) throw error
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt))
    }
  }
}

// Asked at every start: a kill between initdb and this statement leaves a cluster without it.
async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client(clientConfig(url, { name: PROBE_SESSION }))
  await client.connect()
  try {
    const found = await client.query('select from pg_database where datname = $1', [databaseName])
    if (found.rowCount === 0) await client.query(`create database ${databaseName} owner ${clusterUser}`)
  } finally {
    await client.end()
  }
}
