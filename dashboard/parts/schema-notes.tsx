/** What the pages about schemas both say: how far the log is counted, what it holds, which registry has the ids. */
import { now, type Live } from '../polling.ts'
import type { SchemaVersion } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import { oneDecimal } from './format.ts'
import { Chip } from './notes.tsx'

interface Counted {
  readonly position: number
  readonly head: number
}

/** Which part of the log the numbers show, and how old they are. */
export function CountedTo({ live }: { readonly live: Live<Counted> }) {
  const shown = live.shown.value
  if (shown === null) return null
  const position = shown.position ?? shown.body.position
  const seconds = oneDecimal(Math.max(0, now.value - shown.at) / 1_000)
  const { head } = shown.body
  if (position >= head) return <p class="as-of">{t('schemas.counted', { n: position, seconds })}</p>
  return (
    <p class="as-of progress">
      <span>{t('schemas.counting', { position, n: head, seconds })}</span>
      <progress max={head} value={position} aria-label={t('schemas.counting.label')} />
    </p>
  )
}

export function RegistryNote({ shared }: { readonly shared: string | null }) {
  return shared === null ? (
    <>
      {t('schemas.registry.embedded')} <code>/registry</code>
    </>
  ) : (
    <>
      {t('schemas.registry.shared')} <code>{shared}</code>
    </>
  )
}

/** Whether the log holds a version. `complete`: all of the log is counted, so that nothing found is nothing there. */
export function Held({ version, complete }: { readonly version: SchemaVersion; readonly complete: boolean }) {
  if (version.events > 0) return <Chip kind="good">{t('schemas.held', { n: version.events })}</Chip>
  return <Chip kind={complete ? 'quiet' : 'waiting'}>{t(complete ? 'schemas.held.not' : 'schemas.held.not-yet')}</Chip>
}
