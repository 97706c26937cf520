/**
 * Follows changes at /live: over a WebSocket, else as an event stream, else by asking every second. It comes back by itself
 * and goes on from what it has. One file without imports, to be copied; docs/live.md says what travels.
 *
 *   connecting ──subscribed──> live ──the line broke, 35 s of silence, a hole──> waiting ──> connecting
 *   connecting ──three tries failed, or were silent for 5 s──> the other carrier ──three more──> polling, with a try every 30 s, and soon after
 *                                      the service answers again
 *   live ──the page did not run, and does again──> waiting ──subscribed, or a new line within a second──> live
 *   anything ──a code that no repetition mends──> ended
 *
 * More than 300 lines, because it is one file.
 */

export interface TopicPlace {
  /** Everything up to here was received. */
  readonly to: number
  readonly epoch: string
}

/** A snapshot (forget what you have of the topic) or a change (each item replaces that of its key, or is one more entry). */
export interface LiveFrame {
  readonly type: 'snapshot' | 'change'
  readonly topic: string
  /** Of a snapshot; `poll`: asked for, because nothing can be followed. */
  readonly reason?: 'start' | 'behind' | 'slow' | 'summary' | 'epoch' | 'ahead' | 'state' | 'poll'
  readonly from: number | null
  readonly to: number
  readonly epoch?: string | null
  readonly asOf: string | null
  readonly at: string
  readonly items: readonly unknown[]
  /** Rows were left out: a snapshot follows. */
  readonly summary?: boolean
  readonly count?: number
  readonly next?: string | null
  readonly counts?: Readonly<Record<string, number>>
}

export interface LivePing {
  readonly at: string
  readonly head: number
  readonly topics: Readonly<
    Record<
      string,
      {
        readonly to: number | null
        readonly asOf: string | null
        readonly state: 'live' | 'replaying' | 'paused' | 'failed'
        readonly lagEvents: number
        readonly lagSeconds: number
      }
    >
  >
}

export type LiveStatus = 'connecting' | 'live' | 'waiting' | 'polling' | 'ended'

export interface LiveOptions {
  /** Of the service, such as `https://shop.example`. */
  readonly url: string
  readonly topics: Readonly<Record<string, { readonly limit?: number }>>
  readonly token?: string | null
  /** What was received before, to go on from. */
  readonly places?: Readonly<Record<string, TopicPlace>>
  /** In the order in which they are tried. */
  readonly carriers?: readonly Carrier[]
  readonly onFrame: (frame: LiveFrame) => void
  readonly onPing?: (ping: LivePing) => void
  /** Asking, where nothing can be followed, got an answer: what one has is what the answer says, and its frames came before. */
  readonly onPolled?: () => void
  /** `detail`: why, in words. */
  readonly onStatus?: (status: LiveStatus, detail: string) => void
  /** The release that serves, with each connection. */
  readonly onRelease?: (release: string) => void
  /** A wish that was refused, or a topic without tables. */
  readonly onError?: (error: { readonly code: string; readonly topic: string | null; readonly detail: string }) => void
  /** The time of day in milliseconds. With it a machine that slept is known: the page's own clock may have stopped with it. */
  readonly clock?: () => number
  /** Where a browser has none, or to use another one. */
  readonly openSocket?: (url: string) => Socket
  readonly fetch?: typeof fetch
}

export type Carrier = 'websocket' | 'event-stream'

/** As much of a WebSocket as is used. */
export interface Socket {
  onopen: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  onerror: (() => void) | null
  send(text: string): void
  close(): void
}

interface Line {
  /** Sends the whole wish again; false: this line cannot. */
  wish(): boolean
  close(): void
}

/** What a message may be, beside frames. */
interface Message extends Omit<LiveFrame, 'type'> {
  readonly type: LiveFrame['type'] | 'subscribed' | 'ping' | 'error' | 'close'
  readonly id?: number | null
  readonly release?: string
  readonly code: string & number
  readonly detail?: string
  readonly head: number
  readonly topics?: LivePing['topics']
}

