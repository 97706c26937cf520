/** What is counted of the last five minutes, up to and with an attempt. */
import type { Timestamp } from '../../domain/values.ts'
import type { PaymentFact } from './payment-facts.ts'
import { countsOf, type CountingRule, type FraudTable } from './table.ts'
import { Window } from './windows.ts'

/** An attempt to pay, or its decline, in so far as it is counted. */
export type CountedFact = Pick<
  PaymentFact,
  'orderId' | 'attempt' | 'customerId' | 'method' | 'card' | 'device' | 'address' | 'network'
> & { readonly kind: 'requested' | 'declined' }

export type Counts = Readonly<Record<CountingRule, number>>

type WindowName = Exclude<CountingRule, 'cardsOnDeviceOrAccount'> | 'cardsOnDevice' | 'cardsOnAccount'

export class Features {
  readonly #windows: Readonly<Record<WindowName, Window>>

  constructor(table: FraudTable) {
    const most = countsOf(table)
    const window = (rule: CountingRule) => new Window(most[rule])
    this.#windows = {
      accountsOnCard: window('accountsOnCard'),
      cardsOnDevice: window('cardsOnDeviceOrAccount'),
      cardsOnAccount: window('cardsOnDeviceOrAccount'),
      accountsOnDevice: window('accountsOnDevice'),
      accountsAtAddress: window('accountsAtAddress'),
      attemptsOfCustomer: window('attemptsOfCustomer'),
      declinedOfCustomer: window('declinedOfCustomer'),
      attemptsOfNetwork: window('attemptsOfNetwork'),
    }
  }

  /** Entities that are kept, of all windows. */
  get size(): number {
    return Object.values(this.#windows).reduce((sum, window) => sum + window.size, 0)
  }

  add(fact: CountedFact, at: Timestamp): void {
    const { customerId, device, address, network } = fact
    const [id, card, windows] = [attemptId(fact), cardOf(fact), this.#windows]
    if (fact.kind === 'declined') return windows.declinedOfCustomer.add(customerId, id, at)
    if (card !== null) {
      windows.accountsOnCard.add(card, customerId, at)
      windows.cardsOnAccount.add(customerId, card, at)
      if (device !== null) windows.cardsOnDevice.add(device, card, at)
    }
    if (device !== null) windows.accountsOnDevice.add(device, customerId, at)
    if (address !== null) windows.accountsAtAddress.add(address, customerId, at)
    if (network !== null) windows.attemptsOfNetwork.add(network, id, at)
    windows.attemptsOfCustomer.add(customerId, id, at)
  }

  /** 0 where a rule lacks its field. The attempt counts itself. */
  counts(fact: CountedFact, now: Timestamp): Counts {
    const { customerId, device, address, network } = fact
    const [id, card, windows] = [attemptId(fact), cardOf(fact), this.#windows]
    const of = (name: WindowName, entity: string | null, self: string | null) =>
      entity === null ? 0 : windows[name].count(entity, self, now)
    return {
      accountsOnCard: of('accountsOnCard', card, customerId),
      cardsOnDeviceOrAccount:
        card === null ? 0 : Math.max(of('cardsOnDevice', device, card), of('cardsOnAccount', customerId, card)),
      accountsOnDevice: of('accountsOnDevice', device, customerId),
      accountsAtAddress: of('accountsAtAddress', address, customerId),
      attemptsOfCustomer: of('attemptsOfCustomer', customerId, id),
      declinedOfCustomer: of('declinedOfCustomer', customerId, fact.kind === 'declined' ? id : null),
      attemptsOfNetwork: of('attemptsOfNetwork', network, id),
    }
  }

  sweep(now: Timestamp): void {
    for (const window of Object.values(this.#windows)) window.sweep(now)
  }
}

export function attemptId({ orderId, attempt }: Pick<PaymentFact, 'orderId' | 'attempt'>): string {
  return `${orderId}/${attempt}`
}

/** Wallets draw a new card each time. */
export function cardOf({ method, card }: Pick<PaymentFact, 'method' | 'card'>): string | null {
  return method === 'card' ? card : null
}
