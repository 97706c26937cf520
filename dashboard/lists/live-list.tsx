/** A list that moves by itself and lets itself be read: what is new waits behind a button while somebody does. */
import type { ComponentChildren } from 'preact'
import { t } from '../texts/text.ts'
import { useHeld } from '../parts/hold.ts'

interface LiveListProps<Item> {
  /** In their order, each as it is now. */
  readonly items: readonly Item[]
  /** All that is known, in the same order, where more than `items` is. */
  readonly known?: readonly Item[]
  readonly itemKey: (item: Item) => string
  /** Another one is another list. */
  readonly subject?: string
  readonly paused?: boolean
  /** Beside the button. */
  readonly above?: ComponentChildren
  /** Draws those that stand there. */
  readonly children: (items: readonly Item[]) => ComponentChildren
}

export function LiveList<Item>(props: LiveListProps<Item>) {
  const { items, known = items, itemKey, subject = '', paused = false, above, children } = props
  const held = useHeld(items, itemKey, { subject, paused, known })

  function letIn(): void {
    held.release()
    held.head.current?.scrollIntoView({ block: 'nearest' })
  }

  return (
    <div {...held.reader}>
      <span class="head" ref={(element) => void (held.head.current = element)} />
      <div class="above sticky">
        <span>{above}</span>
        <button type="button" class="quiet" aria-disabled={!held.moved} onClick={letIn}>
          {held.moved ? t('frame.new', { n: held.fresh }) : t('frame.new.none')}
        </button>
      </div>
      {children(held.items)}
    </div>
  )
}