const SILENCE_MS = 35_000
/** A line on which nothing is said for so long at first leads to a proxy that keeps what is said to itself. */
const FIRST_WORD_MS = 5_000
/** A page that did not run for longer than this has been away. */
const AWAY_MS = 5_000
/** After it came back, what it shows is right or asked for again within this. */
const RETURN_MS = 1_000
const TICK_MS = 500
const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 10_000
/** One that cannot be reached is looked for at least so often, so that all are back within 5 s of its return. */
const LONGEST_ABSENT_MS = 4_000
/** A connection that lived so long was a good one. */
const GOOD_MS = 10_000
const TRIES = 3
/** A service that is full is asked again after once to twice this. */
const FULL_MS = 1_000
const POLL_MS = 1_000
const TRY_AGAIN_MS = 30_000
/** Within this all come back whom a restart sent away. */
const MOST_RETURN_MS = 2_000
/** No repetition mends these. */
const DEFECTS = [1002, 1003, 1007, 1008, 1009, 4400]
const UNAUTHORIZED = [4401, 4403]
/** What shows a topic to those who can only ask; `by`: what sets its rows apart, in `sales`. */
const LISTS: Readonly<Record<string, readonly { readonly path: string; readonly by?: string }[]>> = {
  orders: [{ path: '/orders' }],
  payments: [{ path: '/payments' }],
  deliveries: [{ path: '/deliveries' }],
  stock: [{ path: '/products' }],
  sales: [
    { path: '/analytics', by: 'total' },
    { path: '/analytics/hours', by: 'hour' },
    { path: '/analytics/regions', by: 'region' },
    { path: '/analytics/categories', by: 'category' },
    { path: '/analytics/tiers', by: 'tier' },
    { path: '/analytics/products', by: 'sku' },
    { path: '/analytics/reasons', by: 'reason' },
    { path: '/analytics/methods', by: 'method' },
    { path: '/analytics/funnel', by: 'stage' },
  ],
  activity: [{ path: '/activity' }],
  alerts: [{ path: '/alerts' }],
  fraud: [{ path: '/fraud-alerts' }],
  projections: [{ path: '/projections' }],
  reactors: [{ path: '/reactors' }],
  lag: [{ path: '/lag' }],
}

/** Topics whose lists come whole: they know no limit, and refuse one. */
const WHOLE = ['sales', 'projections', 'reactors', 'lag']

