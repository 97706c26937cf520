/** One customer: who they are and how the shop ranks them. Personal data lives in these streams and nowhere else. */
import type { CustomerEvent, Tier } from '../schemas/events.ts'
import { accept, refuse, to, type Aggregate, type Decision, type Read } from './decision.ts'
import type { CustomerId } from './values.ts'

export type Customer = Unregistered | Registered

export interface Unregistered {
  readonly status: 'none'
}

export interface Registered {
  readonly status: 'registered'
  readonly tier: Tier
  /** As first registered: what a repeated RegisterCustomer is compared with. */
  readonly registration: Registration
}

export interface Registration {
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly region: string
  readonly tier: Tier
  readonly language: string
}

export const customer: Aggregate<Customer, CustomerEvent> = {
  kind: 'customer',
  fold: 1,
  initial: { status: 'none' },
  evolve(state, event) {
    switch (event.type) {
      case 'CustomerRegistered': {
        const { name, email, phone, region, tier, language } = event
        return { status: 'registered', tier, registration: { name, email, phone, region, tier, language } }
      }
      case 'CustomerTierChanged':
        return state.status === 'none' ? state : { ...state, tier: event.tier }
    }
  },
}

export interface RegisterCustomer extends Registration {
  readonly customerId: CustomerId
  /** True when the client chose the id, which may then exist; false when it was made just now. */
  readonly named: boolean
}

export interface ChangeTier {
  readonly customerId: CustomerId
  readonly tier: Tier
}

export interface CustomerExists {
  readonly reason: 'customer-exists'
  readonly customerId: CustomerId
}

export interface UnknownCustomer {
  readonly reason: 'unknown-customer'
  readonly customerId: CustomerId
}

/** Registers a customer once. Asked again with the content first registered, it accepts and changes nothing. */
export function registerCustomer(command: RegisterCustomer, read: Read): Decision<CustomerExists> {
  const { customerId, named, name, email, phone, region, tier, language } = command
  const existing = named ? read(customer, customerId) : read.creating(customer, customerId)
  if (existing.status === 'registered') {
    return registeredAlike(existing.registration, command)
      ? accept()
      : refuse({ reason: 'customer-exists', customerId })
  }
  return accept(
    to(customer, customerId, {
      type: 'CustomerRegistered',
      customerId,
      name,
      email,
      phone,
      region,
      tier,
      language,
    }),
  )
}

/** Ranks a customer; orders already placed keep their tier. The present tier again changes nothing. */
export function changeTier(command: ChangeTier, read: Read): Decision<UnknownCustomer> {
  const { customerId, tier } = command
  const existing = read(customer, customerId)
  if (existing.status === 'none') return refuse({ reason: 'unknown-customer', customerId })
  if (existing.tier === tier) return accept()
  return accept(to(customer, customerId, { type: 'CustomerTierChanged', customerId, tier }))
}

function registeredAlike(one: Registration, other: Registration): boolean {
  return (
    one.name === other.name &&
    one.email === other.email &&
    one.phone === other.phone &&
    one.region === other.region &&
    one.tier === other.tier &&
    one.language === other.language
  )
}
