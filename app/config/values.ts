/** How the text of an environment variable becomes a value; each says what is wrong and what to type instead. */
import { isCurrency } from '../../domain/currencies.ts'
import type { SetTable } from '../../domain/payments/fraud.ts'
import { shippedTable } from '../../insights/fraud/shipped-tables.ts'
import { parseTable } from '../../insights/fraud/table.ts'
import { readText } from './read-text.ts'
import { isAddress } from '../../domain/address.ts'
import type { Sender } from '../../reactors/mail/mailer.ts'
import { isThisMachine, parseSmtpUrl, SMTP_URL_FORM } from '../../reactors/mail/smtp-url.ts'
import { TOKEN_ROLES, type ApiToken } from '../../api/http/roles.ts'
import { type Role, roles } from '../roles/background-work.ts'
import { SIMULATOR } from '../gateway/simulator-name.ts'
import { crashPointNames } from '../crash-points.ts'
import type { CrashPlan } from '../crash-points.ts'

export type Parsed<T> = { readonly value: T } | { readonly wrong: string; readonly fix: string }

export type Parse<T> = (text: string) => Parsed<T>

export function anyText(text: string): Parsed<string> {
  return { value: text }
}

export function wholeNumber(bounds: {
  readonly from: number
  readonly to: number
  readonly unit?: string
}): Parse<number> {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,15}$/.test(text) && value >= bounds.from && value <= bounds.to) return { value }
    const unit = bounds.unit === undefined ? '' : ` of ${bounds.unit}`
    return {
      wrong: `"${text}" is not a number in range`,
      fix: `a whole number${unit} from ${String(bounds.from)} to ${String(bounds.to)}`,
    }
  }
}

export function share(text: string): Parsed<number> {
  if (/^(0|1|0\.\d{1,6})$/.test(text)) return { value: Number(text) }
  return { wrong: `"${text}" is not a number from 0 to 1`, fix: 'a number from 0 to 1, such as 0.1' }
}

export function oneOf<const T extends string>(choices: readonly T[]): Parse<T> {
  return (text) => {
    const value = choices.find((choice) => choice === text)
    if (value !== undefined) return { value }
    return { wrong: `"${text}" is not one of the choices`, fix: `one of: ${choices.join(', ')}` }
  }
}

/** The number of a table that comes with the program, or a file. */
export function fraudTable(text: string): Parsed<SetTable> {
  const fix = 'the number of a table that comes with this release, such as 1, or the path of a file with one'
  let content: string | null
  try {
    content = shippedTable(text) ?? (/^\d+$/.test(text) ? null : readText(text))
  } catch (error) {
    return { wrong: `"${text}" cannot be read: ${error instanceof Error ? error.message : String(error)}`, fix }
  }
  if (content === null) return { wrong: `"${text}" is not a table of this release`, fix }
  const parsed = parseTable(content)
  if ('wrong' in parsed) return { wrong: `"${text}" is not a table of rules: ${parsed.wrong}`, fix }
  return { value: { table: parsed.table.version, content: JSON.stringify(parsed.table) } }
}

export function currencyCode(text: string): Parsed<string> {
  if (isCurrency(text)) return { value: text }
  return {
    wrong: `"${text}" is not the code of a currency in use`,
    fix: 'three capital letters (ISO 4217), such as EUR',
  }
}

export function hostName(text: string): Parsed<string> {
  if (/^[A-Za-z0-9._:-]+$/.test(text)) return { value: text }
  return { wrong: `"${text}" is not an address`, fix: 'an address without protocol and port, such as 127.0.0.1' }
}

export function requestRate(text: string): Parsed<number> {
  if (text === 'off') return { value: 0 }
  const parsed = wholeNumber({ from: 0, to: 1_000_000 })(text)
  return 'value' in parsed ? parsed : { wrong: parsed.wrong, fix: 'requests per second per client, or 0 for no limit' }
}

export function roleList(text: string): Parsed<readonly Role[]> {
  if (text === 'all') return { value: roles }
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.find((word) => !roles.some((role) => role === word))
  if (unknown !== undefined) {
    return { wrong: `"${unknown}" is not a role`, fix: `all, or a comma list of: ${roles.join(', ')}` }
  }
  return { value: roles.filter((role) => words.includes(role)) }
}

