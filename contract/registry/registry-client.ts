/**
 * Plain HTTP to a Confluent-compatible registry, with the truth about what went wrong. The JS client of registries hides
 * it: there a refused connection is a status 400, nothing has a time-out, and registering changes levels.
 */
import { cut } from '../compatibility/cut.ts'
import { RegistryFailure } from './schema-registry.ts'

export interface RegistryClientOptions {
  /** With a path and with a user and password where it has them. */
  readonly url: string
  /** What our own registry asks for where API_TOKENS are set. */
  readonly token?: string | null
  /** Milliseconds for a whole exchange. */
  readonly timeout: number
}

export interface RegistryRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below the URL of the registry. */
  readonly path: string
  readonly body?: unknown
}

/** Resolves with the JSON of a 2xx, or null for what the registry does not know. Throws a RegistryFailure. */
export type RegistryClient = (request: RegistryRequest) => Promise<unknown>

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'
/** Schemas are bounded by a megabyte or so; a thousand of them is a long list. */
const MOST_BYTES = 64 * 1024 * 1024
/** Characters of its own words: those about an incompatible schema are long. */
const MOST_SAID = 65_536
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

export function registryClient({ url, timeout, token = null }: RegistryClientOptions): RegistryClient {
  const { base, authorization: ofUrl } = addressOf(url)
  const authorization = token === null ? ofUrl : `Bearer ${token}`
  return async ({ method, path, body }) => {
    const asked = `${method} ${base}${path}`
    const { status, text, location } = await exchange(
      `${base}${path}`,
      {
        method,
        headers: {
          accept: `${MEDIA_TYPE}, application/json;q=0.9`,
          ...(body !== undefined && { 'content-type': MEDIA_TYPE }),
          ...(authorization !== null && { authorization }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      },
      { timeout, asked },
    )
    if (location !== null) throw redirected({ asked, path, location })
    return answerOf({ status, text, asked })
  }
}

/** The URL without its credentials and without a slash at its end: fit for messages. */
export function addressOf(url: string): { readonly base: string; readonly authorization: string | null } {
  const { origin, pathname, username, password } = new URL(url)
  const base = origin + pathname.replace(/\/+$/, '')
  if (username === '' && password === '') return { base, authorization: null }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { base, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

interface Exchanged {
  readonly status: number
  readonly text: string
  /** Where else it sends the client; null: nowhere. */
  readonly location: string | null
}

/** A redirect is not followed: it would make a GET of each POST, and take a password to somewhere else. */
function redirected({ asked, path, location }: Record<'asked' | 'path' | 'location', string>): RegistryFailure {
  const { base } = addressOf(location)
  const wanted = base.endsWith(path) ? base.slice(0, -path.length) : base
  return new RegistryFailure('registry-answer-unreadable', `${asked}: it redirects to ${wanted}; give that URL`)
}

async function exchange(
  url: string,
  init: RequestInit,
  { timeout, asked }: { readonly timeout: number; readonly asked: string },
): Promise<Exchanged> {
  try {
    const whole = { ...init, signal: AbortSignal.timeout(timeout) }
    // A connection that was kept may have been closed by a registry that was restarted: that is found out by using it.
    // Every request here can be repeated, registering too.
    return await once(url, whole).catch((error: unknown) => {
      if (!CLOSED.has(codeOf(error))) throw error
      return once(url, whole)
    })
  } catch (cause) {
    const why = isTimeout(cause) ? `no answer within ${timeout / 1_000} s` : reasonOf(cause)
    throw new RegistryFailure('registry-unreachable', `${asked}: ${why}`, { cause })
  }
}

async function once(url: string, init: RequestInit): Promise<Exchanged> {
  const response = await fetch(url, { ...init, redirect: 'manual' })
  const to = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
  const location = to !== null && URL.canParse(to, url) ? new URL(to, url).href : null
  return { status: response.status, text: await bodyOf(response), location }
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new Error('the answer is incomplete')
  }
  return Buffer.concat(chunks).toString()
}

export interface RegistryAnswer {
  readonly status: number
  readonly text: string
  /** Method and URL, for messages. */
  readonly asked: string
}

/** What an answer means. Throws a RegistryFailure for anything but a 2xx and a 404 of the registry's own. */
export function answerOf({ status, text, asked }: RegistryAnswer): unknown {
  const json = jsonOf(text)
  if (status >= 200 && status < 300) {
    if (json !== undefined) return json
    throw new RegistryFailure('registry-answer-unreadable', `${asked}: the answer is not JSON: ${shown(text)}`)
  }
  const { errorCode, message } = confluentError(json)
  const said = `${asked}: ${status} ${message ?? shown(text)}`.trim()
  // A 404 of something else than a registry (a wrong path, a proxy) says nothing about a schema.
  if (status === 404 && errorCode !== null) return null
  if (status === 404 || status < 400) throw new RegistryFailure('registry-answer-unreadable', said)
  if (status === 409) throw new RegistryFailure('schema-incompatible', message ?? said)
  if (status >= 500 || status === 429 || status === 408) throw new RegistryFailure('registry-unreachable', said)
  throw new RegistryFailure('registry-refused', said)
}

function confluentError(json: unknown): { readonly errorCode: number | null; readonly message: string | null } {
  if (typeof json !== 'object' || json === null) return { errorCode: null, message: null }
  const errorCode: unknown = Reflect.get(json, 'error_code')
  const message: unknown = Reflect.get(json, 'message')
  return {
    errorCode: typeof errorCode === 'number' ? errorCode : null,
    message: typeof message === 'string' ? cut(message, MOST_SAID) : null,
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

// fetch says "fetch failed", and the reason is its cause; of a name with several addresses, a list of causes.
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ')
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : reasonOf(error.cause)
}

/** Of the innermost cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error.cause !== undefined) return codeOf(error.cause)
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function shown(text: string): string {
  return JSON.stringify(cut(text))
}
