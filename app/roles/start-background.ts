/** Starts what a process does beside its answers, by its roles (app/roles/background-work.ts). */
import type { Metrics } from '../../api/metrics.ts'
import type { Check } from '../../api/parts.ts'
import type { EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import type { FeedHealth } from '../../kafka/feed/kafka-feed.ts'
import type { Executor } from '../../store/commit/command.ts'
import type { Hops } from '../../store/log/hops.ts'
import type { Notices } from '../../store/postgres/listener.ts'
import { type Health, STOPPED } from '../../store/waiting/health.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { Releases } from '../start/releases.ts'
import { BackgroundThread } from './background-thread.ts'
import { backgroundWork, type BackgroundWork } from './background-work.ts'
import type { OpenedWork, WorkData, WorkEffects, WorkReport } from './open-work.ts'

export interface StartBackground {
  readonly config: Config
  readonly databaseUrl: string
  readonly ids: EventSchemaIds
  /** Of the role `api`, where this process has it. */
  readonly executor: Executor | null
  readonly metrics: Metrics | null
  readonly hops: Hops | null
  readonly log: Log
  readonly notices: Notices
  readonly releases: Releases
  /** Called for each that is at work. */
  readonly step: (name: string, detail: string) => void
}

export interface Background {
  readonly checks: () => readonly Check[]
  /** Of the part that reads a feed from Kafka. */
  readonly feed: () => FeedHealth | null
}

/** Resolves when each of them is at work. */
export async function startBackground(options: StartBackground): Promise<Background> {
  const { config, metrics, step } = options
  const started: (BackgroundWork & OpenedWork)[] = []
  for (const work of backgroundWork) {
    if (!config.roles.some((role) => role === work.role) || (work.needsKafka && config.kafka === null)) continue
    const opened = await open(work, options)
    started.push({ ...work, ...opened })
    if (metrics !== null) work.watch?.(metrics, () => opened.reports()[work.name] ?? NOTHING)
    if (work.step !== null) step(work.step, opened.detail)
  }
  return {
    checks: () =>
      started.flatMap(({ readyWaiting, reports }) =>
        readyWaiting === null
          ? []
          : Object.entries(reports()).map(([name, { health }]) => checkOf(name, health, readyWaiting(config.roles))),
      ),
    feed: () =>
      started.flatMap(({ reports }) => Object.values(reports())).find(({ feed }) => feed !== null)?.feed ?? null,
  }
}

async function open({ name, host, hears, open: load }: BackgroundWork, options: StartBackground): Promise<OpenedWork> {
  const { config, databaseUrl, ids, executor, metrics, log, notices, releases } = options
  const hops = options.hops?.buffer ?? null
  const { crash, driftCheck, relayLoses } = config
  const kafka = config.kafka === null ? null : { settings: config.kafka, schemaIds: ids.entries, relayLoses }
  const data: WorkData = { name, databaseUrl, crash, driftCheckEvery: PERIODS[driftCheck], kafka, hops }
  if (host === 'process')
    return (await load())({ ...data, executor, metrics, log, notices, releases, effects: effectsOf(config) })
  const thread = new BackgroundThread({ data, log })
  for (const channel of hears) await notices.hear(channel, (payload) => thread.tell(channel, payload))
  const opened = await thread.start()
  releases.add(name, () => thread.stop())
  return opened
}

function effectsOf({ payments, dataDir, effects: allowed, deliverySimulation, ...config }: Config): WorkEffects {
  const { gateway, timeoutSeconds, bankTransferDays: transferDays } = payments
  const { smtpUrl, smsUrl, mailFrom: from, operatorEmail: operator, production, restockAlert } = config
  return {
    payments: { gateway, timeoutMs: timeoutSeconds * 1_000, transferDays, dataDir },
    mail: { smtpUrl, smsUrl, from, operator, secure: production },
    restockAlert,
    fraudTable: config.fraudTable,
    fraudHold: config.fraudHold,
    deliverySimulation,
    allowed,
  }
}

const NOTHING: WorkReport = { health: STOPPED, figures: {}, feed: null }
const DAY_MS = 86_400_000
const PERIODS = { off: null, daily: DAY_MS, weekly: 7 * DAY_MS } as const

/** A process that stands by is as ready as one that works: another one does the work. */
function checkOf(name: string, { state, reason }: Health, readyWaiting: boolean): Check {
  const works = state === 'working' || state === 'standby'
  const ok = works || (state === 'waiting' && readyWaiting)
  return { name, ok, ageSeconds: 0, detail: state === 'working' ? reason : works ? null : `${state}: ${reason ?? ''}` }
}
