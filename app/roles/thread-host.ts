/** What a background thread and its host (app/roles/background-thread.ts) tell each other. */
import { parentPort, workerData } from 'node:worker_threads'
import { Releases } from '../start/releases.ts'
import type { OpenWork, WorkData, WorkReports } from './open-work.ts'

export type ThreadMessage =
  | { readonly kind: 'started'; readonly detail: string }
  | { readonly kind: 'reports'; readonly reports: WorkReports }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }

type LogLevel = 'info' | 'warn' | 'error'

const REPORT_MS = 250

/** Opens the work and keeps it until the host sends word; then gives back what was registered. */
export async function runThread(open: OpenWork): Promise<void> {
  const host = parentPort
  if (host === null) throw new Error('this file runs only as a thread')
  const tell = (message: ThreadMessage) => host.postMessage(message)
  const log = (level: LogLevel) => (fields: object, message: string) => tell({ kind: 'log', level, fields, message })
  const releases = new Releases()
  // The host sends nothing but the wish to stop.
  const stop = new Promise<void>((resolve) => host.once('message', () => resolve()))
  const thread = {
    ...(workerData as WorkData),
    ...{ releases, executor: null, metrics: null, effects: null },
    log: { info: log('info'), warn: log('warn'), error: log('error') },
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
