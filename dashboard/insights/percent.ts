import { oneDecimal } from '../parts/format.ts'
import { t } from '../texts/text.ts'

/** Of 100; null: over nothing, or too little to say. */
export function percentText(percent: number | null): string {
  return percent === null ? t('insights.unknown') : `${oneDecimal(percent)} %`
}
