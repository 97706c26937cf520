/** The page of the API in a real browser, and its examples on the catalogue of the demo. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import { documentedApi } from '../api/documented-api.ts'
import { openBrowser } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { openPage } from './dashboard-page.ts'

const browser: Browser | null = await openBrowser()
const folder = mkdtempSync(join(tmpdir(), 'orderledger-gateway-'))
let gateway: RunningSimulator
let service: ServiceHere

beforeAll(async () => {
  const odds = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, webhook: null }
  gateway = await startSimulator({ ...odds, book: join(folder, 'book.jsonl'), port: 0, clock: systemClock })
  const demo = { DEMO: 'on', DEMO_ORDERS: '0', DELIVERY_SIMULATION: 'off' }
  service = await serviceHere({ env: { ...demo, EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url } })
})

afterAll(async () => {
  await browser?.close()
  await service.stop()
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly example?: string }[]
  readonly requestBody?: unknown
}

/** As the page of the API would send it: the first example of each path parameter and of the body. */
async function sendExample(method: string, path: string): Promise<{ readonly status: number; readonly body: object }> {
  const { operations, document } = await documentedApi()
  const known = operations.find((one) => one.method === method && one.path === path)
  if (known === undefined) throw new Error(`the document has no ${method} ${path}`)
  const operation = known.operation as Operation
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(operation.parameters?.find((one) => one.name === name)?.example ?? ''),
  )
  const shape = /"#\/components\/schemas\/(\w+)"/.exec(JSON.stringify(operation.requestBody ?? null))?.[1]
  const content = shape === undefined ? undefined : exampleOf(document.components.schemas[shape] ?? {})
  const response = await fetch(new URL(url, service.url), {
    method,
    ...(content !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
    }),
  })
  return { status: response.status, body: (await response.json()) as object }
}

function exampleOf(schema: object): unknown {
  return 'examples' in schema && Array.isArray(schema.examples) ? schema.examples[0] : undefined
}

test('the examples of the document are the day of one order in the catalogue of the demo', async () => {
  const day = [
    ['POST', '/orders', 201],
    ['GET', '/orders/{orderId}', 200],
    ['POST', '/payments', 201],
    ['GET', '/payments/{orderId}', 200],
    ['POST', '/deliveries/{orderId}/dispatch', 200],
    ['POST', '/deliveries/{orderId}/deliver', 200],
    ['GET', '/deliveries/{orderId}', 200],
    ['POST', '/orders/{orderId}/return', 200],
    ['GET', '/orders/{orderId}/timeline', 200],
    ['POST', '/payment', 200],
    ['POST', '/products', 201],
    ['POST', '/products/{sku}/receipts', 201],
    ['POST', '/products/{sku}/adjustments', 201],
    ['POST', '/products/{sku}/price', 201],
    ['POST', '/products/{sku}/reorder-point', 201],
    ['GET', '/products/{sku}', 200],
    ['POST', '/customers', 201],
    ['GET', '/customers/{customerId}', 200],
    ['POST', '/simulation/orders', 201],
  ] as const
  for (const [method, path, status] of day) {
    await eventually(async () => {
      const answer = await sendExample(method, path)
      if (method === 'GET' && answer.status === 404) return false
      expect([method, path, answer]).toMatchObject([method, path, { status }])
      return true
    })
  }
})

describe.skipIf(browser === null)('the page of the API', () => {
  test('opens on orders, in the order of a shop’s day, and runs an example without an error', async () => {
    const { page, errors, close } = await openPage(browser as Browser, service.url)
    await page.goto(`${service.url}/docs/`)
    await page.locator('.opblock-tag').first().waitFor()
    const tags = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.opblock-tag')].map(({ dataset }) => dataset.tag)`,
    )
    expect(tags).toEqual([
      ...[
        'orders',
        'payments',
        'deliveries',
        'products',
        'customers',
        'analytics',
        'insights',
        'messages',
        'log',
        'operations',
      ],
    ])
    await page.getByRole('button', { name: 'POST /orders Place an order', exact: true }).first().click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    await page.getByRole('button', { name: 'Execute' }).click()
    await page
      .locator('.live-responses-table .response-col_status')
      .getByText(/^20[01]/)
      .waitFor()
    await page.getByRole('button', { name: 'GET /orders/{orderId} Show an order' }).first().click()
    await page.locator('#operations-orders-getOrder').getByRole('button', { name: 'Try it out' }).click()
    await page.locator('#operations-orders-getOrder').getByRole('button', { name: 'Execute' }).click()
    await page.locator('#operations-orders-getOrder .live-responses-table').getByText('200').first().waitFor()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.getByRole('heading', { name: 'Available authorizations' }).waitFor()
    await page.keyboard.press('Escape')
    // Each may have a style or a script of its own; all at once are more than a browser bears.
    for (const tag of ['payments', 'products', 'log']) {
      await page.locator(`#operations-tag-${tag} + * .opblock-summary-control`).first().click()
      await page.locator(`#operations-tag-${tag} + * .opblock.is-open`).first().waitFor()
    }
    expect(errors).toEqual([])
    await close()
  })
})
