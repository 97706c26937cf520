/** Reads the items of changes, as many as a frame may have. */
import { wholePositions } from '../../projections/changes/change-index.ts'
import type { Item, Items, Topic } from '../../projections/changes/topics.ts'
import type { Key } from '../../projections/row-key.ts'
import type { Position } from '../../store/commit/command.ts'

/** An item, and the position of its last change. */
export type Change = readonly [Key, Position]

export interface ReadChanges {
  /** The checkpoint that the items were read at. */
  readonly read: Items
  /** Those of the given ones whose items are here: the first ones, cut between two positions. */
  readonly changes: readonly Change[]
  /** Fewer: one that is not shown has none. */
  readonly items: readonly (Item & { readonly position: Position })[]
}

export const MOST_ITEMS = 500
const MOST_BYTES = 256 * 1024

/** `part`: at most as many as a frame may have, in the order of their positions. */
export async function readChanges(topic: Topic, part: readonly Change[]): Promise<ReadChanges> {
  const read = await topic.byKeys(part.map(([key]) => key))
  const found = new Map(read.items.map((item) => [item.key, item]))
  const sizes = part.map(([key]) => Buffer.byteLength(found.get(key)?.text ?? '') + 1)
  const changes = wholePositions(part, fitting(sizes))
  const items = changes.flatMap(([key, position]) => {
    const item = found.get(key)
    return item === undefined ? [] : [{ ...item, position }]
  })
  return { read, changes, items }
}

/** How many of the first together are small enough: one may be larger. */
function fitting(sizes: readonly number[]): number {
  let bytes = 0
  for (const [index, size] of sizes.entries()) {
    bytes += size
    if (bytes > MOST_BYTES && index > 0) return index
  }
  return sizes.length
}
