/** What an alert of stock says, in the language of the page. */
import type { Alert } from '../api-shapes.ts'
import { hourOf, minuteOf } from '../parts/format.ts'
import { t } from '../texts/text.ts'

/** Made from the facts of the alert; one that has none says what the service says. */
export function alertText({ sku, refused, stock, text }: Alert): string {
  if (sku === null) return text
  if (stock !== null) {
    return t('products.alerts.fell-below', { n: stock.available, sku, point: stock.reorderPoint })
  }
  if (refused === null) return text
  const units = t('dashboard.activity.units', { n: refused.units })
  const hour = { from: hourOf(refused.from), to: minuteOf(refused.to) }
  return t('products.alerts.restock', { n: refused.orders, sku, units, ...hour })
}
