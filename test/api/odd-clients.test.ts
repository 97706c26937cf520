/** Requests as libraries, proxies and browsers of others were seen to send them, byte by byte, to a service on real parts. */
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { exchangeAt } from './raw-http.ts'

let database: TestDatabase
let service: ApiService
let port: number

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  port = await service.listen()
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

const HOST = 'Host: localhost'
const bytesOf = (lines: readonly string[], body = '') => `${lines.join('\r\n')}\r\n\r\n${body}`

/** A connection, and what came on it so far. */
function opened(): { readonly socket: Socket; heard(): string } {
  const socket = connect({ port, host: '127.0.0.1' })
  let text = ''
  socket.on('data', (bytes) => (text += bytes.toString('latin1')))
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  return { socket, heard: () => text }
}

let made = 0
const customer = () => JSON.stringify({ customerId: `odd-${String((made += 1))}`, name: 'A', region: 'r' })
const posted = (body: string, ...headers: readonly string[]) =>
  bytesOf(
    [
      'POST /customers HTTP/1.1',
      HOST,
      'Content-Type: application/json',
      `Content-Length: ${String(body.length)}`,
      ...headers,
    ],
    body,
  )

describe("Java's client asks for HTTP/2 with its requests", () => {
  const H2C = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAA']

  test('and is answered in HTTP/1.1, with and without a body', async () => {
    const { socket, heard } = opened()
    socket.write(posted(customer(), ...H2C))
    await eventually(() => heard().includes('HTTP/1.1 201'))
    socket.write(bytesOf(['GET /version HTTP/1.1', HOST, ...H2C]))
    await eventually(() => heard().includes('HTTP/1.1 200'))
    expect(heard()).not.toContain('101 Switching')
  })

  test('five hundred times on one connection, of which nothing is left', async () => {
    const warnings: string[] = []
    const warned = ({ message }: Error) => void warnings.push(message)
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const { socket, heard } = opened()
    for (let asked = 1; asked <= 500; asked++) {
      socket.write(bytesOf(['GET /version HTTP/1.1', HOST, ...H2C]))
      await eventually(() => heard().split('HTTP/1.1 200').length - 1 === asked, { interval: 1 })
    }
    const connections = await new Promise<number>((resolve, reject) =>
      service.app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    )
    expect(warnings).toEqual([])
    expect(connections).toBeLessThan(20)
    expect((await exchangeAt(port, bytesOf(['GET /version HTTP/1.1', HOST, 'Connection: close'])))[0]?.status).toBe(200)
  })
})

describe('a proxy that speaks HTTP/1.0, as nginx does by itself', () => {
  test('gets answers by their length, and the connection ends', async () => {
    const [answer, ...more] = await exchangeAt(port, bytesOf(['GET /openapi.json HTTP/1.0', HOST]))
    expect([answer?.status, more.length]).toEqual([200, 0])
    expect(answer?.headers).not.toHaveProperty('transfer-encoding')
    expect(JSON.parse(answer?.body ?? '')).toHaveProperty('openapi')
  })

  test('gets events of /live without the chunks that it cannot read', async () => {
    const { socket, heard } = opened()
    socket.write(bytesOf(['GET /live?topics=orders HTTP/1.0', HOST, 'Accept: text/event-stream']))
    await eventually(() => heard().includes('\ndata: '))
    const [head = '', body = ''] = heard().split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.[01] 200/)
    expect(head.toLowerCase()).not.toContain('transfer-encoding')
    expect(body).toMatch(/^(:|event|id|data|retry)/)
  })
})

