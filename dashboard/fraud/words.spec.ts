import { afterEach, expect, test, vi } from 'vitest'
import type { FraudAlert } from '../api-shapes.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function inFrench(rule: string, text: string): Promise<string> {
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', { languages: ['fr-FR'] })
  vi.resetModules()
  const { reasonText } = await import('./words.ts')
  const { currencyDigits } = await import('../parts/format.ts')
  currencyDigits.value = 2
  return reasonText({ rule, points: 1, value: 3, text }, { amount: { amount: 5, currency: 'EUR' } } as FraudAlert)
}

test.each(['accountsOnCard', 'amountAgainstMean', 'newDevice', 'cardRegion', 'amount'])(
  '%s is a reason in the language of the page',
  async (rule) => {
    const english = rule === 'cardRegion' ? 'a card of FR, a customer of DE' : 'as the service says it'
    const text = await inFrench(rule, english)
    expect(text).not.toBe(english)
    if (rule === 'cardRegion') expect(text).toBe('une carte de FR, un client de DE')
  },
)

test('a rule that this page does not know is said as the service says it', async () => {
  expect(await inFrench('ofTomorrow', 'something else')).toBe('something else')
})
