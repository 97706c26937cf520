/**
 * What somebody does who holds the weakest token and means harm: each attack multiplies one thing that a client can
 * multiply, and no two of its requests are alike.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent } from 'undici'
import type { Random } from '../../simulation/random.ts'

export interface Target {
  readonly url: URL
  readonly token: string
  readonly random: Random
  readonly signal: AbortSignal
  /** Called for each answer, with attack and status; for what had none, with the reason. */
  readonly tell: (attack: string, outcome: string) => void
}

export interface Attack {
  readonly name: string
  /** How many do it at the same time. */
  readonly attackers: number
  readonly once: (target: Target) => Promise<void>
}

const agent = new Agent({ connections: 1_500, pipelining: 1 })
const MANY = 1_000

export const attacks: readonly Attack[] = [
  { name: 'schemas', attackers: 6, once: (target) => judge(target, hostileSchema(target.random)) },
  {
    name: 'incompatible schemas',
    attackers: 3,
    once: (target) => judge(target, wideSchema(target.random), '?verbose=true', 'orderledger.PlaceOrder-value'),
  },
  {
    name: 'references',
    attackers: 3,
    once: (target) => judge(target, '"int"', '', 'any', target.random.int(90, 3_000)),
  },
  { name: 'unread answers', attackers: 20, once: pipelined },
  { name: 'idle connections', attackers: 300, once: idle },
  { name: 'slow headers', attackers: 50, once: dripping },
  { name: 'waiting', attackers: 1_200, once: (target) => waiting(target, target.random.int(0, 100)) },
  { name: 'beyond the head', attackers: 30, once: (target) => waiting(target, 1_000_000_000) },
  { name: 'slow reads', attackers: 40, once: reading },
  { name: 'abandoned reads', attackers: 20, once: abandoned },
  { name: 'dead letters', attackers: 10, once: (target) => get(target, 'dead letters', '/dead-letters?limit=200') },
  { name: 'refusals', attackers: 20, once: refused },
  { name: 'live, unread', attackers: 40, once: unreadLive },
  { name: 'live, no token', attackers: 60, once: namelessLive },
  { name: 'live, refused', attackers: 20, once: refusedLive },
]

/** What a body may have. */
const MOST_CHARACTERS = 1_050_000
const SCHEMAS = 40
let schemas: readonly string[] = []

/** One of some that are made once: making them would take the processor from what is attacked. Most are damaged each time. */
function hostileSchema(random: Random): string {
  if (schemas.length === 0) schemas = Array.from({ length: SCHEMAS }, () => madeSchema(random))
  const text = random.pick(schemas)
  return random.unit() < 0.5 ? text : damaged(text, random)
}

/** A length times a count, as large as a body may be. */
function madeSchema(random: Random): string {
  const count = random.pick([10, 1_600, 5_000, 40_000])
  const long = 'n'.repeat(Math.min(random.pick([1_000, 1_001, 100_000, 400_000]), MOST_CHARACTERS))
  const list = (make: (index: number) => unknown, size = 30) =>
    Array.from({ length: Math.min(count, Math.floor(MOST_CHARACTERS / (size + 30))) }, (_, index) => make(index))
  const field = (index: number) => ({ name: `f${String(index)}`, type: { type: 'array', items: 'R' } })
  const made = random.pick<() => unknown>([
    () => ({ type: 'record', name: 'R', namespace: long, aliases: list((index) => `a${String(index)}`), fields: [] }),
    () =>
      list((index) => ({ type: 'enum', name: `E${String(index)}`, namespace: long, symbols: ['A'] }), long.length + 60),
    () => ({ type: 'enum', name: 'E', symbols: list((index) => `${long.slice(0, 500)}${String(index)}`, 510) }),
    () => ({ type: 'record', name: 'R', fields: list((index) => ({ name: `f${String(index)}`, type: 'int' })) }),
    () => ({ type: 'record', name: 'R', fields: list(field, 60) }),
    () => ({ type: 'record', name: 'R', fields: [{ name: 'f', type: list(() => 'R', 4) }] }),
  ])
  const nested = random.unit() < 0.2
  return nested ? `${'{"type":"array","items":'.repeat(count)}"int"${'}'.repeat(count)}` : JSON.stringify(made())
}

