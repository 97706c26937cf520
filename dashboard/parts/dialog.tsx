/** A question that waits for its answer: the browser keeps the focus within, Escape says no. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
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

export function Dialog({
  title,
  children,
  yes,
  no = 'Keep as it is',
  dangerous,
  busy,
  trouble,
  onYes,
  onNo,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      // What opened it may be gone, because of what was done here.
      requestAnimationFrame(() => {
        const target = before instanceof HTMLElement && before.isConnected ? before : document.querySelector('h1')
        target?.focus()
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
      onClose={() => (no === null ? dialog.current?.showModal() : onNo())}
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
