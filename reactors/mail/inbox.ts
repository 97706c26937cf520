/**
 * The embedded inbox: a mail server in the process, on loopback, for the mails of this process alone. It keeps them in
 * mail.inbox, where people read them as they would in their mailbox.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { Pool } from '../../store/postgres/database.ts'
import { writeEmail } from './inbox-table.ts'
import { readMessage } from './read-message.ts'
import { ORDER_HEADER, TEMPLATE_HEADER } from './smtp-mailer.ts'
import type { SmtpServer } from './smtp-url.ts'

export interface Inbox {
  /** Where `smtpMailer` reaches it, with the password that was drawn for it. */
  readonly server: SmtpServer
  close(): Promise<void>
}

/** Larger than the longest order in the longest letters. */
const LARGEST = 8 * 1024 * 1024
/** As many mails are written at once: the connections of the mailer. */
const CONNECTIONS = 5

/** `pool` may be shared. Mails that cannot be written are answered as an outage. */
export async function openInbox(pool: Pool): Promise<Inbox> {
  const login = { user: 'orderledger', password: randomBytes(24).toString('base64url') }
  const smtp = new SMTPServer({
    logger: false,
    banner: 'OrderLedger inbox',
    size: LARGEST,
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1_000,
    onAuth({ username, password }, _session, done) {
      if (username === login.user && isSame(password ?? '', login.password)) done(null, { user: username })
      else done(new Error('wrong user or password'))
    },
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address).join(', ')
      buffer(stream)
        .then((source) => (stream.sizeExceeded ? Promise.reject(reply(552)) : keep(pool, to, source)))
        .then(
          () => done(null),
          (error: unknown) => done(error instanceof Reply ? error : reply(421)),
        )
    },
  })
  // Of single connections, which the mailer hears of too.
  smtp.on('error', () => undefined)
  const port = await new Promise<number>((resolve, reject) => {
    smtp.server.once('error', reject)
    smtp.listen(0, '127.0.0.1', () => {
      const address = smtp.server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    server: { host: '127.0.0.1', port, tls: 'offered', login, connections: CONNECTIONS, rate: null },
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  }
}

async function keep(pool: Pool, to: string, source: Buffer): Promise<void> {
  const { headers, text, html } = readMessage(source)
  await writeEmail(pool, {
    emailId: (headers.get('message-id') ?? '').replace(/^<(.*)@.*>$/, '$1'),
    to,
    subject: headers.get('subject') ?? '',
    text,
    html,
    template: headers.get(TEMPLATE_HEADER.toLowerCase()) ?? '',
    orderId: headers.get(ORDER_HEADER.toLowerCase()) ?? null,
  })
}

class Reply extends Error {
  readonly responseCode: number

  constructor(responseCode: number) {
    super('the mail was not kept')
    this.responseCode = responseCode
  }
}

function reply(code: number): Reply {
  return new Reply(code)
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
