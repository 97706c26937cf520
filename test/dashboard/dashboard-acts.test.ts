/** What people do on the dashboard, in a real browser on a real shop. */
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { dashboardShop } from './dashboard-shop.ts'
import { refuseReplay } from '../projections/refused-replay.ts'

// So many that a rate can hold a replay back.
const shop = await dashboardShop({ demoOrders: 4000, env: { DELIVERY_SIMULATION: 'off' } })

let made = 0

async function place(customerId = 'customer-00001'): Promise<string> {
  const orderId = `order-${String(++made)}`
  await post('/orders', { orderId, customerId, lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
  return orderId
}

async function post(path: string, content: object): Promise<void> {
  const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify(content)]
  const response = await fetch(new URL(path, shop.service.url), { method: 'POST', headers, body })
  expect(response.status).toBe(201)
}

/** Tabs until something with this name has the focus, as somebody without a mouse does. */
async function tabTo(name: string): Promise<void> {
  for (let tabs = 0; tabs < 200; tabs++) {
    await shop.page.keyboard.press('Tab')
    const focused = await shop.page.evaluate<string>(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`,
    )
    if (focused.trim() === name) return
  }
  throw new Error(`nothing named ${name} can be reached by Tab`)
}

describe.skipIf(shop.browser === null)('on the dashboard', () => {
  test('one button makes a random order and says what became of it', async () => {
    await shop.go('orders')
    await shop.page.getByRole('button', { name: 'Random order' }).click()
    const link = shop.page.getByRole('status').getByRole('link')
    const id = await link.getAttribute('title')
    await shop.page.getByRole('table').getByTitle(String(id)).waitFor()
    await link.click()
    await shop.page.getByRole('heading', { level: 1, name: String(id) }).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('another makes one every two seconds until it is stopped', async () => {
    await shop.page.clock.install()
    await shop.go('orders')
    let asked = 0
    shop.page.on('request', (request) => (asked += request.url().endsWith('/simulation/orders') ? 1 : 0))
    await shop.page.getByRole('button', { name: 'Auto: one per 2 s' }).click()
    for (let round = 1; round <= 3; round++) {
      await shop.page.getByText(round === 1 ? /was (placed|rejected)/ : `; ${String(round)} orders made here`).waitFor()
      await shop.page.clock.runFor(2_000)
    }
    await shop.page.getByText('; 4 orders made here').waitFor()
    await shop.page.getByRole('button', { name: 'Stop' }).click()
    await shop.page.getByRole('button', { name: 'Auto: one per 2 s' }).waitFor()
    const before = asked
    await shop.page.clock.runFor(20_000)
    expect(asked).toBe(before)
  })

  test('what has no topic is asked for each second while it is seen, at once when it is again, and answered 304 if it is the same', async () => {
    await shop.go('products/VINYL-BOX')
    await shop.page.clock.install()
    await shop.page.reload()
    const answers: number[] = []
    const underWay = new Set<object>()
    const isShown = (request: { url(): string }) => request.url().endsWith('/products/VINYL-BOX')
    shop.page.on('request', (request) => void (isShown(request) && underWay.add(request)))
    for (const end of ['requestfinished', 'requestfailed'] as const) {
      shop.page.on(end as 'requestfinished', (request) => void underWay.delete(request))
    }
    shop.page.on('response', (response) => {
      if (isShown(response)) answers.push(response.status())
    })
    const asked = async (seconds: number) => {
      const before = answers.length
      for (let second = 0; second < seconds; second++) {
        await shop.page.clock.runFor(1_000)
        // The page's own clock stands while the answer travels, and the next question waits for it.
        await eventually(() => underWay.size === 0)
        await shop.page.evaluate('fetch("../livez").then((response) => response.text())')
      }
      return answers.length - before
    }
    await shop.page.getByText('Numbered Box').waitFor()
    expect(await asked(10)).toBeGreaterThanOrEqual(8)
    expect(new Set(answers.slice(2))).toEqual(new Set([304]))
    const setHidden = (value: boolean) =>
      shop.page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${String(value)}, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))`)
    await setHidden(true)
    expect(await asked(20)).toBe(0)
    const before = answers.length
    await setHidden(false)
    await eventually(() => answers.length === before + 1)
    await shop.page.locator('.pulse.live').waitFor()
  })

  test('an order is cancelled after a confirmation that names it', async () => {
    const id = await place()
    await shop.go(`orders/${id}`)
    const ask = shop.page.getByRole('button', { name: 'Cancel order' })
    const question = shop.page.getByRole('dialog', { name: `Cancel order ${id}?` })
    await ask.click()
    await question.waitFor()
    await shop.page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    await shop.page.getByRole('definition').getByText('Placed').waitFor()
    await ask.click()
    await question.getByRole('textbox').fill('<b>too late</b>')
    await question.getByRole('button', { name: 'Cancel order' }).click()
    await question.waitFor({ state: 'detached' })
    await shop.page.getByText('Order cancelled', { exact: true }).waitFor()
    await shop.page.getByText('Reason: <b>too late</b>', { exact: false }).waitFor()
    await ask.waitFor({ state: 'detached' })
  })

  test('an order is paid, sent out, delivered and returned on its page, which tells when each event was where', async () => {
    await post('/customers', { customerId: 'vip-1', name: 'Somebody', region: 'north', tier: 'vip' })
    const id = await place('vip-1')
    await shop.go(`orders/${id}`)
    const { page } = shop
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    const dialog = (name: string) => page.getByRole('dialog', { name: `${name} order ${id}` })
    await button('Pay').click()
    await dialog('Pay').getByRole('combobox').selectOption('on-account')
    await dialog('Pay').getByRole('button', { name: 'Pay', exact: true }).click()
    await page.getByText('10 %', { exact: true }).waitFor()
    await button('Dispatch').click()
    await page.getByText('50 %, dispatched once', { exact: true }).waitFor()
    await page.getByRole('cell', { name: '1 shipped' }).waitFor()
    await button('Deliver').click()
    await page.getByText('100 %, dispatched once', { exact: true }).waitFor()
    await button('Return').click()
    await dialog('Return').getByRole('textbox', { name: 'Reason' }).fill('too loud')
    await dialog('Return').getByRole('button', { name: 'Return', exact: true }).click()
    await page.getByRole('cell', { name: '1 shipped, 1 returned' }).waitFor()
    await page.getByText('Reason: too loud').first().waitFor()
    await page.getByText('not sent: no address').first().waitFor()
    for (const name of ['Pay', 'Dispatch', 'Deliver', 'Return', 'Cancel order'])
      await button(name).waitFor({ state: 'detached' })

    const event = page.locator('.event').filter({ hasText: 'Delivery dispatched' })
    const measured = async (hop: string) =>
      event.locator('.hops div').filter({ hasText: hop }).locator('dd').innerText()
    for (const hop of ['decided', 'committed', 'projected', 'pushed', 'seen here'])
      await eventually(async () => / ms$/.test(await measured(hop)))
    expect(await measured('published')).toBe('–')
    await event.getByText('Content and bytes').click()
    expect(await event.getByLabel('Bytes of DeliveryDispatched').innerText()).toMatch(/^0000 {2}([0-9a-f]{2} ){15}/)
    await event.getByRole('link', { name: 'DeliveryDispatched, schema v1' }).click()
    await page.getByRole('heading', { level: 1, name: 'DeliveryDispatched' }).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('stock is received with the keyboard alone, and the focus comes back', async () => {
    await tabTo('Products')
    await shop.page.keyboard.press('Enter')
    await shop.page.getByRole('heading', { level: 1, name: 'Products' }).waitFor()
    await shop.page.getByText('Live at the Harbour').waitFor()
    const name = 'Receive Live at the Harbour, Numbered Box, VINYL-BOX'
    await tabTo(name)
    await shop.page.keyboard.press('Enter')
    await shop.page.getByRole('dialog', { name: 'Receive Live at the Harbour, Numbered Box' }).waitFor()
    await shop.page.keyboard.type('1000')
    // Two there were: orders of the demo took them, and what is delivered is not on hand.
    const onHand = shop.page
      .getByRole('table', { name: /^Products/ })
      .getByRole('row', { name: /VINYL-BOX/ })
      .getByRole('cell')
      .nth(3)
      .filter({ hasText: /^1,00[0-2]$/ })
    // The list has the units before the dialog has its answer: it holds still for who is in the dialog too.
    await shop.page.route('**/receipts', async (route) => {
      const response = await route.fetch()
      await onHand.waitFor()
      await route.fulfill({ response })
    })
    await shop.page.keyboard.press('Enter')
    await shop.page.getByRole('dialog').waitFor({ state: 'detached' })
    await onHand.waitFor()
    expect(await shop.page.evaluate(`document.activeElement.getAttribute('aria-label')`)).toBe(name)
    // It would stand further down now: not while somebody is there.
    await shop.page.getByRole('button', { name: 'Sort again' }).waitFor()
  })

  test('a table that somebody reads holds still and says what waits', async () => {
    await shop.go('orders')
    const first = shop.page.getByRole('rowheader').first()
    const top = await first.innerText()
    await shop.page.getByRole('row').nth(5).hover()
    const id = await place()
    await shop.page.getByRole('button', { name: '1 new' }).waitFor()
    expect(await first.innerText()).toBe(top)
    await shop.page.getByRole('button', { name: '1 new' }).click()
    await shop.page.getByRole('rowheader', { name: id, exact: true }).waitFor()
    await shop.page.getByRole('button', { name: 'Up to date' }).waitFor()
  })

  test('the activity can be paused and goes on without a gap', async () => {
    const feed = shop.page.getByRole('region', { name: 'Activity' })
    await feed.getByRole('listitem').first().waitFor()
    await feed.getByRole('button', { name: 'Pause' }).click()
    const ids = [await place(), await place()]
    await feed.getByText('2 new').waitFor()
    expect(await feed.getByText(String(ids[1]), { exact: true }).count()).toBe(0)
    await feed.getByRole('button', { name: 'Pause', pressed: true }).click()
    for (const id of ids) await feed.getByText(id, { exact: true }).waitFor()
  })

  test('orders are found by id, by status and page by page, under addresses that can be reloaded', async () => {
    const id = await place()
    await shop.go('orders')
    await shop.page.getByRole('searchbox', { name: 'Order id' }).fill(id)
    await shop.page.keyboard.press('Enter')
    await shop.page.getByRole('heading', { level: 1, name: id }).waitFor()
    await shop.page.reload()
    await shop.page.getByText('Order placed', { exact: true }).waitFor()

    await shop.go('orders')
    await shop.page.getByRole('link', { name: 'Older' }).click()
    await shop.page.getByRole('link', { name: 'Newest' }).waitFor()
    const older = await shop.page.getByRole('rowheader').first().innerText()
    await shop.page.reload()
    await shop.page.getByRole('rowheader', { name: older, exact: true }).waitFor()
    await shop.page.getByRole('link', { name: /^Rejected \d/ }).click()
    await shop.page
      .getByRole('cell', { name: /Rejected out of stock/ })
      .first()
      .waitFor()
    expect(await shop.page.getByRole('cell', { name: 'Placed' }).count()).toBe(0)
  })

  test('what is not there is said with the id of the request', async () => {
    await shop.go('orders/no-such-order')
    const alert = shop.page.getByRole('alert')
    await alert.getByText('no order has the id no-such-order').waitFor()
    expect(await alert.locator('code').innerText()).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a link leads to the heading of its page, for people who go on by keyboard', async () => {
    await tabTo('Orders')
    await shop.page.keyboard.press('Enter')
    const heading = shop.page.getByRole('heading', { level: 1, name: 'Orders' })
    await heading.and(shop.page.locator(':focus')).waitFor()
    expect(await shop.page.title()).toBe('Orders · OrderLedger')
  })

  test('a projection is paused, resumed, compared and replayed', async () => {
    await shop.go('projections')
    const row = shop.page.getByRole('row', { name: /^sales version/ })
    await row.getByRole('button', { name: 'Pause sales' }).click()
    await shop.page.getByRole('dialog', { name: 'Pause sales?' }).getByRole('button', { name: 'Pause' }).click()
    await row.getByRole('button', { name: 'Resume sales' }).click()
    await row.getByRole('button', { name: 'Pause sales' }).waitFor()
    await row.getByRole('button', { name: 'Compare sales' }).click()
    await shop.page.getByRole('heading', { level: 1, name: 'Comparison of sales' }).waitFor()
    await shop.page.getByText('All rows are equal.').waitFor()
    await shop.go('projections')
    await row.getByRole('link', { name: /^equal at position/ }).waitFor()
    await row.getByRole('button', { name: 'Replay sales' }).click()
    await shop.page.getByRole('heading', { level: 1, name: 'Replay of sales' }).waitFor()
    await shop.page.getByRole('definition').getByText('Switched').waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('what a replay found is shown, and accepted after a confirmation', async () => {
    await shop.go(`projections/${await refuseReplay(shop.service.url, shop.service.databaseUrl, 'nowhere')}`)
    await shop.page.getByText('nowhere').waitFor()
    await shop.page.getByRole('button', { name: 'Replay and accept the differences' }).click()
    const question = shop.page.getByRole('dialog', { name: /^Accept [0-9]+ differences in sales\?$/ })
    await question.getByRole('button', { name: 'Replay and accept' }).click()
    await shop.page.getByRole('definition').getByText('Switched').waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('a replay is paused, resumed and cancelled', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ rate: 1 })
    const response = await fetch(`${shop.service.url}/projections/orders/replay`, { method: 'POST', headers, body })
    const { replayId } = (await response.json()) as { readonly replayId: string }
    await shop.go(`projections/${replayId}`)
    await shop.page.getByRole('button', { name: 'Pause', exact: true }).click()
    await shop.page.getByRole('definition').getByText('Paused').waitFor()
    await shop.page.getByRole('button', { name: 'Resume', exact: true }).click()
    await shop.page.getByRole('button', { name: 'Cancel replay' }).click()
    await shop.page.getByRole('dialog').getByRole('button', { name: 'Cancel replay' }).click()
    await shop.page.getByRole('definition').getByText('Cancelled').waitFor()
    expect(shop.opened.errors).toEqual([])
  })
})
