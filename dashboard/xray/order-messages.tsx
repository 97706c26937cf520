/** The messages about an order that the customer got, and those not sent for lack of an address. */
import type { Timeline } from '../api-shapes.ts'
import { dateTime, inWords } from '../parts/format.ts'
import { Chip } from '../parts/notes.tsx'
import { t, wordFor } from '../texts/text.ts'
import type { TimelineItem } from './event-tree.ts'

export function OrderMessages({ timeline: { items, untold } }: { readonly timeline: Timeline }) {
  const told = items.filter(({ stream }) => stream.startsWith('notification-'))
  return (
    <section aria-labelledby="messages">
      <h2 id="messages">{t('xray.messages')}</h2>
      {told.length + untold.length === 0 && <p class="dim">{t('xray.messages.none')}</p>}
      <ul class="plain messages">
        {told.map((event) => (
          <Message key={event.position} event={event} />
        ))}
        {untold.map(({ position, template, channel }) => (
          <li key={`${String(position)} ${channel}`}>
            <Chip kind="quiet">{templateWord(template)}</Chip>{' '}
            <span class="dim">
              {channelWord(channel)}, {t('xray.messages.untold')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Message({ event: { type, data, recordedAt } }: { readonly event: TimelineItem }) {
  const isSent = type === 'NotificationSent'
  return (
    <li>
      <Chip kind={isSent ? 'good' : 'bad'}>{templateWord(textOf(data?.['template']))}</Chip>{' '}
      <span class="dim">
        {channelWord(textOf(data?.['channel']))}, {outcome(isSent, data)}, <time>{dateTime(recordedAt)}</time>
      </span>
    </li>
  )
}

function outcome(isSent: boolean, data: TimelineItem['data']): string {
  if (!isSent) return t('xray.messages.failed', { reason: textOf(data?.['reason']) })
  return t(data?.['simulated'] === true ? 'xray.messages.simulated' : 'xray.messages.sent')
}

function channelWord(channel: string): string {
  return t(channel === 'sms' ? 'xray.messages.sms' : 'xray.messages.email')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function templateWord(template: string): string {
  return wordFor('template', template) ?? inWords(template)
}
