/** The tables that come with the program: each stands in a file of its own and never changes. */
import { existsSync, readFileSync } from 'node:fs'

/** The JSON text of table `version`; null: no such table. */
export function shippedTable(version: string): string | null {
  if (!/^[1-9]\d{0,3}$/.test(version)) return null
  const file = new URL(`table-${version}.json`, import.meta.url)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}