/** Those of the driver; with `allow`, it would encrypt, and check nothing that was said. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** True where a password with a / ? or # in it was cut in two: its end stands in the path then, or behind it. */
export function hasSecretBehindHost({ pathname, search, hash }: URL): boolean {
  return `${pathname}${search}${hash}`.includes('@')
}

/** A Postgres URL; the text is kept out of the fault, since it may hold a password. */
export function postgresUrl(text: string): Parsed<string> {
  const fix = 'postgres://user:password@host:5432/database'
  if (!URL.canParse(text)) return { wrong: 'is not a URL', fix }
  const url = new URL(text)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') return { wrong: 'has another protocol', fix }
  if (hasSecretBehindHost(url)) {
    return { wrong: 'has an @ behind its host', fix: 'in a password, / is %2F, ? is %3F, # is %23 and @ is %40' }
  }
  if (url.pathname.length < 2) return { wrong: 'does not name a database', fix }
  const isKnown = url.searchParams.getAll('sslmode').every((mode) => SSL_MODES.includes(mode))
  return isKnown ? { value: text } : { wrong: 'has an unknown sslmode', fix: `sslmode=${SSL_MODES.join(', ')}` }
}

/** The URL of a registry; the text is kept out of the fault, since it may hold a password. */
export function registryUrl(text: string): Parsed<string> {
  const fix = 'http://user:password@host:8081, with a path if the registry has one'
  if (!URL.canParse(text)) return { wrong: 'is not a URL', fix }
  const { protocol, search, hash } = new URL(text)
  if (protocol !== 'http:' && protocol !== 'https:') return { wrong: 'has another protocol', fix }
  if (search !== '' || hash !== '') return { wrong: 'has a query or a fragment', fix }
  return { value: text }
}

