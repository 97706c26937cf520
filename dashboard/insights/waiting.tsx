/** Stands where an answer will: until it comes, or says why it does not. */
import type { Live } from '../polling.ts'
import { t } from '../texts/text.ts'

export function Waiting({ live }: { readonly live: Live<unknown> }) {
  if (live.shown.value !== null || live.trouble.value !== null) return null
  return (
    <p class="dim" role="status">
      {t('insights.waiting')}
    </p>
  )
}
