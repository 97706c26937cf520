import { expect, test } from 'vitest'
import { registerCustomerCommand, registerCustomerRequest } from './customer.ts'

const customer = { name: 'Ada', region: 'north' }

test.each<[string, object, string | null]>([
  ['what is needed', {}, null],
  ['all there is', { customerId: 'c1', email: 'a@b', phone: '+1 555 (0)', tier: 'vip', language: 'de-CH' }, null],
  ['an address without an @', { email: 'a.b' }, '/email'],
  ['an address with a blank', { email: 'a b@c' }, '/email'],
  ['an address that a mail program reads as two', { email: 'a@x.test,b@x.test' }, '/email'],
  ['a quoted local part', { email: '"victim@elsewhere.test x"@x.test' }, '/email'],
  ['an address in brackets', { email: '<a@x.test>' }, '/email'],
  ['a local part of 65 characters', { email: `${'a'.repeat(65)}@x.test` }, '/email'],
  ['an address in letters of another alphabet', { email: 'jürgen@x.test' }, '/email'],
  ['a domain in letters of another alphabet', { email: 'ada@bücher.test' }, null],
  ['a number with letters', { phone: 'none' }, '/phone'],
  ['another rank', { tier: 'gold' }, '/tier'],
  ['a language that is no tag', { language: 'english' }, '/language'],
  ['no region', { region: '' }, '/region'],
])('of a customer with %s it says where it is wrong', (_, more, place) => {
  const checked = registerCustomerRequest.check({ ...customer, ...more })
  expect('faults' in checked ? checked.faults[0]?.pointer : null).toBe(place)
})

test('what is left out is filled in, and the shop names whom the client does not', () => {
  const shop = { newId: () => 'made' }
  const filled = { email: null, phone: null, tier: 'standard', language: 'en' }
  expect(registerCustomerCommand(customer, shop)).toEqual({ customerId: 'made', named: false, ...customer, ...filled })
  expect(registerCustomerCommand({ customerId: 'c1', ...customer }, shop)).toMatchObject({
    customerId: 'c1',
    named: true,
  })
})
