/** The embedded inbox over HTTP: mails as customers would read them, where no mail server is configured. */
import { Type } from 'typebox'
import { closed, ref } from '../../commands/shape.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import type { Email as StoredEmail, InboxPage } from '../../reactors/mail/inbox-table.ts'
import { contentTag, matchesNone } from '../http/etag.ts'
import { ProblemError } from '../http/problem-document.ts'
import { knownEmail } from '../answers/known-names.ts'
import { NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'
import { Email, EmailList } from '../shapes/email.ts'
import { cursor, DEFAULT_LIMIT, limit } from '../shapes/list.ts'
import { invalidCursor, isEmpty, uncached } from '../answers/read-answers.ts'

const EMAIL_ID = /^[\w.-]{1,256}$/

const listEmails = reading('/emails', {
  tag: 'messages',
  summary: 'Show the embedded inbox',
  description:
    'Mails that were sent, the newest first, at most 1,000 of them: names and addresses stand in them. With SMTP_URL they go there, and the inbox is empty.',
  role: 'operate',
  params: NOTHING,
  query: closed({ limit, cursor }),
  headers: { 'if-none-match': { description: 'The ETag of the answer that the client has.' } },
  answers: {
    200: { description: 'A page of mails.', shape: ref(EmailList), headers: { etag: 'For If-None-Match.' } },
    304: { description: 'The same mails.', shape: null, headers: { etag: 'For If-None-Match.' } },
  },
  problems: ['store-unavailable'],
})

const getEmail = reading('/emails/:emailId', {
  tag: 'messages',
  summary: 'Show a mail of the embedded inbox',
  role: 'operate',
  params: closed({ emailId: Type.String({ description: 'Id of the mail.' }) }),
  query: NOTHING,
  answers: { 200: { description: 'The mail.', shape: ref(Email) } },
  problems: ['email-not-found', 'store-unavailable'],
})

export interface EmailParts {
  readonly emails: {
    /** Null: `from` is none that was given. */
    list(page: { readonly limit: number; readonly from: string | null }): Promise<InboxPage | null>
    get(emailId: string): Promise<StoredEmail | null>
  }
}

export const emails = resource({ listEmails, getEmail }, ({ emails: inbox }: EmailParts) => ({
  async listEmails(request, reply) {
    const { query } = request
    const { limit = DEFAULT_LIMIT, cursor: from = null } = query
    const page = await inbox.list({ limit, from })
    if (page === null) throw invalidCursor()
    const { items, next } = page
    const known = isEmpty(query) ? { emails_sent: items.map(knownEmail) } : {}
    const etag = contentTag({ items, next })
    uncached(reply).header('etag', etag)
    if (matchesNone(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.send({ items: items.map(shown), next, ...known })
  },
  async getEmail({ params: { emailId } }, reply) {
    const email = EMAIL_ID.test(emailId) ? await inbox.get(emailId) : null
    if (email !== null) return uncached(reply).send(shown(email))
    throw new ProblemError({ code: 'email-not-found', detail: `the inbox has no mail with the id ${emailId}` })
  },
}))

function shown({ sentAt, ...email }: StoredEmail): object {
  return { ...email, sentAt: rfc3339(sentAt) }
}
