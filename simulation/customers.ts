/** Who buys in the simulated shop: the same for every seed. Names, addresses and numbers are placeholders. */
import type { WantedCustomer } from '../commands/customer.ts'
import { createRandom, weightsOf } from './random.ts'

/** Names itself, and leaves nothing out. */
export type SimulatedCustomer = Required<WantedCustomer>

const VIP_SHARE = 0.1

const regions = [
  { region: 'de', language: 'de', share: 30 },
  { region: 'fr', language: 'fr', share: 20 },
  { region: 'gb', language: 'en', share: 15 },
  { region: 'it', language: 'it', share: 10 },
  { region: 'es', language: 'es', share: 10 },
  { region: 'nl', language: 'nl', share: 8 },
  { region: 'at', language: 'de', share: 4 },
  { region: 'us', language: 'en', share: 3 },
] as const

const regionWeights = weightsOf(regions.map(({ share }) => share))

/** The customer with this number (1 and up): the same one whenever it is asked for. */
export function simulatedCustomer(number: number): SimulatedCustomer {
  const random = createRandom(number, 'customer')
  const { region, language } = regions[random.weighted(regionWeights)] ?? regions[0]
  const digits = String(number).padStart(5, '0')
  return {
    customerId: `customer-${digits}`,
    name: `Customer ${digits}`,
    email: `customer-${digits}@example.com`,
    phone: `+1555${digits.padStart(7, '0')}`,
    region,
    language,
    tier: random.unit() < VIP_SHARE ? 'vip' : 'standard',
  }
}

/** The first `count` customers. */
export function simulatedCustomers(count: number): readonly SimulatedCustomer[] {
  return Array.from({ length: count }, (_, index) => simulatedCustomer(index + 1))
}
