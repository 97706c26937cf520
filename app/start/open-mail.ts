/** Mail and text messages as the settings name them. The embedded inbox is opened by its first mail: most who try us send none. */
import type { MailParts } from '../../reactors/mail/mail.ts'
import type { Mailer, Sender } from '../../reactors/mail/mailer.ts'
import { openInbox } from '../../reactors/mail/inbox.ts'
import { httpTexter, simulatedTexter } from '../../reactors/mail/sms.ts'
import { stockFallsIn } from '../../reactors/operator/stock-falls.ts'
import { smtpMailer } from '../../reactors/mail/smtp-mailer.ts'
import { parseSmtpUrl } from '../../reactors/mail/smtp-url.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Pool } from '../../store/postgres/database.ts'

/** Plain data. */
export interface MailSettings {
  /** Null: the embedded inbox. */
  readonly smtpUrl: string | null
  /** Null: text messages are simulated. */
  readonly smsUrl: string | null
  readonly from: Sender
  /** Where operators get mail; null: they get none. */
  readonly operator: string | null
  /** Servers outside this machine must speak TLS. */
  readonly secure: boolean
}

export interface OpenedMail extends MailParts {
  close(): Promise<void>
}

/** `pool`: of the embedded inbox, and of the log. */
export function openMail(
  { smtpUrl, smsUrl, from, operator, secure }: MailSettings,
  { pool, log }: { readonly pool: Pool; readonly log: WorkerLog },
): OpenedMail {
  const mailer =
    smtpUrl === null ? inboxMailer(pool, { from, log }) : smtpMailer({ server: server(smtpUrl, secure), from })
  const texter = smsUrl === null ? simulatedTexter : httpTexter(smsUrl)
  return {
    ...{ mailer, texter, operator, simulated: smtpUrl === null, stockFalls: stockFallsIn(pool) },
    async close() {
      await Promise.all([mailer.close(), texter.close()])
    },
  }
}

function server(url: string, secure: boolean) {
  const parsed = parseSmtpUrl(url, { secure })
  if ('wrong' in parsed) throw new Error(`SMTP_URL ${parsed.wrong}`)
  return parsed
}

interface Opened {
  readonly mailer: Mailer
  close(): Promise<void>
}

/** One that cannot be opened is an outage, and the next mail tries again. */
function inboxMailer(pool: Pool, { from, log }: { readonly from: Sender; readonly log: WorkerLog }): Mailer {
  let opening: Promise<Opened> | null = null
  let closed = false
  async function open(): Promise<Opened> {
    const inbox = await openInbox(pool)
    const mailer = smtpMailer({ server: inbox.server, from })
    log.info({ port: inbox.server.port }, 'mails go to the embedded inbox: GET /emails shows them')
    return {
      mailer,
      async close() {
        await mailer.close()
        await inbox.close()
      },
    }
  }
  return {
    async send(mail) {
      if (closed) return { outcome: 'outage', reason: 'stopped' }
      try {
        opening ??= open()
        const { mailer } = await opening
        return await mailer.send(mail)
      } catch (error) {
        opening = null
        log.warn({ err: error }, 'the embedded inbox does not open; will retry')
        return { outcome: 'outage', reason: 'no-inbox' }
      }
    },
    async close() {
      closed = true
      await (await opening?.catch(() => null))?.close()
    },
  }
}
