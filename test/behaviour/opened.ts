/** What customers do, opened in this process as a service has it, on a database and topics of a test. */
import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { openBehaviour, type OpenBehaviourOptions } from '../../app/insights/open-behaviour.ts'
import type { TopicOptions } from '../../app/insights/open-topic.ts'
import type { Role } from '../../app/roles/background-work.ts'
import { Releases } from '../../app/start/releases.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { UserEvent } from '../../schemas/behaviour/user-event.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { Listener } from '../../store/postgres/listener.ts'

export interface OpenHere extends Partial<Omit<OpenBehaviourOptions, 'config' | 'topic'>> {
  readonly url: string
  readonly roles: readonly Role[]
  /** Absent: without Kafka. */
  readonly topic?: TopicOptions
  readonly mostBytes?: number
}

export async function openHere({ url, roles, mostBytes = 2 ** 32, ...options }: OpenHere) {
  const releases = new Releases()
  const lines: Readonly<Record<string, unknown>>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const notices = new Listener(url, {})
  await notices.start()
  releases.add('listener', () => notices.stop())
  const opened = await openBehaviour({
    config: { roles, behaviourMaxBytes: mostBytes },
    ...{ databaseUrl: url, notices, clock: () => Date.now(), log, releases },
    ...options,
  })
  return {
    ...opened,
    /** Lines of the log so far. */
    lines,
    /** Rejects where a part does not stop cleanly. */
    async stop() {
      const failures: unknown[] = []
      await releases.release((_part, error) => failures.push(error))
      if (failures.length > 0) throw failures[0]
    },
  }
}

export type OpenedHere = Awaited<ReturnType<typeof openHere>>

/** `pool`: of the embedded registry. */
export function topicOf(settings: KafkaSettings, pool: Pool): TopicOptions {
  const registry = embeddedRegistry(pool)
  return { settings, registry, isShared: false, pseudonym: () => '0102030405060708', crash: null }
}

export function eventOf(change: Partial<UserEvent> = {}): UserEvent {
  return {
    ...{ eventId: randomBytes(16), type: 'page_view', at: Date.now(), subject: 'someone', customerId: null, sku: null },
    ...{ quantity: 0, amount: 0, currency: '', orderId: null, channel: 'web', region: '', device: null, card: null },
    ...{ address: null, network: null, cardRegion: '', reason: null },
    ...change,
  }
}

export function takenOf(events: readonly UserEvent[]) {
  return events.map((event) => ({ event, moved: false }))
}
