/**
 * Who sent a webhook, and when: `OrderLedger-Signature: t=<unix s>,v1=<hex HMAC-SHA-256(secret, t + '.' + raw body)>`.
 * Several `v1` may stand in one header (a sender that has two secrets), and two secrets may be known (a receiver that
 * replaces one): one pair that fits is enough. Parts with other names are for later versions and are passed over.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** In lower case, as Node gives the names of headers. */
export const SIGNATURE_HEADER = 'orderledger-signature'
/** Either way. */
export const SIGNATURE_TOLERANCE_MS = 300_000

/** Longer ones are not read; one with a dozen signatures has 850 characters. */
const LONGEST_HEADER = 2_048

/** `at`: seconds since 1970. One `v1` for each secret. */
export function signWebhook(
  body: Uint8Array,
  signing: { readonly secrets: readonly string[]; readonly at: number },
): string {
  const t = String(Math.floor(signing.at))
  return [`t=${t}`, ...signing.secrets.map((secret) => `v1=${macOf(secret, t, body).toString('hex')}`)].join(',')
}

/** `forged`: no signature of it is that of a secret. `old`, `ahead`: signed rightly, more than five minutes away. */
export type SignatureVerdict = 'valid' | 'unsigned' | 'malformed' | 'forged' | 'old' | 'ahead'

export interface SignedWebhook {
  /** As the request had it: doubled headers come as a list or with commas between them. */
  readonly header: string | readonly string[] | undefined
  /** The bytes that came, before anything parsed them. */
  readonly body: Uint8Array
  readonly secrets: readonly string[]
  /** Milliseconds since 1970, by the clock that decides. */
  readonly now: number
}

export function verifyWebhook({ header, body, secrets, now }: SignedWebhook): SignatureVerdict {
  const text = (typeof header === 'string' ? header : (header ?? []).join(',')).trim()
  if (text === '') return 'unsigned'
  const signature = text.length > LONGEST_HEADER ? null : parse(text)
  if (signature === null) return 'malformed'
  const { t, macs } = signature
  const right = secrets.map((secret) => macOf(secret, t, body))
  // All are compared, so that the time taken does not say which secret or which signature was the right one.
  const fitting = right.flatMap((mac) => macs.map((given) => timingSafeEqual(mac, given))).filter(Boolean)
  if (fitting.length === 0) return 'forged'
  const age = now - Number(t) * 1_000
  if (age > SIGNATURE_TOLERANCE_MS) return 'old'
  return age < -SIGNATURE_TOLERANCE_MS ? 'ahead' : 'valid'
}

interface Signature {
  /** The text that was signed: 017 and 17 are two. */
  readonly t: string
  readonly macs: readonly Buffer[]
}

/** Null unless there is one `t`, and at least one `v1`, each in its form. Two `t` would leave open which one was signed. */
function parse(text: string): Signature | null {
  const parts = text.split(',').map((part) => part.trim())
  const values = (name: string) =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1))
  const [t, ...more] = values('t')
  const given = values('v1')
  if (t === undefined || more.length > 0 || !/^\d{1,12}$/.test(t)) return null
  if (given.length === 0 || !given.every((hex) => /^[0-9a-f]{64}$/i.test(hex))) return null
  return { t, macs: given.map((hex) => Buffer.from(hex, 'hex')) }
}

function macOf(secret: string, t: string, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${t}.`).update(body).digest()
}
