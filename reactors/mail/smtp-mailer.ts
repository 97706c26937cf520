/** Mail by SMTP, over a few connections that stay open. */
import nodemailer from 'nodemailer'
import { isAddress } from '../../domain/address.ts'
import type { Mail, Mailer, Sender, SendOutcome } from './mailer.ts'
import { outcomeOf } from './smtp-outcome.ts'
import type { SmtpServer } from './smtp-url.ts'

export interface SmtpOptions {
  readonly server: SmtpServer
  readonly from: Sender
  readonly patience?: SmtpPatience
}

/** Milliseconds. */
export interface SmtpPatience {
  /** Until connected, encrypted and greeted. */
  readonly connect: number
  /** Without a byte from the server. It scans the message before it answers: who gives up sooner sends it twice. */
  readonly silence: number
  /** For one mail in all, however the server spends them: some send a byte now and then. */
  readonly whole: number
}

const PATIENCE: SmtpPatience = { connect: 10_000, silence: 60_000, whole: 180_000 }
/** Servers close a connection after this many mails, or count it against us. */
const MAILS_PER_CONNECTION = 100
/**
 * Over another connection, only while not a byte of the message was sent: servers close connections that are idle. Whatever
 * else happens is for the caller to repeat.
 */
const REQUEUES = 2

export const TEMPLATE_HEADER = 'X-OrderLedger-Template'
export const ORDER_HEADER = 'X-OrderLedger-Order'

export function smtpMailer({ server, from, patience = PATIENCE }: SmtpOptions): Mailer {
  const { host, port, tls, login, connections, rate } = server
  const transport = nodemailer.createTransport({
    pool: true,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    tls: { rejectUnauthorized: tls !== 'offered' },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    maxConnections: connections,
    maxMessages: MAILS_PER_CONNECTION,
    maxRequeues: REQUEUES,
    ...(rate === null ? {} : { rateLimit: rate, rateDelta: 1_000 }),
    connectionTimeout: patience.connect,
    greetingTimeout: patience.connect,
    socketTimeout: patience.silence,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // A connection that dies idle is not our concern: the next mail opens one.
  transport.on('error', () => undefined)
  const underWay = new Map<Promise<SendOutcome>, AbortController>()
  let closed = false

  async function deliver(mail: Mail, signal: AbortSignal): Promise<SendOutcome> {
    try {
      await transport.sendMail({
        messageId: mail.messageId,
        from: { name: from.name ?? '', address: from.address },
        to: { name: '', address: mail.to },
        envelope: { from: from.address, to: [mail.to] },
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        textEncoding: 'quoted-printable',
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'OOF, AutoReply',
          [TEMPLATE_HEADER]: mail.template,
          ...(mail.orderId === null ? {} : { [ORDER_HEADER]: mail.orderId }),
        },
        signal,
      })
      return { outcome: 'sent' }
    } catch (error) {
      return outcomeOf(error)
    }
  }

  return {
    send(mail) {
      if (!isAddress(mail.to)) return Promise.resolve({ outcome: 'refused', reason: 'bad-address' })
      if (closed) return Promise.resolve({ outcome: 'outage', reason: 'stopped' })
      const ending = new AbortController()
      const timer = setTimeout(() => ending.abort(), patience.whole)
      const sending = deliver(mail, ending.signal).finally(() => {
        clearTimeout(timer)
        underWay.delete(sending)
      })
      underWay.set(sending, ending)
      return sending
    },
    async close() {
      closed = true
      for (const ending of underWay.values()) ending.abort()
      await Promise.all(underWay.keys())
      transport.close({ force: true })
    },
  }
}
