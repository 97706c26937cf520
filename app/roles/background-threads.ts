/** What a process does beside its answers, by its roles: the projector, the replayer and the relay, each in a thread. */
import type { Metrics } from '../../api/metrics.ts'
import type { Check } from '../../api/parts.ts'
import type { EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { BackgroundThread, type BackgroundThreadParts } from './background-thread.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { Releases } from '../start/releases.ts'

export interface BackgroundThreadsOptions {
  readonly config: Config
  readonly databaseUrl: string
  readonly ids: EventSchemaIds
  readonly metrics: Metrics | null
  readonly log: Log
  readonly releases: Releases
}

export interface BackgroundThreads {
  readonly projector: BackgroundThread | null
  readonly relay: BackgroundThread | null
  /** Of the threads that there are. */
  readonly checks: () => readonly Check[]
}

/** Resolves when each of them is at work. */
export async function startThreads(options: BackgroundThreadsOptions): Promise<BackgroundThreads> {
  const { config, databaseUrl, ids, metrics, log, releases } = options
  const { crash, driftCheck, relayLoses, roles } = config
  const kafka = config.kafka === null ? null : { settings: config.kafka, schemaIds: ids.entries, relayLoses }
  const data = { databaseUrl, crash, driftCheck, kafka }

  async function started(name: BackgroundThreadParts['name']): Promise<BackgroundThread> {
    const thread = new BackgroundThread({ name, data, log })
    await thread.start()
    releases.add(name, () => thread.stop())
    return thread
  }

  const projector = roles.includes('projector') ? await started('projector') : null
  if (projector !== null) await started('replayer')
  const relay = kafka !== null && roles.includes('relay') ? await started('relay') : null
  if (relay !== null) {
    metrics?.watchRelay(() => ({ publishing: relay.health().state === 'working', figures: relay.figures() }))
  }
  const orders = roles.includes('api')
  return { projector, relay, checks: () => [...projectorChecks(projector), ...relayChecks(relay, { orders })] }
}

/** A process that stands by is as ready as one that follows: somebody else keeps the read models. One that waits has a failure that passes. */
function projectorChecks(projector: BackgroundThread | null): readonly Check[] {
  if (projector === null) return []
  const { state, reason } = projector.health()
  const ok = state !== 'broken' && state !== 'stopped'
  return [{ name: 'projector', ok, ageSeconds: 0, detail: ok ? null : (reason ?? state) }]
}

/**
 * While Kafka is away orders are taken all the same: what waits is published later. So that makes a process unready only
 * where it has no orders to take.
 */
function relayChecks(relay: BackgroundThread | null, { orders }: { readonly orders: boolean }): readonly Check[] {
  if (relay === null) return []
  const { state, reason } = relay.health()
  const works = state === 'working' || state === 'standby'
  const ok = works || (state === 'waiting' && orders)
  return [{ name: 'relay', ok, ageSeconds: 0, detail: works ? null : `${state}: ${reason ?? ''}` }]
}
