/** What a failed sending means: of this address, or of the server, by the step of the dialogue that failed. */
import type { SendOutcome } from './mailer.ts'

/** As nodemailer says it. */
interface SmtpError {
  readonly code?: unknown
  /** The step: `CONN`, `EHLO`, `STARTTLS`, `AUTH PLAIN`, `MAIL FROM`, `RCPT TO`, `DATA`, ...; `API`: it never began. */
  readonly command?: unknown
  readonly responseCode?: unknown
  readonly response?: unknown
}

/** Names of what failed before a recipient or a message was judged. */
const STEPS: readonly (readonly [step: RegExp, name: string])[] = [
  [/^(EHLO|HELO|LHLO)/, 'hello'],
  [/^STARTTLS/, 'tls'],
  [/^AUTH/, 'login'],
  [/^MAIL FROM/, 'sender'],
]

const CODES: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'timed-out',
  EABORT: 'timed-out',
  ETLS: 'tls',
  EAUTH: 'login',
  ENOAUTH: 'login',
  EDNS: 'unknown-host',
  EPROTOCOL: 'greeting',
  ECONNECTION: 'dropped',
}

/**
 * A 5xx is final, and a 4xx of this address alone, only as the answer to RCPT TO or to the message itself. At the greeting,
 * TLS, AUTH or MAIL FROM, and with 421 or no answer at all, it is the server's fault or ours. A refused DATA comes before the
 * message, and after a recipient that was taken: it is tried again, and holds up nobody.
 */
export function outcomeOf(error: unknown): Exclude<SendOutcome, { outcome: 'sent' }> {
  const { code, command, responseCode, response } = asSmtpError(error)
  const reply = typeof responseCode === 'number' ? responseCode : null
  const numbers = reply === null ? '' : ` ${String(reply)}${enhanced(response)}`
  if (code === 'EENVELOPE' && command === 'API') return { outcome: 'refused', reason: 'bad-address' }
  const judged = command === 'RCPT TO' || command === 'DATA'
  if (judged && reply !== null && reply !== 421) {
    const isMessage = code === 'EMESSAGE'
    if (reply >= 500 && (command === 'RCPT TO' || isMessage)) return { outcome: 'refused', reason: `refused${numbers}` }
    if (reply >= 400) return { outcome: 'later', reason: `deferred${numbers}` }
  }
  return { outcome: 'outage', reason: `${reply === 421 ? 'closing' : stepOf(code, command, error)}${numbers}` }
}

function stepOf(code: unknown, command: unknown, error: unknown): string {
  const step = typeof command === 'string' ? STEPS.find(([pattern]) => pattern.test(command)) : undefined
  if (step !== undefined) return step[1]
  if (code === 'ESOCKET') return isCertificateFault(error) ? 'tls' : 'unreachable'
  return (typeof code === 'string' ? CODES[code] : undefined) ?? 'failed'
}

/** A certificate that nobody vouches for, or of another host; or a server that does not speak TLS there. */
function isCertificateFault(error: unknown): boolean {
  const original = error instanceof Error && 'originalCode' in error ? error.originalCode : null
  return typeof original === 'string' && /CERT|SIGNED|ISSUER|ALTNAME|SSL|TLS/.test(original)
}

/** RFC 3463: ` 5.1.1`. */
function enhanced(response: unknown): string {
  const found = typeof response === 'string' ? /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response) : null
  return found === null ? '' : ` ${found[1] ?? ''}`
}

function asSmtpError(error: unknown): SmtpError {
  return typeof error === 'object' && error !== null ? error : {}
}
