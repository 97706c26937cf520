/** A question that waits for its answer: the browser keeps the focus within, Escape says no. */
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { Trouble } from '../api.ts'
import { TroubleNote } from './notes.tsx'

interface DialogProps {
  readonly title: string
  readonly children: ComponentChildren
  /** What the button that says yes does, as a verb. */
  readonly yes: string
  readonly no?: string | null
  readonly dangerous?: boolean
  readonly busy?: boolean
  readonly trouble?: Trouble | null
  readonly onYes: () => void
  readonly onNo: () => void
}

export function Dialog({ title, children, yes, no = 'Not now', dangerous, busy, trouble, onYes, onNo }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useLayoutEffect(() => {
    const before = document.activeElement
    const shown = dialog.current
    shown?.showModal()
    return () => {
      // At once, so that a list that holds still for its reader never takes the focus for gone.
      shown?.close()
      // What opened it may be gone a moment later, because of what was done here.
      requestAnimationFrame(() => {
        if (!(before instanceof HTMLElement && before.isConnected)) document.querySelector('h1')?.focus()
      })
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        if (no !== null) onNo()
      }}
      // A second Escape closes it whatever we say.
      onClose={() => {
        if (dialog.current === null) return
        if (no === null) dialog.current.showModal()
        else onNo()
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (busy !== true) onYes()
        }}
      >
        <h2 id={heading}>{title}</h2>
        {children}
        <TroubleNote trouble={trouble ?? null} />
        <div class="buttons">
          {no !== null && (
            <button type="button" onClick={onNo}>
              {no}
            </button>
          )}
          <button type="submit" class={dangerous === true ? 'dangerous' : 'primary'} aria-disabled={busy === true}>
            {yes}
          </button>
        </div>
      </form>
    </dialog>
  )
}
