import { describe, test } from 'vitest'
import { changeTier, registerCustomer, type RegisterCustomer } from './customer.ts'
import { customerRegistered, customerTierChanged } from './test-events.ts'
import { given, on } from './test-kit.ts'

const registerAda: RegisterCustomer = {
  customerId: 'c1',
  named: true,
  name: 'Ada Example',
  email: 'ada@example.test',
  phone: null,
  region: 'north',
  tier: 'standard',
  language: 'en',
}

describe('registering a customer', () => {
  test('records who they are', () =>
    given({})
      .when(registerCustomer, registerAda)
      .then(...on('customer-c1', customerRegistered('c1'))))

  test('under an id made just now needs no look-up', () =>
    given({})
      .whenKeyed(registerCustomer, { ...registerAda, named: false })
      .then(...on('customer-c1', customerRegistered('c1'))))

  test('again with the same content changes nothing, even after a change of tier', () =>
    given({ 'customer-c1': [customerRegistered('c1'), customerTierChanged('c1', 'vip')] })
      .when(registerCustomer, registerAda)
      .changesNothing())

  test.each<Partial<RegisterCustomer>>([
    { name: 'Another' },
    { email: null },
    { phone: '+49 30 1' },
    { region: 'south' },
    { tier: 'vip' },
    { language: 'de' },
  ])('again with other content %j is refused', (other) =>
    given({ 'customer-c1': [customerRegistered('c1')] })
      .when(registerCustomer, { ...registerAda, ...other })
      .refuses({ reason: 'customer-exists', customerId: 'c1' }),
  )

  test('with the present tier instead of the first is other content', () =>
    given({ 'customer-c1': [customerRegistered('c1'), customerTierChanged('c1', 'vip')] })
      .when(registerCustomer, { ...registerAda, tier: 'vip' })
      .refuses({ reason: 'customer-exists', customerId: 'c1' }))
})

describe('changing a tier', () => {
  test('ranks the customer anew', () =>
    given({ 'customer-c1': [customerRegistered('c1')] })
      .when(changeTier, { customerId: 'c1', tier: 'vip' })
      .then(...on('customer-c1', customerTierChanged('c1', 'vip'))))

  test('to what it is changes nothing', () =>
    given({ 'customer-c1': [customerRegistered('c1'), customerTierChanged('c1', 'vip')] })
      .when(changeTier, { customerId: 'c1', tier: 'vip' })
      .changesNothing())

  test('back to the first tier is a change', () =>
    given({ 'customer-c1': [customerRegistered('c1'), customerTierChanged('c1', 'vip')] })
      .when(changeTier, { customerId: 'c1', tier: 'standard' })
      .then(...on('customer-c1', customerTierChanged('c1', 'standard'))))

  test('of an unknown customer is refused', () =>
    given({})
      .when(changeTier, { customerId: 'c1', tier: 'vip' })
      .refuses({ reason: 'unknown-customer', customerId: 'c1' }))
})
