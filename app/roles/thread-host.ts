/** What a background thread and its host (app/roles/background-thread.ts) say to each other. */
import { workerData } from 'node:worker_threads'
import type { Heard, Notices } from '../../store/postgres/listener.ts'
import { hostLog, threadHost } from '../programs/host-log.ts'
import { Releases } from '../start/releases.ts'
import type { OpenWork, WorkData, WorkReports } from './open-work.ts'

export type ThreadMessage =
  { readonly kind: 'started'; readonly detail: string } | { readonly kind: 'reports'; readonly reports: WorkReports }

/** The wish to stop, or a notification. */
export type HostMessage = 'stop' | { readonly channel: string; readonly payload: string }

const REPORT_MS = 250

/** Opens the work and keeps it until the host sends word; then gives back what was registered. */
export async function runThread(open: OpenWork): Promise<void> {
  const host = threadHost()
  const tell = (message: ThreadMessage) => host.postMessage(message)
  const releases = new Releases()
  const hearing = new Map<string, readonly Heard[]>()
  const notices: Notices = {
    async hear(channel, heard) {
      hearing.set(channel, [...(hearing.get(channel) ?? []), heard])
    },
  }
  const stop = new Promise<void>((resolve) => {
    const hear = (message: HostMessage): void => {
      if (message !== 'stop') {
        for (const heard of hearing.get(message.channel) ?? []) heard(message.payload)
        return
      }
      // A thread that listens to its host does not end.
      host.off('message', hear)
      resolve()
    }
    host.on('message', hear)
  })
  const thread = {
    ...(workerData as WorkData),
    ...{ releases, notices, executor: null, metrics: null, effects: null },
    log: hostLog(host),
  }
  try {
    const { detail, reports } = await open(thread)
    const reporting = setInterval(() => tell({ kind: 'reports', reports: reports() }), REPORT_MS)
    releases.add('reporting', () => clearInterval(reporting))
    tell({ kind: 'started', detail })
    await stop
  } finally {
    await releases.release((part, error) => thread.log.error({ part, err: error }, 'a part did not stop cleanly'))
  }
}
