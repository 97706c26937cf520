/** The target of a request line (RFC 9112, 3.2). One resource has one spelling behind here, so it has one key and one name. */
import type { FastifyRequest } from 'fastify'

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i
/** Letters, digits, `-`, `.`, `_` and `~` mean the same when they are percent-encoded (RFC 3986, 6.2.2.2). */
const ENCODED_UNRESERVED = /%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/gi
/** Pages, whose links are relative to the slash. */
const FOLDERS = new Set(['/', '/dashboard/', '/docs/'])

/** Path and query: without scheme and host, a fragment, letters that need no encoding, and a slash at the end. */
export function originForm(target: string): string {
  const local = target.startsWith('/') ? target : target.replace(ABSOLUTE, '')
  const end = local.search(/[?#]/)
  const path = spelled(end < 0 ? local : local.slice(0, end))
  const query = end < 0 || local[end] === '#' ? '' : local.slice(end)
  return path + query
}

function spelled(path: string): string {
  if (path === '') return '/'
  const text = path.includes('%') ? path.replace(ENCODED_UNRESERVED, decodeURIComponent) : path
  return text.endsWith('/') && !text.endsWith('//') && !FOLDERS.has(text) ? text.slice(0, -1) : text
}

/** No resource has an empty part in its path. */
export function hasEmptyPart(url: string): boolean {
  const end = url.indexOf('?')
  const slashes = url.indexOf('//')
  return slashes >= 0 && (end < 0 || slashes < end)
}

/** Of whom a request asks: the host of an absolute target counts before the header (RFC 9112, 3.2.2). */
export function hostOf({ raw, originalUrl }: Pick<FastifyRequest, 'raw' | 'originalUrl'>): string | undefined {
  if (originalUrl.startsWith('/')) return raw.headers.host
  return ABSOLUTE.exec(originalUrl)?.[1] ?? raw.headers.host
}
