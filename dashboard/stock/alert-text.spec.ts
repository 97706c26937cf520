import { afterEach, expect, test, vi } from 'vitest'
import type { Alert } from '../api-shapes.ts'

const about = { position: 1, at: '2026-11-27T08:12:04.500Z', sku: 'A1', orderId: null, amount: null, reason: null }
const ALERTS: readonly Alert[] = [
  {
    ...about,
    kind: 'restock-advised',
    refused: { orders: 11, units: 1, from: '2026-11-27T08:00:00.000Z', to: '2026-11-27T09:00:00.000Z' },
    stock: null,
    text: 'as the service says it',
  },
  {
    ...about,
    kind: 'stock-fell-below',
    refused: null,
    stock: { available: 1, reorderPoint: 1_000 },
    text: 'as the service says it',
  },
]

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** What a browser of this language shows. */
async function shown(language: string): Promise<readonly string[]> {
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', { languages: [language] })
  vi.resetModules()
  const { alertText } = await import('./alert-text.ts')
  return ALERTS.map(alertText)
}

test('an alert is told in the language of the page, from its facts', async () => {
  expect(await shown('en')).toEqual([
    expect.stringMatching(/^11 orders for A1 \(1 unit\) were refused between .*27 Nov.* and \d\d:\d\d: restock it\.$/),
    'A1 fell below its reorder point of 1,000: 1 unit is available.',
  ])
  expect(await shown('fr')).toEqual([
    expect.stringMatching(
      /^11 commandes de A1 \(1 unité\) ont été refusées entre .*27 nov.* et \d\d:\d\d : à réapprovisionner\.$/,
    ),
    expect.stringMatching(/^A1 est passé sous son seuil de réapprovisionnement de 1\s000\s: 1 unité disponible\.$/),
  ])
})

test('of one without facts the words of the service are shown', async () => {
  const { alertText } = await import('./alert-text.ts')
  const text = 'The payment provider took back 1.00 EUR of order o1.'
  const alert: Alert = { ...about, sku: null, kind: 'payment-reversed', refused: null, stock: null, text }
  expect(alertText(alert)).toBe(text)
})
