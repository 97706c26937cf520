/**
 * What a process does beside its answers, by its roles. This is the one list of it: the names of roles, starting, the lines
 * at the start, readiness and metrics follow. A new one is a row here and the file that the row opens.
 */
import type { Metrics } from '../../api/metrics.ts'
import { REPLAYS_CHANNEL } from '../../projections/replay/replays.ts'
import { LOG_CHANNEL } from '../../store/log/append.ts'
import type { OpenWork, WorkReport } from './open-work.ts'

export interface BackgroundWork {
  readonly name: string
  readonly role: string
  /** A thread of its own delays no answer and has its own garbage; in the process there may be an executor. */
  readonly host: 'thread' | 'process'
  /** It runs only where there is Kafka. */
  readonly needsKafka: boolean
  /** Channels of notifications that it hears. */
  readonly hears: readonly string[]
  /** The name of its line at the start; null: it has none. */
  readonly step: string | null
  /** Whether a process of these roles is ready while it waits for what it needs; null: readiness does not ask it. */
  readonly readyWaiting: ((roles: readonly string[]) => boolean) | null
  readonly watch: ((metrics: Metrics, report: () => WorkReport) => void) | null
  readonly open: () => Promise<OpenWork>
}

const always = (): boolean => true

/** In the order in which they start. */
const list = [
  {
    name: 'projector',
    role: 'projector',
    host: 'thread',
    needsKafka: false,
    step: 'projections',
    hears: [LOG_CHANNEL],
    readyWaiting: always,
    watch: null,
    open: async () => (await import('./projector-work.ts')).openProjectorWork,
  },
  {
    name: 'replayer',
    role: 'projector',
    host: 'thread',
    needsKafka: false,
    step: null,
    hears: [REPLAYS_CHANNEL],
    readyWaiting: null,
    watch: null,
    open: async () => (await import('./replayer-work.ts')).openReplayerWork,
  },
  {
    name: 'relay',
    role: 'relay',
    host: 'thread',
    needsKafka: true,
    step: 'relay',
    hears: [LOG_CHANNEL],
    // While Kafka is away orders are taken all the same: what waits is published later.
    readyWaiting: (roles) => roles.includes('api'),
    watch: (metrics, report) => metrics.watchRelay(report),
    open: async () => (await import('./relay-work.ts')).openRelayWork,
  },
  {
    name: 'reactors',
    role: 'reactor',
    host: 'process',
    needsKafka: false,
    step: 'reactors',
    hears: [LOG_CHANNEL],
    readyWaiting: always,
    watch: null,
    open: async () => (await import('./reactor-work.ts')).openReactorWork,
  },
] as const satisfies readonly BackgroundWork[]

export const backgroundWork: readonly BackgroundWork[] = list

export type Role = 'api' | (typeof list)[number]['role']

export const roles: readonly Role[] = [...new Set<Role>(['api', ...list.map(({ role }) => role)])]
