/** Mail as the settings name it. The embedded inbox is opened by its first mail: most who try us send none. */
import type { Mailer, Sender } from '../../reactors/mail/mailer.ts'
import { openInbox } from '../../reactors/mail/inbox.ts'
import { smtpMailer } from '../../reactors/mail/smtp-mailer.ts'
import { parseSmtpUrl } from '../../reactors/mail/smtp-url.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import { POOL_SIZES } from '../pool-sizes.ts'

/** Plain data, since it crosses to a thread. */
export interface MailerSettings {
  /** Null: the embedded inbox. */
  readonly smtpUrl: string | null
  readonly from: Sender
  /** Servers outside this machine must speak TLS. */
  readonly secure: boolean
  /** Of the embedded inbox. */
  readonly databaseUrl: string
}

export function openMailer({ smtpUrl, from, secure, databaseUrl }: MailerSettings, log: WorkerLog): Mailer {
  if (smtpUrl === null) return inboxMailer(databaseUrl, { from, log })
  return smtpMailer({ server: server(smtpUrl, secure), from })
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

/** One that cannot be opened is an outage, and the next mail tries again. Its host sends it nothing once it closes. */
function inboxMailer(url: string, { from, log }: { readonly from: Sender; readonly log: WorkerLog }): Mailer {
  // Mails that a crash of the server takes were seen by nobody else.
  const settings = { ...READER_SETTINGS, synchronous_commit: 'off' } as const
  const pool = openPool(url, { name: 'mail', max: POOL_SIZES.mail, settings })
  let opening: Promise<Opened> | null = null
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
      await (await opening?.catch(() => null))?.close()
      await pool.end()
    },
  }
}