export class LiveClient {
  readonly #options: LiveOptions
  #topics: LiveOptions['topics']
  #token: string | null
  /** By topic: `next` is where the next change begins, the rest what may be resumed from. */
  readonly #places = new Map<string, TopicPlace & { readonly next: number }>()
  /** Topics that were asked for again, with the wish that did: frames of before are dropped. */
  readonly #asked = new Map<string, number>()
  #wishes = 0
  #line: Line | null = null
  #isStream = false
  #status: LiveStatus = 'ended'
  #failures = 0
  #tries = 0
  #carrier = 0
  #retryMs = 0
  /** Null: it is not open yet. */
  #openedAt: number | null = null
  /** The service said on this line that it follows what it was asked to. */
  #isAnswered = false
  #heardAt = 0
  #tickedAt = 0
  #tickedTime = 0
  /** Until when something has to be heard; null: nothing is waited for. */
  #expected: number | null = null
  #ticking: ReturnType<typeof setInterval> | null = null
  #waiting: ReturnType<typeof setTimeout> | null = null
  #polledAt = 0
  /** The last round of polling got no answer. */
  #isAway = false
  readonly #lists = new Map<string, PolledList>()
  readonly #onSeen = (): void => (this.#absence() > AWAY_MS ? this.#back() : this.#seen())
  readonly #onLeft = (): void => this.#left()
  readonly #onShown = ({ persisted }: Seen): void => {
    // A page that is loaded is shown too, and is connecting already.
    if (persisted === true) this.#onSeen()
  }

  constructor(options: LiveOptions) {
    this.#options = options
    this.#topics = options.topics
    this.#token = options.token ?? null
    for (const [topic, place] of Object.entries(options.places ?? {}))
      this.#places.set(topic, { ...place, next: place.to })
  }

  start(): void {
    if (this.#ticking !== null) return
    this.#absence()
    this.#ticking = setInterval(() => this.#tick(), TICK_MS)
    for (const event of ['visibilitychange', 'resume']) page?.addEventListener(event, this.#onSeen)
    frame.addEventListener?.('online', this.#onSeen)
    frame.addEventListener?.('pagehide', this.#onLeft)
    frame.addEventListener?.('pageshow', this.#onShown)
    this.#connect()
  }

  stop(): void {
    if (this.#ticking !== null) clearInterval(this.#ticking)
    this.#ticking = null
    for (const event of ['visibilitychange', 'resume']) page?.removeEventListener(event, this.#onSeen)
    frame.removeEventListener?.('online', this.#onSeen)
    frame.removeEventListener?.('pagehide', this.#onLeft)
    frame.removeEventListener?.('pageshow', this.#onShown)
    this.#hangUp()
    this.#is('ended', 'stopped')
  }

  /** Follows these from now on. What is no longer asked for is forgotten, unless it is all: then it waits. */
  want(topics: LiveOptions['topics']): void {
    this.#topics = topics
    if (Object.keys(topics).length > 0) {
      for (const topic of [...this.#places.keys()]) if (topics[topic] === undefined) this.#places.delete(topic)
    }
    if (this.#line?.wish() !== true) this.#again()
  }

  /** A token in place of one that ended; begins again where it had ended. */
  authorize(token: string): void {
    this.#token = token
    if (this.#status === 'ended' && this.#ticking !== null) this.#connect()
  }

  /** What may be resumed from, by topic. */
  places(): Readonly<Record<string, TopicPlace>> {
    return Object.fromEntries([...this.#places].map(([topic, { to, epoch }]) => [topic, { to, epoch }]))
  }

  #is(status: LiveStatus, detail: string): void {
    if (status === this.#status) return
    this.#status = status
    this.#options.onStatus?.(status, detail)
  }

  #connect(): void {
    this.#hangUp()
    if (this.#ticking === null) return
    const carriers = this.#options.carriers ?? ['websocket', 'event-stream']
    const carrier = carriers[this.#carrier % carriers.length] ?? 'websocket'
    // Six connections are all that a browser has for an origin: a page that is not seen leaves its own to others.
    if (carrier === 'event-stream' && page?.hidden === true) return this.#is('waiting', 'the page is hidden')
    this.#heardAt = now()
    this.#openedAt = null
    this.#isAnswered = false
    if (this.#status !== 'polling') this.#is('connecting', carrier)
    this.#isStream = carrier === 'event-stream'
    this.#line = this.#isStream ? this.#openStream() : this.#openSocket()
  }

  #hangUp(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting)
    this.#waiting = null
    const line = this.#line
    this.#line = null
    line?.close()
    this.#asked.clear()
    this.#expected = null
  }

  #again(): void {
    if (this.#ticking !== null) this.#connect()
  }

  #openSocket(): Line {
    const { url, openSocket = browserSocket } = this.#options
    const socket = openSocket(`${url.replace(/^http/, 'ws')}/live`)
    const line: Line = {
      wish: () => {
        if (this.#openedAt === null) return true // it says so as soon as it is open
        socket.send(this.#wishText())
        return true
      },
      close: () => {
        socket.onopen = socket.onmessage = socket.onclose = null
        socket.onerror = () => undefined
        socket.close()
      },
    }
    const isThis = (): boolean => this.#line === line
    socket.onopen = () => {
      if (!isThis()) return
      this.#openedAt = now()
      socket.send(this.#wishText())
    }
    socket.onmessage = ({ data }) => {
      if (isThis() && typeof data === 'string') this.#heard(data)
    }
    socket.onerror = () => undefined // its end follows
    socket.onclose = ({ code, reason }) => {
      if (isThis()) this.#broke(code, reason)
    }
    return line
  }

  #wishText(): string {
    this.#wishes += 1
    const topics: Record<string, object> = {}
    for (const [topic, { limit }] of Object.entries(this.#topics)) {
      const place = this.#places.get(topic)
      topics[topic] = {
        ...(limit !== undefined && { limit }),
        ...(place !== undefined && { after: place.to, epoch: place.epoch }),
      }
      // Named without a position, a topic that runs goes on: its snapshot may be under way.
      if (place !== undefined) this.#asked.set(topic, this.#wishes)
    }
    const token = this.#token === null ? {} : { token: this.#token }
    return JSON.stringify({ type: 'subscribe', id: this.#wishes, ...token, topics })
  }

  #openStream(): Line {
    const names = Object.keys(this.#topics)
    const after = names.flatMap((topic) => {
      const place = this.#places.get(topic)
      return place === undefined ? [] : [`${topic}:${place.epoch}:${String(place.to)}`]
    })
    const limit = Math.max(0, ...Object.values(this.#topics).map((asked) => asked.limit ?? 0))
    const query = new URLSearchParams({ topics: names.join() })
    if (after.length > 0) query.set('after', after.join())
    if (limit > 0) query.set('limit', String(limit))
    const ending = new AbortController()
    const line: Line = { wish: () => false, close: () => ending.abort() }
    const isThis = (): boolean => this.#line === line
    void this.#readStream(`/live?${query.toString()}`, ending.signal, isThis).then(
      (code) => isThis() && this.#broke(code, ''),
      () => isThis() && this.#broke(1006, 'the stream broke'),
    )
    return line
  }

  /** Resolves with the code with which it ended. */
  async #readStream(path: string, signal: AbortSignal, isThis: () => boolean): Promise<number> {
    const response = await this.#get(path, { accept: 'text/event-stream' }, signal)
    if (response.status === 401) return 4401
    if (response.status === 403) return 4403
    if (response.status === 400) return 4400
    if (!response.ok || response.body === null) return 1006
    this.#openedAt = now()
    const reader = response.body.getReader()
    const decoder = new TextDecoder()
    let text = ''
    while (true) {
      const { done, value } = await reader.read()
      if (done || !isThis()) return 1006
      text += decoder.decode(value, { stream: true })
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = text.slice(0, end)
        text = text.slice(end + 2)
        const retry = /^retry: (\d+)$/m.exec(event)?.[1]
        if (retry !== undefined) this.#retryMs = Number(retry)
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data === undefined) continue
        const closing = this.#heard(data)
        if (closing !== null) return closing
      }
    }
  }

  async #get(path: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Response> {
    const { url, fetch: ask = fetch } = this.#options
    const authorization = this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }
    return ask(`${url}${path}`, { headers: { ...headers, ...authorization }, ...(signal && { signal }) })
  }

  /** Gives the code of an event stream that takes leave. */
  #heard(text: string): number | null {
    const message = JSON.parse(text) as Message
    this.#heardAt = now()
    switch (message.type) {
      case 'subscribed':
        this.#subscribed(message)
        break
      case 'snapshot':
      case 'change':
        this.#told(message as LiveFrame)
        break
      case 'ping':
        for (const [topic, { to }] of Object.entries(message.topics ?? {})) this.#moved(topic, to)
        this.#options.onPing?.(message as unknown as LivePing)
        break
      case 'error':
        this.#options.onError?.({ code: message.code, topic: message.topic, detail: message.detail ?? '' })
        break
      case 'close':
        return message.code
    }
    return null
  }

  #subscribed({ id, release }: Message): void {
    for (const [topic, wish] of [...this.#asked]) if (wish <= (id ?? wish)) this.#asked.delete(topic)
    this.#expected = null
    this.#tries = 0
    this.#isAnswered = true
    if (release !== undefined) this.#options.onRelease?.(release)
    this.#is('live', 'connected')
  }

  #told(frame: LiveFrame): void {
    const { topic, type, from, to, epoch } = frame
    if (this.#topics[topic] === undefined || this.#asked.has(topic)) return
    if (type === 'snapshot') {
      if (typeof epoch === 'string') this.#places.set(topic, { to, epoch, next: to })
      this.#options.onFrame(frame)
      return
    }
    const place = this.#places.get(topic)
    if (place === undefined || from === null || from < place.next) return
    if (from > place.next) {
      // Something is missing between: what one has is asked to be gone on from.
      if (this.#line?.wish() !== true) this.#again()
      return
    }
    // Behind rows that were left out nothing may be resumed from, until a snapshot has come.
    const isWhole = frame.summary !== true && place.to === place.next
    this.#places.set(topic, { to: isWhole ? to : place.to, epoch: place.epoch, next: to })
    this.#options.onFrame(frame)
  }

  #moved(topic: string, to: number | null): void {
    const place = this.#places.get(topic)
    if (place === undefined || to === null || to < place.next || this.#asked.has(topic)) return
    this.#places.set(topic, { to: place.to === place.next ? to : place.to, epoch: place.epoch, next: to })
  }

  #broke(code: number, reason: string): void {
    const lived = this.#openedAt === null ? null : now() - this.#openedAt
    this.#hangUp()
    if (DEFECTS.includes(code) || UNAUTHORIZED.includes(code)) {
      return this.#is('ended', `${String(code)} ${reason}`.trim())
    }
    if (!this.#isAnswered) this.#tries += 1
    else if (lived !== null && lived >= GOOD_MS) this.#failures = 0
    this.#failures += 1
    if (this.#tries >= TRIES) this.#changeCarrier()
    const isPolling = this.#status === 'polling'
    if (!isPolling) this.#is('waiting', `${String(code)} ${reason}`.trim())
    this.#waiting = setTimeout(() => this.#connect(), isPolling ? TRY_AGAIN_MS : this.#delay(code))
  }

  #changeCarrier(): void {
    const carriers = this.#options.carriers?.length ?? 2
    this.#tries = 0
    this.#carrier += 1
    if (this.#carrier % carriers !== 0) return
    // A service that does not even take connections may be back before it is first asked.
    this.#isAway = this.#openedAt === null
    this.#is('polling', 'no connection can be kept: asking every second')
  }

  #delay(code: number): number {
    if (code === 1001) return chance() * MOST_RETURN_MS
    // A WebSocket has no word for how long.
    if (code === 1013) return this.#retryMs > 0 ? this.#retryMs : FULL_MS * (1 + chance())
    if (code === 4429) return LONGEST_DELAY_MS
    const longest = this.#isAnswered ? LONGEST_DELAY_MS : LONGEST_ABSENT_MS
    return chance() * Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), longest)
  }

  #tick(): void {
    const at = now()
    if (this.#absence() > AWAY_MS) return this.#back()
    if (this.#expected !== null && at >= this.#expected) return this.#connect()
    const silence = this.#line === null ? 0 : at - this.#heardAt
    if (!this.#isAnswered && silence > FIRST_WORD_MS) return this.#broke(1006, 'nothing is heard')
    if (silence > SILENCE_MS) return this.#connect()
    const isSeen = page?.hidden !== true
    if (this.#status === 'polling' && isSeen && at - this.#polledAt >= POLL_MS) void this.#poll()
  }

  /** Milliseconds since it last ran. */
  #absence(): number {
    const at = now()
    const time = this.#options.clock?.() ?? 0
    const absence = Math.max(at - this.#tickedAt, time - this.#tickedTime)
    this.#tickedAt = at
    this.#tickedTime = time
    return absence
  }

  /** It did not run for a while: until it has caught up, what it shows is old. */
  #back(): void {
    if (this.#status === 'live') this.#is('waiting', 'the page was away')
    this.#seen()
  }

  /** Browsers keep pages that one may come back to, and none that has a line. */
  #left(): void {
    if (this.#ticking === null || this.#status === 'ended') return
    this.#hangUp()
    this.#is('waiting', 'the page was left')
  }

  /** The page runs again, or is looked at again: time in which it did not run is no silence. */
  #seen(): void {
    const at = now()
    if (this.#ticking === null || this.#status === 'ended') return
    if (page?.hidden === true) {
      if (this.#isStream) {
        this.#hangUp()
        this.#is('waiting', 'the page is hidden')
      }
      return
    }
    // Asked to go on from what one has, a line that is dead does not answer.
    if (this.#line?.wish() !== true) return this.#connect()
    this.#heardAt = at
    this.#expected = at + RETURN_MS
  }

  async #poll(): Promise<void> {
    this.#polledAt = now()
    let answers = 0
    for (const [topic, { limit }] of Object.entries(this.#topics)) {
      await this.#pollTopic(topic, limit).then(
        () => (answers += 1),
        () => undefined,
      )
    }
    if (answers > 0) this.#options.onPolled?.()
    const isBack = this.#isAway && answers > 0
    this.#isAway = answers === 0
    if (!isBack || this.#waiting === null) return
    clearTimeout(this.#waiting)
    this.#waiting = setTimeout(() => this.#connect(), chance() * MOST_RETURN_MS)
  }

  async #pollTopic(topic: string, limit: number | undefined): Promise<void> {
    const asked = LISTS[topic] ?? []
    const read = await Promise.all(
      asked.map(({ path, by }) => this.#pollList(path, by, WHOLE.includes(topic) ? undefined : limit)),
    )
    if (!read.includes(true)) return
    const lists = asked.flatMap(({ path }) => this.#lists.get(path) ?? [])
    const about = { from: null, to: Math.min(...lists.map(({ to }) => to)), epoch: null, asOf: null }
    const items = lists.flatMap((list) => list.items)
    const { at = '', next = null } = lists[0] ?? {}
    this.#options.onFrame({ type: 'snapshot', topic, reason: 'poll', ...about, at, items, next })
  }

  /** True: it has changed since it was last asked for. */
  async #pollList(path: string, by: string | undefined, limit: number | undefined): Promise<boolean> {
    const tag = this.#lists.get(path)?.tag ?? null
    const query = limit === undefined ? '' : `?limit=${String(limit)}`
    const response = await this.#get(path + query, tag === null ? {} : { 'if-none-match': tag })
    if (response.status >= 500) throw new Error(`answered ${String(response.status)}`)
    if (response.status !== 200) return false
    const body = (await response.json()) as PolledBody
    const { position: _position, asOf: _asOf, ...whole } = body
    const items = (body.items ?? [whole]).map((item) => (by === undefined ? item : { by, ...item }))
    this.#lists.set(path, {
      ...{ items, next: body.next ?? null, tag: response.headers.get('etag') },
      ...{ to: Number(response.headers.get('x-position') ?? 0), at: response.headers.get('date') ?? '' },
    })
    return true
  }
}

interface PolledBody {
  readonly items?: readonly object[]
  readonly next?: string | null
  readonly position?: number
  readonly asOf?: string | null
}

interface PolledList {
  readonly items: readonly object[]
  readonly next: string | null
  readonly tag: string | null
  readonly to: number
  readonly at: string
}

/** Where there is a page: what is asked of it. */
interface Page {
  readonly hidden: boolean
  addEventListener(event: string, listener: () => void): void
  removeEventListener(event: string, listener: () => void): void
}

interface Seen {
  /** Of pageshow: the page comes out of the browser's cache. */
  readonly persisted?: boolean
}

type Listening = (event: string, listener: (seen: Seen) => void) => void

interface Surroundings {
  readonly document?: Page
  readonly WebSocket?: new (url: string) => Socket
  readonly addEventListener?: Listening
  readonly removeEventListener?: Listening
}

const frame = globalThis as unknown as Surroundings
const page = frame.document

function browserSocket(url: string): Socket {
  const { WebSocket } = frame
  if (WebSocket === undefined) throw new Error('there is no WebSocket here: give openSocket')
  return new WebSocket(url)
}

/** From 0 to 1: clients that were cut off at one moment do not come back at one moment. */
function chance(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32
}

function now(): number {
  return performance.now()
}