/** Every field of it breaks what `orderledger.PlaceOrder` promises. */
function wideSchema(random: Random): string {
  const fields = Array.from({ length: random.int(1, 4_900) }, (_, index) => ({
    name: `${'f'.repeat(random.int(1, 100))}${String(index)}`,
    type: random.pick(['int', 'string', 'bytes']),
  }))
  return JSON.stringify({ type: 'record', name: 'PlaceOrder', namespace: 'orderledger', fields })
}

function damaged(text: string, random: Random): string {
  const at = random.int(0, text.length)
  return `${text.slice(0, at)}${random.pick(['"', '{', ']', '\\u0000', 'n'.repeat(1_000)])}${text.slice(at + random.int(0, 5))}`
}

async function judge(target: Target, schema: string, query = '', subject = 'any', references = 0): Promise<void> {
  const { random, tell } = target
  const refers = Array.from({ length: references }, (_, index) => ({
    ...{ name: `r${String(index)}`, subject: 'orderledger.PlaceOrder-value', version: 1 },
  }))
  const path = `/registry/compatibility/subjects/${subject}-${String(random.int(0, MANY))}/versions${query}`
  const exact = subject === 'any' ? path : `/registry/compatibility/subjects/${subject}/versions${query}`
  const body = JSON.stringify({ schema, ...(references > 0 && { references: refers }) })
  tell('schemas', await asked(target, exact, { method: 'POST', body }))
}

async function waiting(target: Target, ahead: number): Promise<void> {
  const { random, tell } = target
  const path = random.pick(['/orders', '/products', '/analytics', '/activity'])
  tell(
    'waiting',
    await asked(target, `${path}?limit=1&after=${String(head + ahead)}`.replace(/(analytics\?)limit=1&/, '$1')),
  )
}

/** As far as answers told. */
let head = 0

async function get(target: Target, attack: string, path: string): Promise<void> {
  target.tell(attack, await asked(target, path))
}

function reading(target: Target): Promise<void> {
  const { random } = target
  const path = random.pick([
    '/events?limit=200',
    '/orders?limit=200',
    '/schemas',
    '/projections',
    '/products?limit=200',
    '/lag',
  ])
  return get(target, 'slow reads', path.includes('events') ? `${path}&after=${String(random.int(0, head))}` : path)
}

async function abandoned(target: Target): Promise<void> {
  const gone = AbortSignal.any([target.signal, AbortSignal.timeout(target.random.int(1, 30))])
  await get({ ...target, signal: gone }, 'abandoned reads', '/orders?limit=200')
}

function refused(target: Target): Promise<void> {
  const { random } = target
  const paths = [
    '/none',
    `/orders/${'x'.repeat(300)}`,
    '/orders?limit=-1',
    '/orders?cursor=none',
    '/registry/none',
    '//',
    '/%zz',
  ]
  return get(target, 'refusals', random.pick(paths))
}

async function asked(target: Target, path: string, options: { method?: 'POST'; body?: string } = {}): Promise<string> {
  const { url, token, signal } = target
  try {
    const { statusCode, headers, body } = await agent.request({
      ...{ origin: url.origin, path, method: options.method ?? 'GET', signal },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: options.body ?? null,
    })
    await body.dump()
    head = Math.max(head, Number(headers['x-position'] ?? 0))
    return String(statusCode)
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown'
  }
}

async function opened({ url, signal }: Target): Promise<Socket> {
  const socket = connect({ host: url.hostname, port: Number(url.port) })
  socket.on('error', () => undefined)
  signal.addEventListener('abort', () => socket.destroy(), { once: true })
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined)
  return socket
}

