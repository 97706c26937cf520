import { useSignal } from '@preact/signals'
import { giveToken, tokenWanted } from '../api.ts'
import { Dialog } from './dialog.tsx'

/** Asks for a token when the service wants one. */
export function TokenDialog() {
  const text = useSignal('')
  if (tokenWanted.value === 'no') return null
  return (
    <Dialog
      title="This service requires a token"
      yes="Sign in"
      no={null}
      onNo={() => undefined}
      onYes={() => {
        if (text.value.trim() !== '') giveToken(text.value.trim())
        text.value = ''
      }}
    >
      <p>
        {tokenWanted.value === 'another'
          ? 'The service does not know this token. Enter one from its API_TOKENS.'
          : 'Enter one from its API_TOKENS.'}
      </p>
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
      <p class="dim">Only this page remembers the token. It forgets it when you leave or reload.</p>
    </Dialog>
  )
}
