/** SMTP_URL: where mail goes, as whom, and how fast. */

export interface SmtpServer {
  readonly host: string
  readonly port: number
  /**
   * `implicit`: from the first byte (smtps). `required`: by STARTTLS, or not at all. `offered`: by STARTTLS if it is offered,
   * whatever its certificate, since it would do without one too.
   */
  readonly tls: 'implicit' | 'required' | 'offered'
  readonly login: { readonly user: string; readonly password: string } | null
  /** Open at the same time, at most. */
  readonly connections: number
  /** Mails a second at most; null: no limit. */
  readonly rate: number | null
}

export const SMTP_URL_FORM = 'smtp://user:password@host:587 or smtps://..., optionally with ?connections=5&rate=14'

const MOST_CONNECTIONS = 50
const MOST_RATE = 10_000

/** What is wrong is said without the text, which may hold a password. `secure`: outside this machine TLS is a must. */
export function parseSmtpUrl(
  text: string,
  { secure }: { readonly secure: boolean },
): SmtpServer | { readonly wrong: string } {
  if (!URL.canParse(text)) return { wrong: 'is not a URL' }
  const url = new URL(text)
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') return { wrong: `has the protocol "${url.protocol}"` }
  if (url.hostname === '') return { wrong: 'does not name a host' }
  if (!/^\/?$/.test(url.pathname) || url.hash !== '') return { wrong: 'has a path or a fragment' }
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'connections' && key !== 'rate')
  if (unknown !== undefined) return { wrong: `has the unknown parameter "${unknown}"` }
  const connections = numberIn(url, 'connections', MOST_CONNECTIONS)
  const rate = numberIn(url, 'rate', MOST_RATE)
  if (connections === 'wrong') return { wrong: `has connections that are not 1 to ${MOST_CONNECTIONS}` }
  if (rate === 'wrong') return { wrong: `has a rate that is not 1 to ${MOST_RATE}` }
  const user = decoded(url.username)
  const password = decoded(url.password)
  if (user === null || password === null) return { wrong: 'has a % in user or password that is not written as %25' }
  if ((user === '') !== (password === '')) return { wrong: 'has a user or a password, and not both' }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const implicit = url.protocol === 'smtps:'
  return {
    host,
    port: url.port === '' ? (implicit ? 465 : 587) : Number(url.port),
    tls: implicit ? 'implicit' : secure && !isThisMachine(host) ? 'required' : 'offered',
    login: user === '' ? null : { user, password },
    connections: connections ?? 5,
    rate,
  }
}

/** True for the names and addresses that only this machine can reach. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

function numberIn(url: URL, key: string, most: number): number | null | 'wrong' {
  const text = url.searchParams.get(key)
  if (text === null) return null
  return /^[1-9]\d{0,5}$/.test(text) && Number(text) <= most ? Number(text) : 'wrong'
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
