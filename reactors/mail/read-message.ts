/** Reads the one form of message that our own mailer makes: some headers, and text and HTML as alternatives, in UTF-8. */

export interface Message {
  /** By their names in lower case, decoded. */
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
  readonly html: string
}

/** What is not of that form has empty texts. */
export function readMessage(source: Buffer): Message {
  // One character a byte: a body may be cut between them.
  const { headers, body } = partOf(source.toString('latin1'))
  const parts = partsOf(headers, body)
  const content = (type: string) => {
    const part = parts.find((each) => (each.headers.get('content-type') ?? '').startsWith(type))
    return part === undefined ? '' : bodyOf(part)
  }
  return { headers, text: content('text/plain'), html: content('text/html') }
}

interface Part {
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

function partOf(source: string): Part {
  const end = source.startsWith('\r\n') ? 0 : source.indexOf('\r\n\r\n')
  const head = end === -1 ? source : source.slice(0, end)
  const headers = head
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .split('\r\n')
    .flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 1 ? [] : [[line.slice(0, colon).toLowerCase(), wordsOf(line.slice(colon + 1).trim())] as const]
    })
  return { headers: new Map(headers), body: end === -1 ? '' : source.slice(end + 4) }
}

function partsOf(headers: ReadonlyMap<string, string>, body: string): readonly Part[] {
  const boundary = /^multipart\/.*boundary="?([^";]+)/i.exec(headers.get('content-type') ?? '')?.[1]
  if (boundary === undefined) return [{ headers, body }]
  return `\r\n${body}`
    .split(`\r\n--${boundary}`)
    .slice(1)
    .filter((part) => part.startsWith('\r\n'))
    .map((part) => partOf(part.slice(2)))
}

function bodyOf({ headers, body }: Part): string {
  const encoding = (headers.get('content-transfer-encoding') ?? '7bit').toLowerCase()
  if (encoding === 'base64') return lines(Buffer.from(body, 'base64'))
  if (encoding === 'quoted-printable') return lines(unquoted(body.replaceAll(/=[ \t]*\r\n/g, '')))
  return lines(Buffer.from(body, 'latin1'))
}

/** RFC 2047: `=?UTF-8?Q?=C3=A9t=C3=A9?=`; blanks between two such words mean nothing. */
function wordsOf(text: string): string {
  const word = /=\?utf-8\?([qb])\?([^?]*)\?=(?:[ \t]+(?==\?utf-8\?))?/gi
  return text.replaceAll(word, (_, encoding: string, encoded: string) =>
    encoding.toLowerCase() === 'b'
      ? Buffer.from(encoded, 'base64').toString()
      : unquoted(encoded.replaceAll('_', ' ')).toString(),
  )
}

function unquoted(text: string): Buffer {
  const plain = text.replaceAll(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return Buffer.from(plain, 'latin1')
}

function lines(bytes: Buffer): string {
  return bytes.toString().replaceAll('\r\n', '\n')
}
