/** Mail and text messages as the settings name them. */
import type { MailParts } from '../../reactors/mail/mail.ts'
import { httpTexter, simulatedTexter } from '../../reactors/mail/sms.ts'
import { stockFallsIn } from '../../reactors/operator/stock-falls.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { threadMailer } from './mail-thread.ts'
import type { MailerSettings } from './open-mailer.ts'

/** Plain data. */
export interface MailSettings extends Omit<MailerSettings, 'databaseUrl'> {
  /** Null: text messages are simulated. */
  readonly smsUrl: string | null
  /** Where operators get mail; null: they get none. */
  readonly operator: string | null
}

export interface OpenedMail extends MailParts {
  close(): Promise<void>
}

export interface OpenMailParts {
  readonly databaseUrl: string
  /** Of the log. */
  readonly pool: Pool
  readonly log: WorkerLog
}

export function openMail(
  { smtpUrl, smsUrl, from, operator, secure }: MailSettings,
  { databaseUrl, pool, log }: OpenMailParts,
): OpenedMail {
  const mailer = threadMailer({ smtpUrl, from, secure, databaseUrl }, log)
  const texter = smsUrl === null ? simulatedTexter : httpTexter(smsUrl)
  return {
    ...{ mailer, texter, operator, simulated: smtpUrl === null, stockFalls: stockFallsIn(pool) },
    async close() {
      await Promise.all([mailer.close(), texter.close()])
    },
  }
}
