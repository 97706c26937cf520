/** Runs a program of ours in a thread, and logs what it logs. */
import { Worker, type ResourceLimits } from 'node:worker_threads'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { isLogLine, type LogLine } from './host-log.ts'
import { programFile } from './program-file.ts'

export interface ThreadParts<FromThread> {
  /** Its path below the root, without its ending. */
  readonly program: string
  readonly data: unknown
  readonly limits?: ResourceLimits
  readonly log: WorkerLog
  /** Called with each message that is no log line. */
  readonly hear: (message: FromThread) => void
}

export interface LaunchedThread<ToThread> {
  post(message: ToThread): void
  /** Resolves when it is gone, with what it failed with; null: it ended by itself. */
  readonly ended: Promise<unknown>
}

export function launchThread<ToThread, FromThread extends { readonly kind: string }>({
  program,
  data,
  limits = {},
  log,
  hear,
}: ThreadParts<FromThread>): LaunchedThread<ToThread> {
  const { url, args } = programFile(program)
  const worker = new Worker(url, { argv: [...args], workerData: data, resourceLimits: limits })
  worker.on('message', (message: FromThread | LogLine) => {
    if (isLogLine(message)) log[message.level](message.fields, message.message)
    else hear(message)
  })
  let failure: unknown = null
  worker.on('error', (error) => (failure = error))
  const ended = new Promise((resolve) => worker.on('exit', () => resolve(failure)))
  return { post: (message) => worker.postMessage(message), ended }
}
