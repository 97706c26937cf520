import { afterEach, expect, test } from 'vitest'
import { answerJson, answeringService, runInProcess, type AnsweringService } from '../load/test-kit.ts'

const soldOut = answerJson(422, { code: 'out-of-stock' })

let service: AnsweringService | null = null

afterEach(async () => {
  await service?.close()
  service = null
})

/** A shop that answers every other order with out of stock. */
async function halfEmptyShop(): Promise<AnsweringService> {
  let orders = 0
  service = await answeringService((response, request) => {
    if (request.path !== '/orders') return answerJson(request.method === 'GET' ? 200 : 201, {})(response, request)
    return orders++ % 2 === 0 ? answerJson(201, {})(response, request) : soldOut(response, request)
  })
  return service
}

function ordersSeen({ seen }: AnsweringService): readonly string[] {
  return seen.filter(({ path }) => path === '/orders').map(({ body }) => body)
}

test('a flood stocks the shop, sends as many orders as asked, and counts refusals as answers', async () => {
  const { url, seen } = await halfEmptyShop()
  const { code, stdout } = await runInProcess('flood', '-n', '20', '-c', '3', '--url', url, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    concurrency: 3,
    sent: 20,
    accepted: 10,
    refusedBy: { 'out-of-stock': 10 },
    failed: 0,
  })
  expect(seen.filter(({ path }) => path === '/products')).toHaveLength(40)
  const keys = seen.filter(({ path }) => path === '/orders').map(({ headers }) => headers['idempotency-key'])
  expect(new Set(keys).size).toBe(20)
})

test('the same seed sends the same orders under other keys', async () => {
  const first = await halfEmptyShop()
  await runInProcess('flood', '-n', '10', '-c', '1', '--seed', '5', '--url', first.url)
  const sent = ordersSeen(first)
  await first.close()
  const second = await halfEmptyShop()
  await runInProcess('flood', '-n', '10', '-c', '1', '--seed', '5', '--url', second.url)
  expect(ordersSeen(second)).toEqual(sent)
})

test('a lost answer is asked for again with the same key', async () => {
  let lost = false
  service = await answeringService((response, request) => {
    if (request.path === '/orders' && !lost) {
      lost = true
      response.destroy()
    } else answerJson(request.method === 'GET' ? 200 : 201, {})(response, request)
  })
  const { code, stdout } = await runInProcess('flood', '-n', '1', '--url', service.url, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ sent: 1, accepted: 1 })
  const keys = service.seen.filter(({ path }) => path === '/orders').map(({ headers }) => headers['idempotency-key'])
  expect(keys).toHaveLength(2)
  expect(new Set(keys).size).toBe(1)
})

test('a shop that does not take the catalogue ends the flood before it begins', async () => {
  service = await answeringService((response, request) =>
    request.method === 'GET'
      ? answerJson(200, {})(response, request)
      : answerJson(403, { code: 'forbidden' })(response, request),
  )
  const { code, stderr } = await runInProcess('flood', '-n', '5', '--url', service.url)
  expect(code).toBe(1)
  expect(stderr).toContain('forbidden')
  expect(ordersSeen(service)).toEqual([])
})

test('two presets at once are a fault of the command line', async () => {
  const { code, stderr } = await runInProcess('flood', '--intense', '--extreme')
  expect(code).toBe(2)
  expect(stderr).toContain('cannot be used with')
})

/** A shop that has one unit of each product, and what is received. */
async function smallShop(): Promise<AnsweringService> {
  const stock = new Map<string, number>()
  service = await answeringService((response, request) => {
    const sku = /^\/products\/(.+)\/receipts$/.exec(request.path)?.[1]
    if (sku !== undefined) {
      const { quantity } = JSON.parse(request.body) as { readonly quantity: number }
      stock.set(sku, (stock.get(sku) ?? 1) + quantity)
    }
    if (request.path !== '/orders') return answerJson(request.method === 'GET' ? 200 : 201, {})(response, request)
    const { lines } = JSON.parse(request.body) as {
      readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
    }
    const short = lines.filter((line) => (stock.get(line.sku) ?? 1) < line.quantity)
    if (short.length > 0) return answerJson(422, { code: 'out-of-stock', shortages: short })(response, request)
    for (const line of lines) stock.set(line.sku, (stock.get(line.sku) ?? 1) - line.quantity)
    return answerJson(201, {})(response, request)
  })
  return service
}

test('what the orders of a flood sell out is received again, once for all who wait, and the flood says how much', async () => {
  const { url, seen } = await smallShop()
  const { code, stdout } = await runInProcess('flood', '-n', '400', '-c', '8', '--seed', '3', '--url', url, '--json')
  expect(code).toBe(0)
  const report = JSON.parse(stdout) as {
    readonly refused: number
    readonly received: { readonly receipts: number; readonly units: number; readonly products: number }
  }
  const receipts = seen.filter(({ path }) => path.endsWith('/receipts')).map(({ path }) => path)
  expect(receipts.length).toBeGreaterThan(5)
  expect(new Set(receipts).size).toBe(receipts.length)
  expect(report.received).toMatchObject({ receipts: receipts.length, units: receipts.length * 100_000, failure: null })
  // A product of which no order could have a single unit was not sold out by them.
  expect(report.refused).toBeLessThan(200)
})

test('--no-restock leaves what is sold out', async () => {
  const { url, seen } = await smallShop()
  const { code, stdout } = await runInProcess(
    'flood',
    '-n',
    '400',
    '--seed',
    '3',
    '--no-restock',
    '--url',
    url,
    '--json',
  )
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ received: null, sent: 400 })
  expect(seen.filter(({ path }) => path.endsWith('/receipts'))).toEqual([])
})

test('with --behaviour it sends user events of now in batches of 100, and says what became of them', async () => {
  service = await answeringService((response, request) => {
    if (request.path !== '/user-events') return answerJson(request.method === 'GET' ? 200 : 201, {})(response, request)
    const events = (JSON.parse(request.body) as readonly object[]).length
    return answerJson(202, { accepted: events - 1, duplicates: 0, late: 0, parked: 1, items: [] })(response, request)
  })
  const { code, stdout } = await runInProcess('flood', '--behaviour', '-n', '250', '--url', service.url, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ sent: 250, accepted: 247, parked: 3, failed: 0, interrupted: false })
  const bodies = service.seen
    .filter(({ path }) => path === '/user-events')
    .map(({ body }) => JSON.parse(body) as readonly { readonly eventId: string; readonly at: string }[])
  expect(bodies.map(({ length }) => length).toSorted()).toEqual([100, 100, 50])
  expect(new Set(bodies.flat().map(({ eventId }) => eventId)).size).toBe(250)
  for (const { at } of bodies.flat()) expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000)
})
