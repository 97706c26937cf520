/** The program of the thread that sends mail, and what it and its host (mail-thread.ts) say to each other. */
import { workerData } from 'node:worker_threads'
import type { Mail, SendOutcome } from '../../reactors/mail/mailer.ts'
import { hostLog, threadHost } from '../programs/host-log.ts'
import { openMailer, type MailerSettings } from './open-mailer.ts'

export type HostMessage =
  { readonly kind: 'send'; readonly number: number; readonly mail: Mail } | { readonly kind: 'close' }

export interface MailMessage {
  readonly kind: 'outcome'
  readonly number: number
  readonly outcome: SendOutcome
}

const host = threadHost()
const mailer = openMailer(workerData as MailerSettings, hostLog(host))

host.on('message', (message: HostMessage) => {
  if (message.kind === 'close') void close()
  else void send(message)
})

async function send({ number, mail }: HostMessage & { readonly kind: 'send' }): Promise<void> {
  const outcome = await mailer.send(mail)
  host.postMessage({ kind: 'outcome', number, outcome } satisfies MailMessage)
}

/** What is under way ends with its outcome; then the thread ends. */
async function close(): Promise<void> {
  await mailer.close()
  host.close()
}
