/** Holds a list still while somebody reads it: what is under the pointer or has the focus does not move. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'

export interface Held<Item> {
  /** In the order in which they stand; each as it is now. */
  readonly items: readonly Item[]
  /** How many there are that are not among them. */
  readonly fresh: number
  /** Whether they would stand otherwise if they were not held. */
  readonly moved: boolean
  /** Lets in what waits. */
  release(): void
  /** For the element around all of it. */
  readonly reader: {
    onPointerEnter(): void
    onPointerLeave(): void
    onFocusIn(): void
    onFocusOut(event: FocusEvent): void
  }
}

/** `paused` holds it as well. A change of `subject` is another list. */
export function useHeld<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  { subject = '', paused = false }: { readonly subject?: string; readonly paused?: boolean } = {},
): Held<Item> {
  const pointed = useSignal(false)
  const focused = useSignal(false)
  const released = useSignal(0)
  const stands = useRef<{ subject: string; released: number; items: readonly Item[] } | null>(null)

  const last = stands.current
  const holding = paused || pointed.value || focused.value
  const same = last !== null && last.subject === subject && last.released === released.value
  if (!holding || !same || last.items.length === 0) stands.current = { subject, released: released.value, items }
  else {
    const current = new Map(items.map((item) => [key(item), item]))
    stands.current = { ...last, items: last.items.map((item) => current.get(key(item)) ?? item) }
  }

  const shown = stands.current?.items ?? items
  const standing = new Set(shown.map(key))
  return {
    items: shown,
    fresh: items.filter((item) => !standing.has(key(item))).length,
    moved: shown.length !== items.length || shown.some((item, index) => key(item) !== keyAt(items, index, key)),
    release: () => void (released.value += 1),
    reader: {
      onPointerEnter: () => void (pointed.value = true),
      onPointerLeave: () => void (pointed.value = false),
      onFocusIn: () => void (focused.value = true),
      onFocusOut({ currentTarget, relatedTarget }) {
        const stays = currentTarget instanceof Node && relatedTarget instanceof Node
        focused.value = stays && currentTarget.contains(relatedTarget)
      },
    },
  }
}

function keyAt<Item>(items: readonly Item[], index: number, key: (item: Item) => string): string | null {
  const item = items[index]
  return item === undefined ? null : key(item)
}
