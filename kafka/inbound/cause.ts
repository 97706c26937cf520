/** What letters that failed alike have in common, as one short word that can stand in an address. */
import { createHash } from 'node:crypto'

/** The class and eight hex digits over the message without what differs from record to record. */
export function causeOf({ class: name, message }: { readonly class: string; readonly message: string }): string {
  const common = message.replaceAll(/"[^"]*"/g, '""').replaceAll(/\d+/g, '0')
  return `${name}-${createHash('sha256').update(common).digest('hex').slice(0, 8)}`
}
