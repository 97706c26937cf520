/** Every reactor. A new one is a file beside this one, or in a folder of its own, and a line in each list here. */
import { expireOrders } from './expire-orders.ts'
import { mail, skipMail, type MailParts } from './mail/mail.ts'
import { payments, skipPayment, type PaymentsParts } from './payments/payments.ts'
import type { Reactor, Skip } from './reactor.ts'
import { readerName } from './reactor-table.ts'
import { stockOuts, type StockOutsParts } from './stock-outs.ts'

export interface ReactorsParts {
  readonly payments: PaymentsParts
  readonly mail: MailParts
  readonly stockOuts: StockOutsParts
}

/** Their names, where nobody runs them. */
export const reactorNames = ['expire-orders', 'payments', 'mail', 'stock-outs'] as const

export type ReactorName = (typeof reactorNames)[number]

export function openReactorList(parts: ReactorsParts): readonly Reactor[] {
  const reactors: Readonly<Record<ReactorName, Reactor>> = {
    'expire-orders': expireOrders,
    payments: payments(parts.payments),
    mail: mail(parts.mail),
    'stock-outs': stockOuts(parts.stockOuts),
  }
  return reactorNames.map((name) => reactors[name])
}

/** Readers for whom a log that is made from a dump begins at its head: what lies before is told to nobody any more. */
export const readersFromHead: readonly string[] = (['mail', 'stock-outs'] satisfies ReactorName[]).map(readerName)

/** What is recorded where something of a reactor is skipped. */
export const skips: Readonly<Record<ReactorName, Skip>> = {
  'expire-orders': () => null,
  payments: skipPayment,
  mail: skipMail,
  'stock-outs': () => null,
}
