/** Which secret goes to which service. */
import { isLoopback } from '../../app/config/config.ts'
import { COLLECT, ROLES, type ApiToken } from '../../api/http/roles.ts'
import type { CommandContext } from '../command-context.ts'

export interface Asked {
  readonly url: string
  /** Of --token. */
  readonly token: string | undefined
  /** The service that runs in DATA_DIR; null: none that is trusted. */
  readonly running: { readonly url: string } | null
  /** Whether ORDERLEDGER_TOKEN is meant for what stands there (default: yes). */
  readonly isService?: boolean
}

/**
 * The secret to send with each request; null: none. The tokens of the configuration are for the service that has the
 * same configuration, the one in DATA_DIR; for any other the user names one.
 */
export function tokenFor({ config, output }: CommandContext, asked: Asked): string | null {
  const token = chosen(config(), asked)
  if (asked.token !== undefined) {
    output.note(
      '--token shows the secret to everyone who can run ps here; set ORDERLEDGER_TOKEN or ORDERLEDGER_TOKEN_FILE',
    )
  }
  const { protocol, hostname, host } = new URL(asked.url)
  if (token !== null && protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))) {
    output.note(`the token goes to ${host} unencrypted; use https`)
  }
  return token
}

type Tokens = Pick<ReturnType<CommandContext['config']>, 'apiTokens' | 'clientToken'>

function chosen({ apiTokens, clientToken }: Tokens, { url, token, running, isService = true }: Asked): string | null {
  if (token !== undefined) return token
  const isOurs = running !== null && new URL(running.url).origin === new URL(url).origin
  if (clientToken !== null && (isOurs || isService)) return clientToken
  return isOurs ? strongestToken(apiTokens) : null
}

function strongestToken(tokens: readonly ApiToken[]): string | null {
  const strongest = tokens.toSorted((one, other) => rank(other) - rank(one))[0]
  return strongest?.secret ?? null
}

/** The weakest is the one that only sends user events. */
function rank({ role }: ApiToken): number {
  return role === COLLECT ? -1 : ROLES.indexOf(role)
}
