/** What is looked for in the log, as a form; the answer to it is the address of the page. */
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

export const SEARCHED = ['stream', 'type', 'correlation', 'causation', 'id', 'after', 'from', 'to'] as const

export type Search = Readonly<Record<(typeof SEARCHED)[number], string | null>>

const UUID = { placeholder: '0193…', pattern: '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}' }

const FIELDS = {
  stream: { placeholder: 'order-web-1001', pattern: '[a-z]{1,32}-[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}' },
  type: { placeholder: 'OrderPlaced', pattern: '[A-Za-z]{1,64}' },
  correlation: UUID,
  causation: UUID,
  id: UUID,
  after: { type: 'number', min: 0, step: 1 },
  from: { type: 'datetime-local', step: 1 },
  to: { type: 'datetime-local', step: 1 },
} as const

const MOMENTS: readonly string[] = ['from', 'to']

export function EventSearch({ search }: { readonly search: Search }) {
  return (
    <form
      class="search"
      aria-label={t('events.filter')}
      onSubmit={(event) => {
        event.preventDefault()
        location.hash = href('events', null, wanted(new FormData(event.currentTarget)))
      }}
    >
      {SEARCHED.map((name) => (
        <label key={name}>
          {t(`events.${name}`)}
          <input name={name} {...FIELDS[name]} defaultValue={shown(name, search[name])} autocomplete="off" />
        </label>
      ))}
      <button type="submit">{t('events.show')}</button>
    </form>
  )
}

function wanted(form: FormData): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    SEARCHED.map((name) => {
      const value = form.get(name)
      const text = typeof value === 'string' ? value.trim() : ''
      if (text === '') return [name, null]
      return [name, MOMENTS.includes(name) ? new Date(text).toISOString() : text]
    }),
  )
}

/** A field for times knows the reader's zone alone, and no name of it. */
function shown(name: string, value: string | null): string {
  if (value === null || !MOMENTS.includes(name)) return value ?? ''
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
