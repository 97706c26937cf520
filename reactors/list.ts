/** Every reactor, and what the others need to know of it. A new one is a file, here or in a folder of its own, and a row. */
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

interface Row {
  readonly name: string
  /** Whether there is one in such a shop; where not, nobody runs it. */
  readonly isThere: (shop: ReactorShop) => boolean
  /** Null: others do what it would do. */
  readonly open: (parts: ReactorsParts) => Reactor | null
  /**
   * Where it begins in a log that it is new to. `now`, behind the last event: what lay before an upgrade has no effect. One
   * that ends what waits however long, or counts what was, begins at the first: neither has an effect that it had before.
   */
  readonly begins: 'now' | 'first'
  /**
   * What is left to do in a log that is made from a dump; null: nothing, as what lies there leads to no mail and no delivery
   * any more.
   */
  readonly left: ReadBack | typeof FROM_THE_FIRST | null
  /** What is recorded where something of it is skipped. */
  readonly skip: Skip
}

interface ReactorShop {
  readonly deliverySimulation: boolean
}

const always = (): boolean => true
const nothing = (): null => null

const list = [
  {
    name: 'expire-orders',
    begins: 'first',
    left: unsettledOrders,
    isThere: always,
    open: () => expireOrders,
    skip: nothing,
  },
  {
    name: 'payments',
    begins: 'now',
    left: unsettledPayments,
    isThere: always,
    open: (parts) => payments(parts.payments),
    skip: skipPayment,
  },
  {
    name: 'mail',
    begins: 'now',
    left: null,
    isThere: always,
    open: (parts) => mail(parts.mail),
    skip: skipMail,
  },
  {
    name: 'stock-outs',
    begins: 'now',
    left: null,
    isThere: always,
    open: (parts) => stockOuts(parts.stockOuts),
    skip: nothing,
  },
  {
    name: 'fraud',
    begins: 'first',
    left: FROM_THE_FIRST,
    isThere: always,
    open: (parts) => fraud(parts.fraud),
    skip: nothing,
  },
  {
    name: 'deliveries',
    begins: 'now',
    left: null,
    isThere: (shop) => shop.deliverySimulation,
    open: ({ carrier }) => (carrier === null ? null : deliveries(carrier)),
    skip: nothing,
  },
] as const satisfies readonly Row[]

const rows: readonly Row[] = list

export type ReactorName = (typeof list)[number]['name']

export const reactorNames: readonly ReactorName[] = list.map(({ name }) => name)

export function namesOfReactors(shop: ReactorShop): readonly string[] {
  return rows.filter(({ isThere }) => isThere(shop)).map(({ name }) => name)
}

export function openReactorList(parts: ReactorsParts): readonly Reactor[] {
  return rows.flatMap(({ open }) => open(parts) ?? [])
}

/** Readers that begin behind the last event of a log that they are new to. */
export const readersFromNow: readonly string[] = rows
  .filter(({ begins }) => begins === 'now')
  .map(({ name }) => readerName(name))

export function watchReactorsRestore(): RestoreWatcher {
  return watchRestore(Object.fromEntries(rows.map(({ name, left }) => [name, left])))
}

export const skips: Readonly<Record<string, Skip>> = Object.fromEntries(rows.map(({ name, skip }) => [name, skip]))
