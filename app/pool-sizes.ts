/** Sessions of Postgres in the pools of a process, beside those that requests and reactors share. Threads load this too: it imports little. */
import { projections } from '../projections/views/list.ts'

export const POOL_SIZES = {
  heartbeat: 1,
  live: 1,
  inbound: 5,
  /** Appending, the lease, reading and saving, and what tends the tables. */
  behaviour: 4,
  /** The page under way, the next one, the checkpoint, the lease. */
  relay: 4,
  feed: 2,
  /** The embedded inbox writes a mail in a millisecond. */
  mail: 2,
  /** One more for the lease, one for failures. */
  projector: projections.length + 2,
  replayer: projections.length + 4,
} as const
