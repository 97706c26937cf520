/** A mail, mailers to servers on this machine, and such a server. */
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { readMessage, type Message } from '../../reactors/mail/read-message.ts'
import { messageIdOf, type Mail, type Mailer } from '../../reactors/mail/mailer.ts'
import { render } from '../../reactors/mail/render.ts'
import { samples } from '../../cli/output/mail-samples.ts'
import { smtpMailer, type SmtpPatience } from '../../reactors/mail/smtp-mailer.ts'
import type { SmtpServer } from '../../reactors/mail/smtp-url.ts'

export const CAUSE = '01981f6e-40c2-7cc1-9d3b-5a6b7c8d9e0f'

/** What a test opened. */
export const opened: (() => Promise<unknown>)[] = []

/** After each test. */
export async function closeOpened(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close()
}

export function mailTo(to: string, changed: Partial<Mail> = {}): Mail {
  return {
    messageId: messageIdOf(CAUSE, 'order-delivered'),
    to,
    ...render('order-delivered', 'fr', samples['order-delivered']),
    template: 'order-delivered',
    orderId: 'o-1',
    ...changed,
  }
}

export function mailerTo(port: number, changed: Partial<SmtpServer> = {}, patience?: Partial<SmtpPatience>): Mailer {
  const server: SmtpServer = {
    host: '127.0.0.1',
    port,
    tls: 'offered',
    login: null,
    connections: 2,
    rate: null,
    ...changed,
  }
  const mailer = smtpMailer({
    server,
    from: { name: 'Café Ada', address: 'shop@localhost' },
    patience: { connect: 2_000, silence: 20_000, whole: 60_000, ...patience },
  })
  opened.push(() => mailer.close())
  return mailer
}

export interface Received extends Message {
  readonly from: string
  readonly to: readonly string[]
}

/** A real mail server, and what it took. */
export async function realServer(options: SMTPServerOptions = {}, wantedPort = 0) {
  const received: Received[] = []
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onData(stream, { envelope }, done) {
      buffer(stream).then(
        (source) => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
          received.push({ from, to: envelope.rcptTo.map(({ address }) => address), ...readMessage(source) })
          done(null)
        },
        // Its sender is gone.
        (error: Error) => done(error),
      )
    },
    ...options,
  })
  server.on('error', () => undefined)
  server.listen(wantedPort, '127.0.0.1')
  await once(server.server, 'listening')
  const close = () => new Promise((resolve) => server.close(() => resolve(null)))
  opened.push(close)
  return { received, close, port: (server.server.address() as AddressInfo).port }
}

/** An answer of such a server. */
export function failure(responseCode: number, message = 'no'): Error {
  return Object.assign(new Error(message), { responseCode })
}
