import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveClient, type LiveFrame, type LiveOptions, type Socket } from './live.ts'

class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  onerror: Socket['onerror'] = null
  readonly sent: { readonly id: number; readonly token?: string; readonly topics: Record<string, object> }[] = []
  isClosed = false

  send(text: string): void {
    this.sent.push(JSON.parse(text) as FakeSocket['sent'][number])
  }

  close(): void {
    this.isClosed = true
  }

  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  end(code: number): void {
    this.onclose?.({ code, reason: '' })
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function following(options: Partial<LiveOptions> = {}, Client: typeof LiveClient = LiveClient) {
  const sockets: FakeSocket[] = []
  const frames: LiveFrame[] = []
  const statuses: string[] = []
  const client = new Client({
    ...{ url: 'http://shop', topics: { orders: {} }, carriers: ['websocket'], ...options },
    onFrame: (frame) => frames.push(frame),
    onStatus: (status) => statuses.push(status),
    openSocket: () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket
    },
  })
  const socket = (): FakeSocket => sockets.at(-1) ?? new FakeSocket()
  return {
    ...{ client, sockets, frames, statuses, socket },
    open(): void {
      socket().onopen?.()
      socket().tell({ type: 'subscribed', id: socket().sent.at(-1)?.id, release: '1' })
    },
  }
}

const snapshot = (to: number, epoch = 'e') => ({
  type: 'snapshot',
  topic: 'orders',
  reason: 'start',
  from: null,
  to,
  epoch,
  items: [],
})
const change = (from: number, to: number, more: object = {}) => ({
  type: 'change',
  topic: 'orders',
  from,
  to,
  items: [{}],
  ...more,
})
const asked = (socket: FakeSocket) => socket.sent.at(-1)?.topics['orders']

test('what comes in its order is given on, and gone on from after the line broke', async () => {
  const { client, open, socket, frames, sockets } = following()
  client.start()
  open()
  expect(asked(socket())).toEqual({})
  socket().tell(snapshot(5))
  socket().tell(change(5, 7))
  socket().tell(change(7, 9))
  expect(frames.map(({ to }) => to)).toEqual([5, 7, 9])
  socket().end(1006)
  await vi.advanceTimersByTimeAsync(500)
  open()
  expect(sockets).toHaveLength(2)
  expect(asked(socket())).toEqual({ after: 9, epoch: 'e' })
  client.stop()
})

test('a hole is asked for again, and what comes before the answer is dropped', () => {
  const { client, open, socket, frames } = following()
  client.start()
  open()
  socket().tell(snapshot(5))
  socket().tell(change(8, 9))
  expect(socket().sent).toHaveLength(2)
  expect(asked(socket())).toEqual({ after: 5, epoch: 'e' })
  socket().tell(change(5, 6))
  expect(frames).toHaveLength(1)
  socket().tell({ type: 'subscribed', id: 2, release: '1' })
  socket().tell(change(5, 9))
  socket().tell(change(5, 9))
  expect(frames.map(({ to }) => to)).toEqual([5, 9])
  client.stop()
})

test('behind a frame that left rows out nothing is gone on from until a snapshot has come', () => {
  const { client, open, socket } = following()
  client.start()
  open()
  socket().tell(snapshot(5))
  socket().tell(change(5, 50, { summary: true, count: 40 }))
  socket().tell(change(50, 60))
  expect(client.places()).toEqual({ orders: { to: 5, epoch: 'e' } })
  socket().tell({ ...snapshot(60), reason: 'summary', from: 5 })
  expect(client.places()).toEqual({ orders: { to: 60, epoch: 'e' } })
  client.stop()
})

test('a snapshot that is under way when more is asked for is taken', () => {
  const { client, open, socket, frames } = following()
  client.start()
  open()
  client.want({ orders: {}, activity: {} })
  expect(asked(socket())).toEqual({})
  socket().tell(snapshot(5))
  socket().tell({ type: 'subscribed', id: 2, release: '1' })
  socket().tell(change(5, 6))
  expect(frames.map(({ to }) => to)).toEqual([5, 6])
  client.stop()
})

test('a ping moves on', () => {
  const { client, open, socket, frames } = following()
  client.start()
  open()
  socket().tell(snapshot(5))
  socket().tell({ type: 'ping', head: 9, topics: { orders: { to: 9 } } })
  socket().tell(change(9, 10))
  expect(frames.map(({ to }) => to)).toEqual([5, 10])
  client.stop()
})

test('after 35 s of silence it connects anew', async () => {
  const { client, open, sockets } = following()
  client.start()
  open()
  await vi.advanceTimersByTimeAsync(34_000)
  expect(sockets).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sockets).toHaveLength(2)
  client.stop()
})