/** The URL of a payment gateway, or `simulator`; the text is kept out of the fault, since it may hold a password. */
export function gatewayUrl(text: string): Parsed<string> {
  if (text === SIMULATOR) return { value: text }
  const fix = `https://user:password@host, with a path if the gateway has one, or ${SIMULATOR}`
  const parsed = registryUrl(text)
  if ('wrong' in parsed) return { wrong: parsed.wrong, fix }
  const { username, password } = new URL(text)
  return isPercentEncoded(username + password)
    ? parsed
    : { wrong: 'has a % in its user or password', fix: '%25 for a %' }
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

const SHORTEST_SECRET = 16

/** One secret, or two with a comma between them while one replaces the other; they are kept out of the faults. */
export function webhookSecrets(text: string): Parsed<readonly string[]> {
  const fix = `at least ${String(SHORTEST_SECRET)} printable characters without a comma, such as from: openssl rand -hex 32`
  const secrets = text.split(',').map((secret) => secret.trim())
  if (secrets.length > 2) return { wrong: 'has more than two secrets', fix: 'the new secret and the one it replaces' }
  if (new Set(secrets).size < secrets.length) return { wrong: 'has the same secret twice', fix: 'each secret once' }
  for (const [index, secret] of secrets.entries()) {
    const which = secrets.length === 1 ? '' : ` in secret ${String(index + 1)}`
    if (secret.length < SHORTEST_SECRET)
      return { wrong: `has fewer than ${String(SHORTEST_SECRET)} characters${which}`, fix }
    if (!/^[\x21-\x7e]+$/.test(secret)) return { wrong: `has a space or a character that is not ASCII${which}`, fix }
  }
  return { value: secrets }
}

/** The text is kept out of the fault, since it may hold a password. */
export function smtpUrl(text: string): Parsed<string> {
  const parsed = parseSmtpUrl(text, { secure: true })
  return 'wrong' in parsed ? { wrong: parsed.wrong, fix: SMTP_URL_FORM } : { value: text }
}

/** The text is kept out of the fault, since it may hold a password. */
export function smsUrl(text: string): Parsed<string> {
  const fix = 'https://user:password@host/path'
  if (!URL.canParse(text)) return { wrong: 'is not a URL', fix }
  const { protocol, hash } = new URL(text)
  if (protocol !== 'http:' && protocol !== 'https:') return { wrong: `has the protocol "${protocol}"`, fix }
  return hash === '' ? { value: text } : { wrong: 'has a fragment', fix }
}

/** True where it would be readable on the way. */
export function isPlainHttp(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && !isThisMachine(hostname.replace(/^\[(.*)\]$/, '$1'))
}

export function mailAddress(text: string): Parsed<string> {
  if (isAddress(text)) return { value: text }
  return { wrong: `"${text}" is not a mail address`, fix: 'an address such as shop@example.com' }
}

/** `address` or `Name <address>`. */
export function mailSender(text: string): Parsed<Sender> {
  const [, name = null, address = text] = /^([^<>"\p{Cc}]*[^<>"\p{Cc}\s])\s*<([^<>]*)>$/u.exec(text) ?? []
  if (isAddress(address)) return { value: { name: name === null ? null : name.trim(), address } }
  return { wrong: `"${text}" is not a sender`, fix: 'an address such as shop@example.com, or Name <shop@example.com>' }
}

/** `host:port,...` */
export function brokerList(text: string): Parsed<readonly string[]> {
  const brokers = text.split(',').map((broker) => broker.trim())
  const wrong = brokers.find((broker) => !/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/.test(broker))
  if (wrong === undefined) return { value: brokers }
  const shown = wrong.replace(/^.*@/, '***@')
  return { wrong: `"${shown}" is not a broker`, fix: 'host:port of each broker, with commas between them' }
}

/** What may stand before the name of a topic: what Kafka allows in one, and short enough to leave room for it. */
export function topicPrefix(text: string): Parsed<string> {
  if (/^[A-Za-z0-9._-]{0,100}$/.test(text)) return { value: text }
  return { wrong: `"${text}" is not a valid topic prefix`, fix: 'at most 100 of: letters, digits, dot, dash, _' }
}

/** `name:role:secret,...`, or one a line. A name in a fault could be a piece of a secret that has a comma in it. */
export function apiTokens(text: string): Parsed<readonly ApiToken[]> {
  const fix = `name:role:secret,... with the roles ${TOKEN_ROLES.join(', ')}; a secret has no comma in it`
  const tokens: ApiToken[] = []
  const entries = text.split(/[,\n]/).map((entry) => entry.trim())
  for (const [index, entry] of entries.filter((each) => each !== '').entries()) {
    const at = `token ${String(index + 1)}`
    const [name = '', roleName = '', ...rest] = entry.split(':')
    const secret = rest.join(':')
    const role = TOKEN_ROLES.find((each) => each === roleName)
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) return { wrong: `${at} has no valid name`, fix }
    if (role === undefined) return { wrong: `${at} has no known role`, fix }
    if (!PRINTABLE.test(secret)) return { wrong: `${at} has no secret of printable characters`, fix }
    if (tokens.some((each) => each.name === name)) return { wrong: `${at} has the name of another one`, fix }
    if (tokens.some((each) => each.secret === secret)) return { wrong: `${at} has the secret of another one`, fix }
    tokens.push({ name, role, secret })
  }
  if (tokens.length === 0) return { wrong: 'does not contain a token', fix }
  return { value: tokens }
}

const PRINTABLE = /^[\x21-\x7e]+$/

/** The secret of one token, as it stands behind the second colon in API_TOKENS. */
export function tokenSecret(text: string): Parsed<string> {
  if (PRINTABLE.test(text)) return { value: text }
  return {
    wrong: 'has characters that no token has',
    fix: 'the secret alone, as it stands in API_TOKENS of the service',
  }
}

/** A secret that nobody guesses. */
export function longSecret(text: string): Parsed<string> {
  if (text.length >= 16) return { value: text }
  return {
    wrong: 'has fewer than 16 characters',
    fix: 'a secret that cannot be guessed, such as openssl rand -hex 32 prints',
  }
}

export type CrashAt = Pick<CrashPlan, 'point' | 'nth'>

export const driftCheckPeriods = ['off', 'daily', 'weekly'] as const
export type DriftCheckPeriod = (typeof driftCheckPeriods)[number]

export function crashAt(text: string): Parsed<CrashAt> {
  const [name, nth = ''] = text.split(':')
  const point = crashPointNames.find((each) => each === name)
  if (point !== undefined && /^[1-9]\d{0,8}$/.test(nth)) return { value: { point, nth: Number(nth) } }
  return { wrong: `"${text}" is not a crash point`, fix: `<name>:<nth> with a name of: ${crashPointNames.join(', ')}` }
}
