/** Which hours the figures are of: all, the newest ones, or chosen ones. The address says it. */
import { useSignal } from '@preact/signals'
import { useTopic } from '../following.ts'
import { dateTime } from '../parts/format.ts'
import type { Period } from './period.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const HOUR = 3_600_000
const NEWEST = [
  { name: 'day', hours: 24 },
  { name: 'week', hours: 7 * 24 },
  { name: 'month', hours: 30 * 24 },
] as const

export function PeriodChoice({ from, to }: Period) {
  const fault = useSignal<'order' | 'whole' | null>(null)
  const end = endOf(useTopic('sales').value?.asOf ?? null)

  function submit(event: SubmitEvent): void {
    event.preventDefault()
    const form = event.currentTarget instanceof HTMLFormElement ? new FormData(event.currentTarget) : new FormData()
    const chosen = { from: hourOf(form.get('from'), Math.floor), to: hourOf(form.get('to'), Math.ceil) }
    if (chosen.from === null && chosen.to === null) fault.value = 'whole'
    else if (chosen.from !== null && chosen.to !== null && chosen.from >= chosen.to) fault.value = 'order'
    else location.hash = href('analytics', null, chosen)
  }

  return (
    <section class="period" aria-label={t('analytics.period')}>
      <p class="filters">
        <a href={href('analytics')} aria-current={from === null && to === null ? 'true' : undefined}>
          {t('analytics.all')}
        </a>
        {end !== null &&
          NEWEST.map(({ name, hours }) => {
            const newest = { from: iso(end - hours * HOUR), to: iso(end) }
            return (
              <a
                key={name}
                href={href('analytics', null, newest)}
                aria-current={from === newest.from && to === newest.to ? 'true' : undefined}
              >
                {t(`analytics.${name}`)}
              </a>
            )
          })}
      </p>
      <form class="buttons" onSubmit={submit}>
        <label>
          {t('analytics.from')} <input type="datetime-local" name="from" step="3600" defaultValue={localOf(from)} />
        </label>
        <label>
          {t('analytics.to')} <input type="datetime-local" name="to" step="3600" defaultValue={localOf(to)} />
        </label>
        <button type="submit">{t('analytics.show')}</button>
      </form>
      {fault.value !== null && (
        <p class="trouble" role="alert">
          {t(`analytics.period.${fault.value}`)}
        </p>
      )}
      <p class="dim">
        {shownPeriod({ from, to })} {t('analytics.period.note')}
      </p>
    </section>
  )
}

function shownPeriod({ from, to }: Period): string {
  const [first, last] = [timeOf(from), timeOf(to)]
  if (first !== null && last !== null) return t('analytics.shown', { from: first, to: last })
  if (first !== null) return t('analytics.shown.from', { from: first })
  return last === null ? '' : t('analytics.shown.to', { to: last })
}

/** Null for what is no time: the service says so. */
function timeOf(text: string | null): string | null {
  return text === null || Number.isNaN(Date.parse(text)) ? null : dateTime(text)
}

/** The first hour behind the last event, by the clock of the service: that of the page may be wrong. */
function endOf(asOf: string | null): number | null {
  return asOf === null ? null : Math.floor(Date.parse(asOf) / HOUR) * HOUR + HOUR
}

/** Hours begin at the half hour in some zones: what is entered is taken to the next whole hour outside. */
function hourOf(entered: FormDataEntryValue | null, round: (hours: number) => number): string | null {
  const millis = typeof entered === 'string' && entered !== '' ? Date.parse(entered) : Number.NaN
  return Number.isNaN(millis) ? null : iso(round(millis / HOUR) * HOUR)
}

function iso(millis: number): string {
  return new Date(millis).toISOString()
}

/** As the field for it has it: in the zone of the reader, without naming it. */
function localOf(text: string | null): string {
  const millis = text === null ? Number.NaN : Date.parse(text)
  if (Number.isNaN(millis)) return ''
  const offset = new Date(millis).getTimezoneOffset() * 60_000
  return iso(millis - offset).slice(0, 16)
}
