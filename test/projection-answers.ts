/** What the API will say of projections and replays, for the pages that show them; one shop with one bad read model. */
import type { BrowserContext, Route } from 'playwright-core'

const REPLAY = {
  replayId: 'replay-1',
  projection: 'sales',
  state: 'refused',
  check: false,
  position: 1_200,
  target: 1_200,
  eventsPerSecond: 120_000,
  etaSeconds: null as number | null,
  rows: 412,
  differences: {
    count: 3,
    missing: 1,
    extra: 1,
    different: 1,
    samples: [
      {
        table: 'sales_regions',
        key: 'north',
        kind: 'different',
        columns: [{ column: 'orders', live: '7', rebuilt: '8' }],
      },
      { table: 'sales_regions', key: '<img src=x onerror=alert(1)>', kind: 'missing', columns: [] },
    ],
  },
  failure: null,
  startedAt: '2026-11-21T12:00:00.000Z',
  finishedAt: '2026-11-21T12:00:02.000Z' as string | null,
}

const PROJECTION = {
  name: 'sales',
  version: 1,
  generation: 1,
  state: 'live',
  position: 1_200,
  head: 1_204,
  lagEvents: 4,
  lagSeconds: 0.3,
  eventsPerSecond: 812.4,
  rows: 412,
  lastError: null,
  replayId: null as string | null,
  lastCheck: { replayId: 'replay-1', checkedAt: '2026-11-21T12:00:02.000Z', position: 1_200, differences: 3 },
}

const FAILED = {
  ...PROJECTION,
  name: 'products',
  state: 'failed',
  position: 900,
  lagEvents: 304,
  lagSeconds: 61,
  eventsPerSecond: 0,
  lastError: { code: 'unreadable-event', message: 'schema 9 of StockReceived is not known', position: 901 },
  lastCheck: null,
}

/** Answers for a service that cannot yet, and moves as one would: state is that of one browser context. */
export async function answerProjections(context: BrowserContext): Promise<void> {
  let sales = PROJECTION
  let replays: readonly (Omit<typeof REPLAY, 'differences'> & { readonly differences: object | null })[] = [REPLAY]

  const answers: readonly (readonly [string, RegExp, (id: string, body: string) => [number, unknown]])[] = [
    ['GET', /^\/projections$/, () => [200, { items: [sales, FAILED] }]],
    ['POST', /^\/projections\/sales\/pause$/, () => [200, (sales = { ...sales, state: 'paused' })]],
    ['POST', /^\/projections\/sales\/resume$/, () => [200, (sales = { ...sales, state: 'live' })]],
    ['GET', /^\/replays$/, () => [200, { items: replays }]],
    ['GET', /^\/replays\/([^/]+)$/, (id) => [200, replays.find(({ replayId }) => replayId === id)]],
    [
      'POST',
      /^\/projections\/sales\/replay$/,
      (_id, body) => {
        const { check = false } = JSON.parse(body) as { check?: boolean }
        const replayId = `replay-${String(replays.length + 1)}`
        const begun = { ...REPLAY, replayId, check, state: 'running', position: 300, etaSeconds: 12 }
        replays = [{ ...begun, differences: null, finishedAt: null }, ...replays]
        sales = { ...sales, replayId }
        return [202, replays[0]]
      },
    ],
    ['POST', /^\/replays\/([^/]+)\/pause$/, (id) => [200, move(id, 'paused')]],
    ['POST', /^\/replays\/([^/]+)\/resume$/, (id) => [200, move(id, 'running')]],
    ['DELETE', /^\/replays\/([^/]+)$/, (id) => [204, move(id, 'cancelled')]],
  ]

  function move(id: string, state: string) {
    replays = replays.map((replay) => (replay.replayId === id ? { ...replay, state } : replay))
    return replays.find(({ replayId }) => replayId === id)
  }

  async function answer(route: Route): Promise<void> {
    const request = route.request()
    const path = new URL(request.url()).pathname
    for (const [method, pattern, reply] of answers) {
      const match = method === request.method() ? pattern.exec(path) : null
      if (match === null) continue
      const [status, body] = reply(match[1] ?? '', request.postData() ?? '{}')
      return route.fulfill(status === 204 ? { status } : { status, json: body })
    }
    return route.continue()
  }

  await context.route(/^http:\/\/[^/]+\/(projections|replays)(\/|$)/, answer)
}
