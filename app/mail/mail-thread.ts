/**
 * Mail leaves in a thread of its own (mail-program.ts), which the first one starts: to encode a mail and to talk to a server
 * takes as long as to place an order, and orders need the thread that decides. One that ends is an outage for what was under
 * way, and the next mail starts another.
 */
import type { Mail, Mailer, SendOutcome } from '../../reactors/mail/mailer.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { launchThread } from '../programs/launch-thread.ts'
import type { HostMessage, MailMessage } from './mail-program.ts'
import type { MailerSettings } from './open-mailer.ts'

interface Thread {
  send(mail: Mail): Promise<SendOutcome>
  close(): Promise<void>
}

export function threadMailer(settings: MailerSettings, log: WorkerLog): Mailer {
  let thread: Thread | null = null
  let closed = false
  return {
    send(mail) {
      if (closed) return Promise.resolve({ outcome: 'outage', reason: 'stopped' })
      thread ??= launch(settings, log, () => (thread = null))
      return thread.send(mail)
    },
    async close() {
      closed = true
      await thread?.close()
    },
  }
}

function launch(settings: MailerSettings, log: WorkerLog, over: () => void): Thread {
  const underWay = new Map<number, (outcome: SendOutcome) => void>()
  let sent = 0
  let closing = false
  const { post, ended } = launchThread<HostMessage, MailMessage>({
    ...{ program: 'app/mail/mail-program', data: settings, log },
    hear({ number, outcome }) {
      underWay.get(number)?.(outcome)
      underWay.delete(number)
    },
  })
  const settled = ended.then((failure) => {
    over()
    if (!closing) log.error({ err: failure }, 'the thread that sends mail ended; the next mail starts another')
    for (const end of underWay.values()) end({ outcome: 'outage', reason: 'thread-ended' })
  })
  return {
    send(mail) {
      const number = sent++
      const outcome = new Promise<SendOutcome>((resolve) => underWay.set(number, resolve))
      post({ kind: 'send', number, mail })
      return outcome
    },
    close() {
      closing = true
      post({ kind: 'close' })
      return settled
    },
  }
}
