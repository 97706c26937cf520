import { afterEach, expect, test, vi } from 'vitest'
import type { FraudAlert } from '../api-shapes.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function inFrench(rule: string, text: string, regions: FraudAlert['reasons'][number]['regions'] = null) {
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', { languages: ['fr-FR'] })
  vi.resetModules()
  const { reasonText } = await import('./words.ts')
  const { currencyDigits } = await import('../parts/format.ts')
  currencyDigits.value = 2
  return reasonText({ rule, points: 1, value: 3, text, regions }, {
    amount: { amount: 5, currency: 'EUR' },
  } as FraudAlert)
}

test.each(['accountsOnCard', 'amountAgainstMean', 'newDevice', 'amount'])(
  '%s is a reason in the language of the page',
  async (rule) => {
    expect(await inFrench(rule, 'as the service says it')).not.toBe('as the service says it')
  },
)

test('cardRegion names the two regions of its alert, and says what the service says where the alert does not name them', async () => {
  const regions = { card: 'FR', customer: 'DE' }
  expect(await inFrench('cardRegion', 'in other words', regions)).toBe('une carte de FR, un client de DE')
  const english = 'a card of FR, a customer of DE'
  expect(await inFrench('cardRegion', english)).toBe(english)
})

test('a rule that this page does not know is said as the service says it', async () => {
  expect(await inFrench('ofTomorrow', 'something else')).toBe('something else')
})
