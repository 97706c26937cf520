/** Every reactor. A new one is a file beside this one, or in a folder of its own, and a line in each list here. */
import { deliveries, type Carrier } from './deliveries.ts'
import { expireOrders, unsettledOrders } from './expire-orders.ts'
import { mail, skipMail, type MailParts } from './mail/mail.ts'
import { payments, skipPayment, type PaymentsParts } from './payments/payments.ts'
import type { RestoreWatcher } from '../store/dump/restore-dump.ts'
import { fraud, type FraudParts } from './fraud/fraud.ts'
import { FROM_THE_FIRST, watchRestore, type ReadBack } from './read-back.ts'
import type { Reactor, Skip } from './reactor.ts'
import { readerName } from './serving/reactor-table.ts'
import { unsettledPayments } from './payments/unsettled-payments.ts'
import { stockOuts, type StockOutsParts } from './stock-outs.ts'

export interface ReactorsParts {
  readonly payments: PaymentsParts
  readonly mail: MailParts
  readonly stockOuts: StockOutsParts
  readonly fraud: FraudParts
  /** Null: others deliver. */
  readonly carrier: Carrier | null
}

export const reactorNames = ['expire-orders', 'payments', 'mail', 'stock-outs', 'fraud', 'deliveries'] as const

export type ReactorName = (typeof reactorNames)[number]

/** Those that there are where deliveries are simulated or not, and nobody runs them. */
export function namesOfReactors({
  deliverySimulation,
}: {
  readonly deliverySimulation: boolean
}): readonly ReactorName[] {
  return reactorNames.filter((name) => deliverySimulation || name !== 'deliveries')
}

export function openReactorList(parts: ReactorsParts): readonly Reactor[] {
  const reactors: Readonly<Record<ReactorName, Reactor | null>> = {
    'expire-orders': expireOrders,
    payments: payments(parts.payments),
    mail: mail(parts.mail),
    'stock-outs': stockOuts(parts.stockOuts),
    fraud: fraud(parts.fraud),
    deliveries: parts.carrier === null ? null : deliveries(parts.carrier),
  }
  return reactorNames.flatMap((name) => reactors[name] ?? [])
}

const fromTheFirst: readonly ReactorName[] = ['expire-orders', 'fraud']

/**
 * Readers that begin behind the last event of a log that they are new to: what lay before an upgrade has no effect. The others
 * end what waits however long, and count what was; neither has an effect that it had before.
 */
export const readersFromNow: readonly string[] = reactorNames
  .filter((name) => !fromTheFirst.includes(name))
  .map(readerName)

/**
 * What is left to do in a log that is made from a dump; null: nothing, as what lies there is told and delivered to nobody
 * any more.
 */
const readBacks: Readonly<Record<ReactorName, ReadBack | typeof FROM_THE_FIRST | null>> = {
  'expire-orders': unsettledOrders,
  payments: unsettledPayments,
  mail: null,
  'stock-outs': null,
  fraud: FROM_THE_FIRST,
  deliveries: null,
}

export function watchReactorsRestore(): RestoreWatcher {
  return watchRestore(readBacks)
}

/** What is recorded where something of a reactor is skipped. */
export const skips: Readonly<Record<ReactorName, Skip>> = {
  'expire-orders': () => null,
  payments: skipPayment,
  mail: skipMail,
  'stock-outs': () => null,
  fraud: () => null,
  deliveries: () => null,
}
