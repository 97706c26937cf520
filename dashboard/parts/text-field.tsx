/** A text that a form asks for. */
import type { Signal } from '@preact/signals'

interface TextFieldProps {
  readonly label: string
  readonly text: Signal<string>
}

export function TextField({ label, text }: TextFieldProps) {
  return (
    <label>
      {label}
      <input
        type="text"
        required
        autocomplete="off"
        value={text.value}
        onInput={({ currentTarget }) => (text.value = currentTarget.value)}
      />
    </label>
  )
}
