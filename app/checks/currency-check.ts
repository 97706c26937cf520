/** Looks whether the shop keeps its currency: sums are stored without one, and would be named in another. */
import type pg from 'pg'
import { decode } from '../../schemas/codec.ts'
import { upcast } from '../../schemas/upcast.ts'
import { failed, fine, type Check } from './check.ts'

/** None before the first product, and where it cannot be read: its projection says so. Every product has the shop's currency. */
export async function checkCurrency(pool: pg.Pool, currency: string): Promise<readonly Check[]> {
  const { rows: tables } = await pool.query<{ present: boolean }>(
    `select to_regclass('log.events') is not null as present`,
  )
  if (tables[0]?.present !== true) return []
  const { rows } = await pool.query<{ type: string; schema_version: number; data: Buffer }>(
    `select type, schema_version, data from log.events
    where stream >= 'inventory-' and stream < 'inventory.' and version = 1 order by stream limit 1`,
  )
  const priced = rows.flatMap(currenciesOf)[0]
  if (priced === undefined) return []
  if (priced === currency) return [fine('currency', `prices are in ${currency}`)]
  const saw = `the prices and orders of this shop are in ${priced}, and CURRENCY says ${currency}`
  return [failed('currency', saw, `set CURRENCY=${priced}, or use a database of its own for a shop in ${currency}`)]
}

function currenciesOf(row: { readonly type: string; readonly schema_version: number; readonly data: Buffer }) {
  try {
    const events = upcast(decode(row.type, row.schema_version, row.data))
    return events.flatMap((event) => (event.type === 'ProductListed' ? event.price.currency : []))
  } catch {
    return []
  }
}
