/** What a thread logs, its host logs: a line crosses as a message. */
import { parentPort, type MessagePort } from 'node:worker_threads'
import type { WorkerLog } from '../../store/log/under-lease.ts'

export interface LogLine {
  readonly kind: 'log'
  readonly level: keyof WorkerLog
  readonly fields: object
  readonly message: string
}

export function isLogLine(message: { readonly kind: string }): message is LogLine {
  return message.kind === 'log'
}

/** Of the calling thread. */
export function threadHost(): MessagePort {
  if (parentPort === null) throw new Error('this file runs only as a thread')
  return parentPort
}

export function hostLog(host: MessagePort): WorkerLog {
  const logged = (level: LogLine['level']) => (fields: object, message: string) =>
    host.postMessage({ kind: 'log', level, fields, message } satisfies LogLine)
  return { info: logged('info'), warn: logged('warn'), error: logged('error') }
}
