/**
 * What each retired event means today: the events that would be written now for what happened then, in the order in
 * which they are folded. The table is typed by events.ts, so a retired event without its line does not compile.
 *
 * An upcaster is pure and total: it runs whenever such an event is read, live or in a replay, and must give the same
 * every time. It stays for as long as the log holds one such event.
 */
import type { Upcasters } from './events.ts'

export const upcasters: Upcasters = {}
