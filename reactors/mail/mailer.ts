/** The port through which mail leaves, and what may become of one. */

export interface Sender {
  /** Null: the address alone. */
  readonly name: string | null
  readonly address: string
}

export interface Mail {
  /** One for each step, so that a repeat can be recognised: as `messageIdOf` gives it. */
  readonly messageId: string
  /** An address as `isAddress` takes it; anything else is refused as `bad-address`, and no server hears of it. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly template: string
  /** Null: it is about no order. */
  readonly orderId: string | null
}

/**
 * A reason is a code with the numbers of the reply, such as `refused 550 5.1.1`, and never the words of the server, which
 * repeat the address.
 */
export type SendOutcome =
  | { readonly outcome: 'sent' }
  /** Final for this address: a 5xx to RCPT TO or to the message. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** A temporary fault of this address or message alone: a 4xx to RCPT TO or to the message. */
  | { readonly outcome: 'later'; readonly reason: string }
  /** The server takes mail from nobody now, or not from us. */
  | { readonly outcome: 'outage'; readonly reason: string }

export interface Mailer {
  /** Never rejects. A mail whose outcome is no `sent` may have arrived all the same, where the connection was lost. */
  send(mail: Mail): Promise<SendOutcome>
  /** Ends what is under way within a moment: its outcome is an outage. */
  close(): Promise<void>
}

/** The same for the same event and template, whenever it is asked for. `cause`: the id of the event. */
export function messageIdOf(cause: string, template: string): string {
  return `<${cause}.${template}@orderledger>`
}
