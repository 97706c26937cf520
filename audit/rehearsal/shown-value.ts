/** Values as a report shows them. Personal data stands in the texts of customers, and others may read along. */

const PERSONAL = /^customers?(?:-|$)/
const SHOWN = 60

/**
 * Null for none. `owner` is the stream, or the projection, that the value stands in; `open` are texts that may be shown
 * no matter whom they are about: symbols of enums.
 */
export function shownValue(value: unknown, owner: string, open: ReadonlySet<string>): string | null {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return `${value.length} entries`
  const hidden = PERSONAL.test(owner) && typeof value !== 'number' && !open.has(String(value))
  if (hidden) return typeof value === 'string' ? 'a text' : `a ${typeof value}`
  const text = JSON.stringify(value)
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text
}
