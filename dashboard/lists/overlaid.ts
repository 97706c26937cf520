/** An answer to a question, kept current by what was followed since. */

export interface Row {
  readonly first?: number
}

/** `base` with what is newer of each row: what is wanted comes in, what is no longer wanted goes. */
export function overlaid<Item extends Row>(
  base: readonly Item[],
  newer: readonly Item[],
  { keyOf, isWanted }: { readonly keyOf: (item: Item) => string; readonly isWanted: (item: Item) => boolean },
): readonly Item[] {
  const rows = new Map(base.map((item) => [keyOf(item), item]))
  for (const item of newer) {
    if (isWanted(item)) rows.set(keyOf(item), item)
    else rows.delete(keyOf(item))
  }
  return [...rows.values()].sort((one, other) => (other.first ?? 0) - (one.first ?? 0))
}
