/** What a URL may say of a connection: where the server is, as whom, and how it is encrypted. The rest is ours. */

const KEPT = new Set([
  'host',
  'port',
  'user',
  'password',
  'ssl',
  'sslmode',
  'sslcert',
  'sslkey',
  'sslrootcert',
  'sslnegotiation',
  'uselibpqcompat',
])

/** The modes that the driver treats alike, and warns of on standard error, where nobody expects its lines. */
const VERIFIED = new Set(['prefer', 'require', 'verify-ca'])

export interface SessionUrl {
  readonly connectionString: string
  /** Of the parameter `options`, to stand before ours: the last one of a name counts. */
  readonly options: readonly string[]
}

/**
 * The driver takes any parameter of a URL as its own setting, before those that the program gives: `statement_timeout`,
 * `application_name` or `options` would replace ours without a word.
 */
export function sessionUrl(text: string): SessionUrl {
  const url = new URL(text)
  const options = url.searchParams.getAll('options')
  for (const name of [...url.searchParams.keys()]) if (!KEPT.has(name)) url.searchParams.delete(name)
  const mode = url.searchParams.get('sslmode') ?? ''
  if (VERIFIED.has(mode) && url.searchParams.get('uselibpqcompat') !== 'true') {
    url.searchParams.set('sslmode', 'verify-full')
  }
  return { connectionString: url.href, options }
}
