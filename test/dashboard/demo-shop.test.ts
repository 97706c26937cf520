/** The demo shop in a real browser: what is done there arrives, also what was done in the moment in which one leaves. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

const browser: Browser | null = await openBrowser()

describe.skipIf(browser === null)('the demo shop', () => {
  let service: ServiceHere
  let page: Page
  let errors: string[]

  beforeAll(async () => {
    service = await serviceHere({ env: { DEMO_ORDERS: '1' } })
  })

  afterAll(async () => {
    await browser?.close()
    await service.stop()
  })

  beforeEach(async () => {
    const context = await (browser as Browser).newContext({ locale: 'en-GB' })
    page = await context.newPage()
    errors = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(`${service.url}/dashboard/shop.html`)
    await page.getByRole('listitem').first().waitFor()
  })

  afterEach(async () => {
    await page.context().close()
  })

  const counted = async (type: string): Promise<number> => {
    const response = await fetch(new URL('/behaviour/minutes', service.url))
    const { items } = (await response.json()) as {
      readonly items: readonly { readonly byType: Readonly<Record<string, number>> }[]
    }
    return items.reduce((sum, { byType }) => sum + (byType[type] ?? 0), 0)
  }

  test('tells what one looks at and puts into the cart', async () => {
    const before = await counted('add_to_cart')
    await page.getByRole('button', { name: 'Add to cart' }).first().click()
    await page.getByText('In your cart: 1').waitFor()
    await eventually(async () => (await counted('add_to_cart')) === before + 1)
    expect(errors).toEqual([])
  })

  test('tells it when one leaves', async () => {
    const before = await counted('checkout')
    await page.getByRole('button', { name: 'Check out' }).click()
    await page.goto('about:blank')
    await eventually(async () => (await counted('checkout')) === before + 1)
  })

  test('tells it later, once, where the service could not be reached', async () => {
    const before = await counted('checkout')
    const bodies: string[] = []
    await page.route('**/user-events', async (route) => {
      bodies.push(route.request().postData() ?? '')
      await (bodies.length === 1 ? route.abort() : route.continue())
    })
    await page.getByRole('button', { name: 'Check out' }).click()
    await eventually(async () => (await counted('checkout')) === before + 1)
    const idsOf = (body = '{}') =>
      (JSON.parse(body) as { readonly events: readonly { readonly eventId: string }[] }).events.map(
        ({ eventId }) => eventId,
      )
    expect(idsOf(bodies[1])).toEqual(expect.arrayContaining(idsOf(bodies[0])))
  })
})
