/** Events for the specs of behaviour. */
import type { Counts } from './counts.ts'
import { packSessions, unpackSessions } from '../sessions/packed-sessions.ts'
import { PartitionState, type FoldedEvent } from './partition-state.ts'

export const MINUTE_MS = 60_000
/** The beginning of a UTC day. */
export const START = Date.UTC(2026, 10, 2)

let drawn = 0

/** An event with an id of its own: product_view by `someone`, unless it is said otherwise. */
export function actionOf(draft: Partial<FoldedEvent>): FoldedEvent {
  const eventId = Buffer.alloc(16)
  eventId.writeUInt32BE((drawn += 1), 0)
  const { at = START } = draft
  const viewed = { type: 'product_view', subject: 'someone', customerId: null, sku: null } as const
  return { eventId, at, ...viewed, receivedAt: at, moved: false, ...draft }
}

/** Folded in this order, until all sessions are closed. */
export function folded(events: readonly FoldedEvent[]): Counts {
  const state = new PartitionState()
  for (const event of events) state.fold(event)
  closeAll(state)
  return state.takeCounts()
}

/** As another process goes on with it. */
export async function savedAndLoaded(state: PartitionState): Promise<PartitionState> {
  const loaded = new PartitionState(state.newest)
  for await (const sessions of unpackSessions(await packSessions(state.save()))) loaded.restore(sessions)
  return loaded
}

/** All that is over; without `silentAt` by the newest event. */
export function closeOver(state: PartitionState, silentAt: number | null = null): void {
  while (state.closeSome(silentAt));
}

export function closeAll(state: PartitionState): void {
  closeOver(state, Infinity)
}
