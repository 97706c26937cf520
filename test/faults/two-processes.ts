/** Two services on one durable database, as a cluster runs them. */
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { makeDataDir, type Service, startService } from '../support/service.ts'

export interface Pair {
  readonly databaseUrl: string
  readonly first: Service
  readonly second: Service
  /** Stops what still runs and removes everything. */
  stop(): Promise<void>
}

export async function startPair(env: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const postgres = await startThrowawayPostgres({ durable: true })
  const folders = [makeDataDir(), makeDataDir()]
  const start = (index: number) =>
    startService({ dataDir: folders[index]?.path ?? '', env: { DATABASE_URL: postgres.url, ...env } })
  const release = async (services: readonly Service[]): Promise<void> => {
    for (const service of services) service.signal('SIGCONT')
    await Promise.all(services.map((service) => service.stop()))
    await postgres.stop()
    for (const folder of folders) folder.remove()
  }
  const started = await Promise.allSettled([start(0), start(1)])
  const services = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const [first, second] = services
  if (first === undefined || second === undefined) {
    await release(services)
    throw new Error('two services did not start', { cause: started.find((result) => result.status === 'rejected') })
  }
  return { databaseUrl: postgres.url, first, second, stop: () => release([first, second]) }
}
