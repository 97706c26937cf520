/**
 * Holds a list still while somebody reads it: while the pointer is over it, the focus is in it, or its head is out of view.
 * What changes in a row that stands there changes in place.
 */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

export interface Held<Item> {
  /** In the order in which they stand; each as it is now. */
  readonly items: readonly Item[]
  /** How many there are that are not among them. */
  readonly fresh: number
  /** Whether they would stand otherwise if they were not held. */
  readonly moved: boolean
  /** Lets in what waits. */
  release(): void
  /** For an element at the head of it, to hold it while that is out of view. */
  readonly head: { current: HTMLElement | null }
  /** For the element around all of it. */
  readonly reader: {
    onPointerEnter(): void
    onPointerLeave(): void
    onFocusIn(): void
    onFocusOut(event: FocusEvent): void
  }
}

/** Pixels on top of the window, under which the page scrolls away. */
const TITLE_BAR = 48

export interface HoldOptions<Item> {
  /** A change of it is another list. */
  readonly subject?: string
  /** Holds it as well. */
  readonly paused?: boolean
  /** All that is known, in the same order, where more than `items` is: rows that stand there may be no longer among these. */
  readonly known?: readonly Item[]
}

export function useHeld<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  { subject = '', paused = false, known = items }: HoldOptions<Item> = {},
): Held<Item> {
  const pointed = useSignal(false)
  const focused = useSignal(false)
  const scrolled = useSignal(false)
  const head = useRef<HTMLElement | null>(null)
  const released = useSignal(0)
  const stands = useRef<{ subject: string; released: number; items: readonly Item[] } | null>(null)

  useEffect(() => {
    const element = head.current
    if (element === null) return
    const look: IntersectionObserverCallback = (entries) => {
      const { isIntersecting = true, boundingClientRect } = entries.at(-1) ?? {}
      // Below the fold nobody reads it yet.
      scrolled.value = !isIntersecting && (boundingClientRect?.top ?? 0) < TITLE_BAR
    }
    const observer = new IntersectionObserver(look, { rootMargin: `-${String(TITLE_BAR)}px 0px 0px 0px` })
    observer.observe(element)
    return () => observer.disconnect()
  }, [subject])

  const last = stands.current
  const holding = paused || pointed.value || focused.value || scrolled.value
  const same = last !== null && last.subject === subject && last.released === released.value
  if (!holding || !same || last.items.length === 0) stands.current = { subject, released: released.value, items }
  else {
    const current = new Map(known.map((item) => [key(item), item]))
    stands.current = { ...last, items: last.items.map((item) => current.get(key(item)) ?? item) }
  }

  const shown = stands.current?.items ?? items
  const standing = new Set(shown.map(key))
  const isFresh = (item: Item): boolean => !standing.has(key(item))
  return {
    items: shown,
    fresh: known === items ? items.filter(isFresh).length : leading(known, isFresh),
    moved: shown.length !== items.length || shown.some((item, index) => key(item) !== keyAt(items, index, key)),
    release: () => void (released.value += 1),
    head,
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

/** How many stand before the first that is not so. */
function leading<Item>(items: readonly Item[], isSo: (item: Item) => boolean): number {
  const index = items.findIndex((item) => !isSo(item))
  return index < 0 ? items.length : index
}

function keyAt<Item>(items: readonly Item[], index: number, key: (item: Item) => string): string | null {
  const item = items[index]
  return item === undefined ? null : key(item)
}
