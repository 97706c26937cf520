/** Services of one database that are killed one after the other, each at a point of its own. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CrashPoint } from '../../app/crash-points.ts'
import { reactorNames, type ReactorName } from '../../reactors/list.ts'
import { eventually } from '../support/eventually.ts'
import { leftToDo } from './left-to-do.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'
import { query } from '../support/query.ts'
import type { Reacting } from './reacting.ts'

/** This many new causes wait at each death, beside those that the dead left. */
export const EACH = 3

export interface Dying {
  /** Of the service that runs now, or ran last. */
  readonly dataDir: string
  /**
   * Starts a service that is killed at its first passage of the point, and does `meanwhile` once it is ready. Resolves after
   * its end; rejects when it ended in another way.
   */
  dieAt(point: CrashPoint, meanwhile?: (service: Service) => Promise<unknown>): Promise<void>
  /** Starts one that lives until `close`, or until the next one dies. */
  live(): Promise<Service>
  /** Ends the one that runs now, if any does: nothing happens until the next one starts. */
  rest(): Promise<void>
  /** At which points services really died, in turn. */
  readonly fired: readonly CrashPoint[]
  close(): Promise<void>
}

export function openDying(env: Readonly<Record<string, string>> & { readonly DATABASE_URL: string }): Dying {
  const data = makeDataDir()
  const fired: CrashPoint[] = []
  let running: Service | null = null

  async function start(more: Readonly<Record<string, string>>): Promise<Service> {
    await running?.kill()
    // The dead hold it for a second and a half, which has nothing to do with where they died.
    await query(env.DATABASE_URL, 'delete from log.leases')
    running = await startService({ dataDir: data.path, env: { EFFECTS: 'on', ...env, ...more }, unready: true })
    return running
  }

  return {
    dataDir: data.path,
    fired,
    async dieAt(point, meanwhile) {
      const logFile = join(data.path, `${point}-${String(fired.length)}`)
      const service = await start({ CRASH_POINT: `${point}:1`, CRASH_LOG: logFile })
      if (meanwhile !== undefined) await meanwhile(await service.ready())
      const { signal } = await service.exited
      if (signal !== 'SIGKILL' || !existsSync(logFile)) {
        throw new Error(`it did not die at ${point}:\n${service.output()}`)
      }
      fired.push(point)
    },
    async live() {
      return (await start({})).ready()
    },
    async rest() {
      await running?.kill()
    },
    async close() {
      await running?.kill()
      data.remove()
    },
  }
}

/** Services with one reactor: the others are paused. */
export async function dying(
  reacting: Reacting,
  only: ReactorName,
  env: Readonly<Record<string, string>>,
): Promise<Dying> {
  for (const name of reactorNames) if (name !== only) await reacting.reactors.pause(name)
  const services = openDying({ DATABASE_URL: reacting.url, ROLES: 'reactor', ...env })
  onTestFinished(() => services.close())
  return services
}

/** Resolves when the reactor has read and done all that there is. */
export async function settled(reacting: Reacting, name: ReactorName): Promise<void> {
  await eventually(async () => {
    const { lagEvents } = await reacting.state(name)
    return lagEvents === 0 && (await leftToDo(reacting.pool)).every(({ reactor }) => reactor !== name)
  })
}

export function ids(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1)}`)
}