const line = ({ url, token }: Target, path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: Bearer ${token}\r\n\r\n`

/** Hundreds of requests of which no answer is read. */
async function pipelined(target: Target): Promise<void> {
  const socket = await opened(target)
  socket.pause()
  const path = target.random.pick(['/openapi.json', '/docs/json', '/events?limit=200', '/orders?limit=200'])
  socket.write(line(target, path).repeat(target.random.int(20, 700)))
  await pause(target.random.int(500, 8_000), undefined, { signal: target.signal }).catch(() => undefined)
  target.tell('unread answers', socket.destroyed ? 'closed' : 'open')
  socket.destroy()
}

async function idle(target: Target): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: 8 }, () => opened(target)))
  await pause(target.random.int(1_000, 10_000), undefined, { signal: target.signal }).catch(() => undefined)
  for (const socket of sockets) socket.destroy()
  target.tell('idle connections', 'closed')
}

/** A request that never comes to its end. */
async function dripping(target: Target): Promise<void> {
  const socket = await opened(target)
  const text = line(target, '/orders').slice(0, -2)
  for (let at = 0; !socket.destroyed && !target.signal.aborted && at < text.length * 4; at++) {
    socket.write(at < text.length ? text.charAt(at) : `x-${String(at)}: y\r\n`)
    await pause(target.random.int(20, 200), undefined, { signal: target.signal }).catch(() => undefined)
  }
  target.tell('slow headers', socket.destroyed ? 'closed' : 'open')
  socket.destroy()
}

const upgrade = (host: string, token: string | null) =>
  `GET /live HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${token === null ? '' : `Authorization: Bearer ${token}\r\n`}\r\n`

/** As a client has to send it: masked, here with zeros. `opcode` with its first bit set: the last of its message. */
function frame(opcode: number, payload: string): Buffer {
  const bytes = Buffer.from(payload)
  const length = bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 255]
  return Buffer.concat([Buffer.from([opcode, ...length, 0, 0, 0, 0]), bytes])
}

/** Everything is asked for, over and over, and nothing is read. */
async function unreadLive(target: Target): Promise<void> {
  const { url, token, random, signal, tell } = target
  const socket = await opened(target)
  socket.pause()
  socket.write(upgrade(url.host, token))
  const topics = Object.fromEntries(
    ['orders', 'stock', 'sales', 'activity', 'payments', 'projections', 'reactors', 'lag'].map((name) => [name, {}]),
  )
  for (let id = 1; id <= 90; id++) socket.write(frame(0x81, JSON.stringify({ type: 'subscribe', id, topics })))
  await pause(random.int(2_000, 12_000), undefined, { signal }).catch(() => undefined)
  tell('live, unread', socket.destroyed ? 'closed' : 'open')
  socket.destroy()
}

/** A place is taken without a token, and a message begun that never ends. */
async function namelessLive(target: Target): Promise<void> {
  const { url, random, signal, tell } = target
  const socket = await opened(target)
  socket.resume()
  socket.write(upgrade(url.host, null))
  for (let piece = 0; piece < 500 && !socket.destroyed && !signal.aborted; piece++) {
    socket.write(frame(piece === 0 ? 0x01 : 0x00, ''))
    await pause(random.int(5, 50), undefined, { signal }).catch(() => undefined)
  }
  tell('live, no token', socket.destroyed ? 'closed' : 'open')
  socket.destroy()
}

async function refusedLive(target: Target): Promise<void> {
  const socket = await opened(target)
  socket.resume()
  socket.write(upgrade('', target.token))
  await Promise.race([
    once(socket, 'close'),
    pause(target.random.int(500, 3_000), undefined, { signal: target.signal }),
  ]).catch(() => undefined)
  target.tell('live, refused', socket.destroyed ? 'closed' : 'open')
  socket.destroy()
}

/** Goes on with all of them until the signal. */
export async function attackUntil(target: Target): Promise<void> {
  await Promise.all(
    attacks.flatMap(({ attackers, once: attack }) =>
      Array.from({ length: attackers }, async () => {
        while (!target.signal.aborted) {
          await attack(target)
          // Over a limit answers come at once; this many attackers ask some 3,000 times a second then.
          await pause(target.random.int(100, 1_000), undefined, { signal: target.signal }).catch(() => undefined)
        }
      }),
    ),
  )
  await agent.destroy()
}