describe('a WebSocket', () => {
  const asked = (...more: readonly string[]) =>
    bytesOf([...['GET /live HTTP/1.1', HOST, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='], ...more])
  const VERSION = 'Sec-WebSocket-Version: 13'

  test('is opened for Firefox, which names keep-alive beside Upgrade, and for a proxy that writes names in small letters', async () => {
    for (const lines of [
      ['Connection: keep-alive, Upgrade', 'Upgrade: websocket', VERSION],
      ['connection: upgrade', 'upgrade: WebSocket', 'sec-websocket-version: 13'],
      [
        'Connection: Upgrade',
        'Upgrade: websocket',
        VERSION,
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
      ],
    ]) {
      const { socket, heard } = opened()
      socket.write(asked(...lines))
      await eventually(() => heard().startsWith('HTTP/1.1 101'))
      // None is spoken: a client would compress what nobody unpacks.
      expect(heard().toLowerCase()).not.toContain('sec-websocket-extensions')
    }
  })

  test('whose version nobody speaks is refused with those that are, and its connection ends', async () => {
    const [answer] = await exchangeAt(
      port,
      asked('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 99'),
    )
    expect(answer?.status).toBeGreaterThanOrEqual(400)
    expect(answer?.status).toBeLessThan(500)
    expect(answer?.headers['sec-websocket-version']).toContain('13')
  })

  test.each([
    ['compressed though nobody agreed to it', [0xc1, 0x81, 0, 0, 0, 0, 0x7b], 1002],
    ['not masked', [0x81, 0x01, 0x7b], 1002],
    ['of a kind that there is not', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['no UTF-8', [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
    ['longer than any message may be', [0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
    ['closed by a code that nobody may send', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 1002],
  ])('with a frame that is %s is closed with its code, and the service goes on', async (_, frame, code) => {
    const { socket, heard } = opened()
    socket.write(asked('Connection: Upgrade', 'Upgrade: websocket', VERSION))
    await eventually(() => heard().includes('\r\n\r\n'))
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.write(Buffer.from(frame))
    await ended
    const said = Buffer.from(heard(), 'latin1')
    const close = Buffer.from([0x88])
    const at = said.lastIndexOf(close)
    expect(said.readUInt16BE(at + 2)).toBe(code)
    const [alive] = await exchangeAt(port, bytesOf(['GET /version HTTP/1.1', HOST, 'Connection: close']))
    expect(alive?.status).toBe(200)
  })
})

describe('a client behind a proxy that packs answers', () => {
  test('has a weak tag of what it got, and hears that nothing changed', async () => {
    const price = { amount: 1, currency: 'EUR' }
    const payload = { sku: 'odd', name: 'A', category: 'c', price }
    const { headers } = await service.app.inject({
      method: 'POST',
      url: '/products',
      headers: { host: 'localhost' },
      payload,
    })
    const path = `/products/odd?after=${String(headers['x-position'])}`
    const [first] = await exchangeAt(port, bytesOf([`GET ${path} HTTP/1.1`, HOST, 'Connection: close']))
    const tag = first?.headers['etag'] ?? ''
    expect(tag).toMatch(/^"/)
    for (const named of [`W/${tag}`, `"other", W/${tag}`, '*']) {
      const lines = [`GET ${path} HTTP/1.1`, HOST, 'Connection: close', `If-None-Match: ${named}`]
      const [again] = await exchangeAt(port, bytesOf(lines))
      expect([named, again?.status, again?.body]).toEqual([named, 304, ''])
    }
  })
})

test('a client that asks for a part of an answer gets the whole, and one that asks twice for one thing reads what is wrong', async () => {
  const one = async (path: string, ...headers: readonly string[]) => {
    const [answer] = await exchangeAt(port, bytesOf([`GET ${path} HTTP/1.1`, HOST, 'Connection: close', ...headers]))
    return answer
  }
  const part = await one('/openapi.json', 'Range: bytes=0-9')
  expect([part?.status, part?.headers['content-range']]).toEqual([200, undefined])
  expect(JSON.parse(part?.body ?? '')).toHaveProperty('openapi')
  const twice = await one('/orders?limit=1&limit=2')
  expect([twice?.status, JSON.parse(twice?.body ?? '')]).toMatchObject([400, { code: 'invalid-request' }])
  expect(JSON.stringify(twice?.body)).toContain('limit')
})
