/** Facts of payments for specs: each has what a spec is about as overrides, and the rest made up. */
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { readFileSync } from 'node:fs'
import type { PaymentFact } from './payment-facts.ts'
import { parseTable, type FraudTable } from './table.ts'

/** Table 1, as it is shipped. */
export function tableOne(): FraudTable {
  const parsed = parseTable(readFileSync(new URL('table-1.json', import.meta.url), 'utf8'))
  if ('wrong' in parsed) throw new Error(parsed.wrong)
  return parsed.table
}

/** Customer c1 of France asks to pay 10 EUR by card. */
export function paymentFact(orderId: string, overrides: Partial<PaymentFact> = {}): PaymentFact {
  return {
    ...{ kind: 'requested', at: 1_000_000, orderId, attempt: 1, customerId: 'c1', method: 'card' },
    ...{ amount: { amount: 1_000, currency: 'EUR' }, region: 'FR', ...NO_KEYS },
    ...overrides,
  }
}
