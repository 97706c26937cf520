/** The embedded inbox: what customers would have read, where no mail server is configured. */
import type { Email, EmailList } from '../api-shapes.ts'
import { useLive, type Live } from '../polling.ts'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime, shortId } from '../parts/format.ts'
import { LiveList } from '../lists/live-list.tsx'
import { MailFrame } from '../mail/mail-frame.tsx'
import { Empty, ReadTrouble } from '../parts/notes.tsx'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'

const PAGE = 50

/** `cursor`: of an older page; null for the newest mails. */
export function MailPage({ cursor }: { readonly cursor: string | null }) {
  const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) }).toString()
  const live = useLive<EmailList>(`/emails?${query}`)
  const list = live.shown.value?.body ?? null
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.mail')}</h1>
      <p class="dim">{t('mail.about')}</p>
      <MailTrouble live={live} />
      {list !== null && list.items.length === 0 && <Empty>{t('mail.empty')}</Empty>}
      {list !== null && list.items.length > 0 && (
        <LiveList items={list.items} itemKey={({ emailId }) => emailId} subject={query}>
          {(items) => (
            <DataTable
              caption={t('mail.caption')}
              items={items}
              rowKey={({ emailId }) => emailId}
              columns={columns()}
            />
          )}
        </LiveList>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href('mail')}>{t('mail.newest')}</a>}
        {list !== null && list.next !== null && (
          <a href={href('mail', null, { cursor: list.next })}>{t('mail.older')}</a>
        )}
      </p>
    </>
  )
}

/** A refusal names the role that is missing; what to do about it stands beside it. */
function MailTrouble({ live }: { readonly live: Live<unknown> }) {
  return (
    <>
      <ReadTrouble live={live} />
      {live.trouble.value?.status === 403 && <p>{t('mail.forbidden')}</p>}
    </>
  )
}

const columns = () => [
  { title: t('mail.subject'), cell: ({ emailId, subject }: Email) => <a href={href('mail', emailId)}>{subject}</a> },
  { title: t('mail.to'), cell: ({ to }: Email) => <span class="id">{to}</span> },
  { title: t('mail.template'), cell: ({ template }: Email) => wordFor('template', template) ?? template },
  { title: t('mail.order'), cell: ({ orderId }: Email) => <OrderLink orderId={orderId} /> },
  {
    title: t('mail.sent'),
    numeric: true,
    cell: ({ sentAt }: Email) => <time dateTime={sentAt}>{dateTime(sentAt)}</time>,
  },
]

function OrderLink({ orderId }: Pick<Email, 'orderId'>) {
  if (orderId === null) return <span class="dim">–</span>
  return (
    <a class="id" href={href('orders', orderId)} title={orderId}>
      {shortId(orderId)}
    </a>
  )
}

/** One mail, its HTML beside its text. */
export function OneMailPage({ emailId }: { readonly emailId: string }) {
  const live = useLive<Email>(`/emails/${encodeURIComponent(emailId)}`)
  const email = live.shown.value?.body ?? null
  return (
    <>
      <p>
        <a href={href('mail')}>{t('frame.page.mail')}</a>
      </p>
      <h1 tabIndex={-1}>{email?.subject ?? emailId}</h1>
      <MailTrouble live={live} />
      {email !== null && <Mail email={email} />}
    </>
  )
}

function Mail({ email: { to, template, orderId, sentAt, html, text } }: { readonly email: Email }) {
  return (
    <>
      <dl class="facts">
        <dt>{t('mail.to')}</dt>
        <dd class="id">{to}</dd>
        <dt>{t('mail.template')}</dt>
        <dd>{wordFor('template', template) ?? template}</dd>
        <dt>{t('mail.order')}</dt>
        <dd>
          <OrderLink orderId={orderId} />
        </dd>
        <dt>{t('mail.sent')}</dt>
        <dd>{dateTime(sentAt)}</dd>
      </dl>
      <div class="sides">
        <section aria-labelledby="html">
          <h2 id="html">{t('mail.html')}</h2>
          <MailFrame html={html} title={t('mail.frame')} />
          <p class="dim">{t('mail.safe')}</p>
        </section>
        <section aria-labelledby="text">
          <h2 id="text">{t('mail.text')}</h2>
          <pre class="source" tabIndex={0} aria-label={t('mail.text-of')}>
            {text}
          </pre>
        </section>
      </div>
    </>
  )
}