test('time in which the page did not run is no silence', async () => {
  const { client, open, socket, sockets } = following()
  client.start()
  open()
  await vi.advanceTimersByTimeAsync(34_000)
  expect(sockets).toHaveLength(1)
  // The page was away: it asks to go on, and takes no answer for a dead line.
  const running = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => running() + 3_600_000)
  await vi.advanceTimersByTimeAsync(2_500)
  expect(sockets).toHaveLength(2)
  open()
  for (let second = 0; second < 60; second += 15) {
    await vi.advanceTimersByTimeAsync(15_000)
    socket().tell({ type: 'ping', head: 1, topics: {} })
  }
  expect(sockets).toHaveLength(2)
  client.stop()
})

test('a line on which nothing is said for 5 s is a try that failed: after three of them it asks', async () => {
  const ask = async () => new Response('{"items":[],"next":null}')
  const { client, socket, sockets, statuses, open } = following({ fetch: ask })
  client.start()
  for (let tries = 0; tries < 3; tries++) {
    // It opens, and what the service says on it does not come through.
    socket().onopen?.()
    const before = sockets.length
    let waited = 0
    for (; sockets.length === before && statuses.at(-1) !== 'polling'; waited += 500) {
      await vi.advanceTimersByTimeAsync(500)
    }
    expect(waited).toBeGreaterThanOrEqual(5_000)
  }
  expect(statuses.at(-1)).toBe('polling')
  await vi.advanceTimersByTimeAsync(30_000)
  open()
  expect(statuses.at(-1)).toBe('live')
  await vi.advanceTimersByTimeAsync(30_000)
  expect(statuses.at(-1)).toBe('live')
  client.stop()
})

test('its delay doubles with each line that breaks, and starts anew after one that lived for 10 s', async () => {
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((numbers) => {
    Reflect.set(numbers as object, 0, 2 ** 32 - 1)
    return numbers
  })
  const { client, socket, sockets, open } = following()
  client.start()
  const delayAfter = async (life: number): Promise<number> => {
    open()
    for (let lived = 0; lived < life; lived += 1_000) await vi.advanceTimersByTimeAsync(1_000)
    socket().end(1006)
    const before = sockets.length
    let waited = 0
    for (; sockets.length === before; waited += 100) await vi.advanceTimersByTimeAsync(100)
    return waited
  }
  const delays: number[] = []
  for (const life of [1_000, 9_000, 1_000, 10_000, 1_000]) delays.push(await delayAfter(life))
  expect(delays).toEqual([200, 400, 800, 200, 400])
  client.stop()
})

test.each([
  [1_001, 1_000],
  [1_001, 4_000],
  [1_006, 2_000],
  [1_006, 8_000],
  [1_006, 90_000],
])(
  'of a hundred whose line ended with %d all are live within 5 s of the return of the service, which was away for %d ms, and not at once',
  async (code, awayMs) => {
    let isUp = true
    const sockets: FakeSocket[] = []
    const returned: number[] = []
    let returnedAt = Infinity
    const tell = (socket: FakeSocket, type: string) => {
      if (type === 'open') socket.onopen?.()
      else socket.tell({ type: 'subscribed', id: socket.sent.at(-1)?.id, release: '1' })
    }
    const openSocket = (): FakeSocket => {
      const socket = new FakeSocket()
      sockets.push(socket)
      if (!isUp) setTimeout(() => socket.end(1006), 1)
      else for (const type of ['open', 'subscribed']) setTimeout(() => tell(socket, type), 1)
      return socket
    }
    const stream = (): Response => {
      const text = 'retry: 500\n\nevent: subscribed\ndata: {"type":"subscribed","id":null,"release":"1"}\n\n'
      return new Response(new ReadableStream({ start: (told) => told.enqueue(new TextEncoder().encode(text)) }))
    }
    const ask: typeof fetch = async (url) => {
      if (!isUp) throw new Error('refused')
      return String(url).includes('/live') ? stream() : new Response('{"items":[],"next":null}')
    }
    const clients = Array.from({ length: 100 }, () => {
      const client = new LiveClient({
        ...{ url: 'http://shop', topics: { orders: {} }, fetch: ask, openSocket },
        onFrame: () => undefined,
        onStatus: (status) => void (status === 'live' && returned.push(performance.now() - returnedAt)),
      })
      client.start()
      return client
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(returned.splice(0)).toHaveLength(100)
    isUp = false
    for (const socket of sockets.splice(0)) socket.end(code)
    await vi.advanceTimersByTimeAsync(awayMs)
    isUp = true
    returnedAt = performance.now()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(returned).toHaveLength(100)
    expect(new Set(returned.map((after) => Math.floor(after / 100))).size).toBeGreaterThan(5)
    for (const client of clients) client.stop()
  },
)

test('a machine that slept is known by the time of day, and what is shown is old until it is answered', async () => {
  let slept = 0
  const { client, open, socket, sockets, statuses } = following({ clock: () => performance.now() + slept })
  client.start()
  open()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(statuses.at(-1)).toBe('live')
  slept = 3_600_000
  await vi.advanceTimersByTimeAsync(500)
  expect(statuses.at(-1)).toBe('waiting')
  socket().tell({ type: 'subscribed', id: socket().sent.at(-1)?.id, release: '1' })
  expect(statuses.at(-1)).toBe('live')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(sockets).toHaveLength(1)
  client.stop()
})

test('a page that is not seen closes its event stream, and goes on from what it has when it is', async () => {
  const page = Object.assign(new EventTarget(), { hidden: false })
  const look = (hidden: boolean) => {
    page.hidden = hidden
    page.dispatchEvent(new Event('visibilitychange'))
  }
  vi.stubGlobal('document', page)
  vi.resetModules()
  const { LiveClient: Client } = await import('./live.ts')
  const asked: { readonly url: string; readonly signal: AbortSignal | null | undefined }[] = []
  const ask: typeof fetch = async (url, init) => {
    asked.push({ url: String(url), signal: init?.signal })
    const told = [{ type: 'subscribed', id: null, release: '1' }, snapshot(5)]
    const text = told.map((message) => `data: ${JSON.stringify(message)}\n\n`).join('')
    return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(text)) }))
  }
  const statuses: string[] = []
  const client = new Client({
    ...{ url: 'http://shop', topics: { orders: {} }, carriers: ['event-stream'], fetch: ask },
    onFrame: () => undefined,
    onStatus: (status) => statuses.push(status),
  })
  client.start()
  await vi.advanceTimersByTimeAsync(100)
  expect(statuses.at(-1)).toBe('live')
  look(true)
  expect(asked[0]?.signal?.aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(1)
  look(false)
  await vi.advanceTimersByTimeAsync(100)
  expect(statuses.at(-1)).toBe('live')
  expect(asked.map(({ url }) => new URL(url).searchParams.get('after'))).toEqual([null, 'orders:e:5'])
  client.stop()
  vi.unstubAllGlobals()
})

