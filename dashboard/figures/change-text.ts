/** How an hour compares with the one before it, in words. */
import { count } from '../parts/format.ts'
import { t } from '../texts/text.ts'

export interface Hours {
  readonly now: number
  readonly before: number
  /** `before`, as people read it. */
  readonly beforeText: string
}

/** Less than nothing, where more was refunded than captured, has no share. */
export function changeText({ now, before, beforeText }: Hours): string {
  if (before === 0) return t('dashboard.change.none')
  if (before < 0) return t('dashboard.change.below', { value: beforeText })
  const percent = Math.round(((now - before) / before) * 100)
  return t('dashboard.change', { percent: `${percent > 0 ? '+' : ''}${count(percent)}` })
}
