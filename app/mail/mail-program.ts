/** The program of the thread that sends mail, and what it and its host (mail-thread.ts) tell each other. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Mail, SendOutcome } from '../../reactors/mail/mailer.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { openMailer, type MailerSettings } from './open-mailer.ts'

export type HostMessage =
  { readonly kind: 'send'; readonly number: number; readonly mail: Mail } | { readonly kind: 'close' }

export type MailMessage =
  | { readonly kind: 'outcome'; readonly number: number; readonly outcome: SendOutcome }
  | { readonly kind: 'log'; readonly level: keyof WorkerLog; readonly fields: object; readonly message: string }

if (parentPort === null) throw new Error('this file runs only as a thread')
const host = parentPort
const tell = (message: MailMessage) => host.postMessage(message)
const logged = (level: keyof WorkerLog) => (fields: object, message: string) =>
  tell({ kind: 'log', level, fields, message })
const log: WorkerLog = { info: logged('info'), warn: logged('warn'), error: logged('error') }
const mailer = openMailer(workerData as MailerSettings, log)

host.on('message', (message: HostMessage) => {
  if (message.kind === 'close') void close()
  else void send(message)
})

async function send({ number, mail }: HostMessage & { readonly kind: 'send' }): Promise<void> {
  tell({ kind: 'outcome', number, outcome: await mailer.send(mail) })
}

/** What is under way ends with its outcome; then the thread ends. */
async function close(): Promise<void> {
  await mailer.close()
  host.close()
}