test('a page that is left closes its line, and goes on from what it has when it comes out of the cache', async () => {
  const [page, frame] = [Object.assign(new EventTarget(), { hidden: false }), new EventTarget()]
  const show = (persisted: boolean) => frame.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }))
  vi.stubGlobal('document', page)
  for (const name of ['addEventListener', 'removeEventListener'] as const) {
    vi.stubGlobal(name, frame[name].bind(frame))
  }
  vi.resetModules()
  const { LiveClient: Client } = await import('./live.ts')
  const { client, open, socket, sockets, statuses } = following({}, Client)
  client.start()
  // It was loaded, and is slow to connect.
  show(false)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(sockets).toHaveLength(1)
  open()
  socket().tell(snapshot(5))
  frame.dispatchEvent(new Event('pagehide'))
  expect([socket().isClosed, statuses.at(-1)]).toEqual([true, 'waiting'])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sockets).toHaveLength(1)
  show(true)
  expect(sockets).toHaveLength(2)
  open()
  expect([asked(socket()), statuses.at(-1)]).toEqual([{ after: 5, epoch: 'e' }, 'live'])
  client.stop()
  vi.unstubAllGlobals()
})

test.each([1002, 1009, 4400, 4401])('%d is the end', async (code) => {
  const { client, open, socket, sockets, statuses } = following()
  client.start()
  open()
  socket().end(code)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sockets).toHaveLength(1)
  expect(statuses.at(-1)).toBe('ended')
  client.authorize('new')
  if (code === 4401) {
    open()
    expect(socket().sent[0]?.token).toBe('new')
  }
  client.stop()
})

test('where no connection can be kept it asks every second, and comes back soon after the service does', async () => {
  let isUp = false
  let polls = 0
  const ask = async (): Promise<Response> => {
    polls += 1
    if (!isUp) throw new Error('refused')
    return new Response('{"items":[{"orderId":"o1"}],"next":null}', { headers: { etag: '"1"', 'x-position': '7' } })
  }
  const { client, socket, sockets, statuses, frames, open } = following({ fetch: ask })
  client.start()
  for (let tries = 0; tries < 3; tries++) {
    socket().end(1006)
    await vi.advanceTimersByTimeAsync(2_000)
  }
  expect(statuses.at(-1)).toBe('polling')
  const before = sockets.length
  await vi.advanceTimersByTimeAsync(5_000)
  expect(polls).toBeGreaterThan(3)
  expect(sockets).toHaveLength(before)
  isUp = true
  await vi.advanceTimersByTimeAsync(4_000)
  expect(frames.at(-1)).toMatchObject({ topic: 'orders', reason: 'poll', to: 7, items: [{ orderId: 'o1' }] })
  expect(sockets.length).toBeGreaterThan(before)
  open()
  expect(statuses.at(-1)).toBe('live')
  client.stop()
})

test('a service that is back before it is first asked is connected to soon, not after 30 s', async () => {
  const ask = async () => new Response('{"items":[],"next":null}')
  const { client, socket, sockets, statuses, open } = following({ fetch: ask })
  client.start()
  for (let tries = 0; tries < 3; tries++) {
    await vi.advanceTimersByTimeAsync(2_000)
    socket().end(1006)
  }
  expect(statuses.at(-1)).toBe('polling')
  const before = sockets.length
  await vi.advanceTimersByTimeAsync(4_000)
  expect(sockets).toHaveLength(before + 1)
  open()
  expect(statuses.at(-1)).toBe('live')
  client.stop()
})
