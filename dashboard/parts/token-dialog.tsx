import { useSignal } from '@preact/signals'
import { giveToken, tokenWanted } from '../api.ts'
import { Dialog } from './dialog.tsx'

/** Asks for a token when the service wants one. */
export function TokenDialog() {
  const text = useSignal('')
  if (tokenWanted.value === 'no') return null
  return (
    <Dialog
      title="This service asks for a token"
      yes="Go on"
      no={null}
      onNo={() => undefined}
      onYes={() => {
        if (text.value.trim() !== '') giveToken(text.value.trim())
        text.value = ''
      }}
    >
      <p>{tokenWanted.value === 'another' ? 'That one is not known here.' : 'One of those in its API_TOKENS.'}</p>
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
      <p class="dim">It is kept in the memory of this page alone, and gone when you leave or reload it.</p>
    </Dialog>
  )
}
