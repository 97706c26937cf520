/** A button of a row: its label is the same in each, so what it acts on is said to those who hear the page. */

interface QuietButtonProps {
  readonly label: string
  readonly of: string
  readonly busy: boolean
  readonly onClick: () => void
}

export function QuietButton({ label, of, busy, onClick }: QuietButtonProps) {
  return (
    <button type="button" class="quiet" aria-disabled={busy} onClick={onClick}>
      {label} <span class="unseen">{of}</span>
    </button>
  )
}
