/** The table of the embedded inbox. */
import type { Pool } from '../../store/postgres/database.ts'

/** How many mails it keeps, the newest. */
export const INBOX_MOST = 1_000

export interface Email {
  readonly emailId: string
  readonly to: string
  readonly subject: string
  /** The text, under the name that some clients know it by. */
  readonly body: string
  readonly text: string
  readonly html: string
  readonly template: string
  readonly orderId: string | null
  /** Milliseconds. */
  readonly sentAt: number
}

export interface InboxPage {
  readonly items: readonly Email[]
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null
}

export type NewEmail = Omit<Email, 'body' | 'sentAt'>

/** The same mail again changes nothing. */
export async function writeEmail(pool: Pool, email: NewEmail): Promise<void> {
  const { emailId, to, subject, text, html, template, orderId } = email
  await pool.query({
    name: 'write-email',
    text: `insert into mail.inbox (email_id, recipient, subject, text, html, template, order_id)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict (email_id) do nothing`,
    values: [emailId, to, subject, text, html, template, orderId],
  })
  await pool.query({
    name: 'trim-inbox',
    text: `delete from mail.inbox
      where number <= (select number from mail.inbox order by number desc offset $1 limit 1)`,
    values: [INBOX_MOST],
  })
}

/** The newest first, `limit` of them, from a `next` on. Null where `from` is none that was given. */
export async function readEmails(
  pool: Pool,
  { limit, from = null }: { readonly limit: number; readonly from?: string | null },
): Promise<InboxPage | null> {
  if (from !== null && !/^[1-9]\d{0,15}$/.test(from)) return null
  const { rows } = await pool.query<InboxRow>({
    name: 'read-emails',
    text: `${COLUMNS} where $1::bigint is null or number <= $1 order by number desc limit $2`,
    values: [from, limit + 1],
  })
  return { items: rows.slice(0, limit).map(emailOf), next: rows[limit]?.number ?? null }
}

/** Null: it is not there, or no longer. */
export async function readEmail(pool: Pool, emailId: string): Promise<Email | null> {
  const { rows } = await pool.query<InboxRow>({
    name: 'read-email',
    text: `${COLUMNS} where email_id = $1`,
    values: [emailId],
  })
  return rows[0] === undefined ? null : emailOf(rows[0])
}

export async function countEmails(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: string }>('select count(*) from mail.inbox')
  return Number(rows[0]?.count ?? 0)
}

const COLUMNS = `select number::text, email_id, recipient, subject, text, html, template, order_id,
  extract(epoch from sent_at) * 1000 as sent_at from mail.inbox`

interface InboxRow {
  readonly number: string
  readonly email_id: string
  readonly recipient: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly template: string
  readonly order_id: string | null
  readonly sent_at: string
}

function emailOf({ email_id, recipient, subject, text, html, template, order_id, sent_at }: InboxRow): Email {
  return {
    emailId: email_id,
    to: recipient,
    subject,
    body: text,
    text,
    html,
    template,
    orderId: order_id,
    sentAt: Math.floor(Number(sent_at)),
  }
}
