/** A real nginx between the service and those who look on: as docs/live.md says it is set up, and as it comes. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { freePort } from '../../app/postgres/free-port.ts'
import { LiveClient, type LiveFrame, type LiveStatus, type Socket } from '../../dashboard/live.ts'
import { openPage } from '../dashboard/dashboard-page.ts'
import { openBrowser } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { openEventStream, openWebSocket, type Frame } from '../support/live-connection.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

const browser = await openBrowser()
let service: ServiceHere
let placed = 0
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  service = await serviceHere({ env: { DEMO_ORDERS: '1' } })
})

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

afterAll(async () => {
  await browser?.close()
  await service.stop()
})

async function place(): Promise<string> {
  const orderId = `nginx-${String(++placed)}`
  const body = JSON.stringify({ orderId, customerId: 'customer-00001', lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${service.url}/orders`, { method: 'POST', headers, body })).status).toBe(201)
  return orderId
}

/** The example of the documents, with what stands at the level of http apart. */
function documented(): { readonly location: string; readonly http: string } {
  const text = readFileSync(new URL('../../docs/live.md', import.meta.url), 'utf8')
  const [, example = ''] = /```nginx\n([^]*?)```/.exec(text) ?? []
  const [location = '', http = ''] = example.split('# at the level of http:\n')
  expect([location, http].map((part) => part.trim() !== '')).toEqual([true, true])
  return { location, http }
}

/** Its address. `live`: how /live is passed on; empty: as everything else. */
async function startNginx({ live, http = '' }: { readonly live: string; readonly http?: string }): Promise<string> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-nginx-'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http {
      access_log off; ${temporary.join(' ')}
      ${http}
      upstream orderledger { server ${new URL(service.url).host}; }
      server {
        listen 127.0.0.1:${String(port)};
        location / { proxy_pass http://orderledger; proxy_set_header Host $http_host; }
        ${live}
      }
    }`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  })
  const ended = once(child, 'close')
  closing.push(async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${String(port)}`
  await eventually(async () => (await fetch(`${url}/readyz`)).ok)
  return url
}

const tells = (orderId: string) => (frame: Frame) => frame.items.some((item) => item['orderId'] === orderId)

test('set up as the documents say it, it passes both carriers on as they come, and a page is live', async () => {
  const { location, http } = documented()
  const url = await startNginx({ live: location, http })
  const client = await openWebSocket(url)
  client.send({ type: 'subscribe', id: 1, topics: { orders: {} } })
  const stream = await openEventStream(url, '?topics=orders')
  for (const one of [client, stream]) await one.frame(({ type }) => type === 'snapshot')
  const id = await place()
  for (const one of [client, stream]) await one.frame((frame) => frame.type === 'change' && tells(id)(frame))
  for (const one of [client, stream]) one.cut()
  // A page of this origin is let in: nginx says whose it is.
  const headers = { origin: url }
  const own = await openWebSocket(url, { headers })
  own.cut()
  await expect(openWebSocket(url, { headers: { origin: 'https://evil.example' } })).rejects.toThrow('answered 403')
  if (browser === null) return
  const { page, errors, close } = await openPage(browser, url, { path: 'orders' })
  const sockets: string[] = []
  page.on('websocket', (socket) => void sockets.push(socket.url()))
  await page.reload()
  await page.getByText('Live', { exact: true }).waitFor()
  const next = await place()
  await page
    .getByRole('row')
    .filter({ has: page.getByTitle(next, { exact: true }) })
    .waitFor()
  expect([sockets.length, errors]).toEqual([1, []])
  await close()
})

test('it ends no line that is quiet for longer than it waits: pings are more often', async () => {
  const { location, http } = documented()
  const url = await startNginx({ live: location.replace('proxy_read_timeout 60s', 'proxy_read_timeout 20s'), http })
  const client = await openWebSocket(url)
  client.send({ type: 'subscribe', id: 1, topics: { orders: {} } })
  const stream = await openEventStream(url, '?topics=orders')
  for (const one of [client, stream]) {
    await eventually(() => one.frames.filter(({ type }) => type === 'ping').length >= 2, { timeout: 60_000 })
    expect(one.isClosed()).toBe(false)
    one.cut()
  }
})

test('told nothing but to pass on whose page it is, it lets the event stream pass and no WebSocket: clients go over to the stream by themselves', async () => {
  const url = await startNginx({ live: '' })
  await expect(openWebSocket(url)).rejects.toThrow()
  const statuses: (readonly [LiveStatus, string])[] = []
  const frames: LiveFrame[] = []
  const client = new LiveClient({
    ...{ url, topics: { orders: {} } },
    openSocket: (address) => new WebSocket(address) as unknown as Socket,
    onFrame: (frame) => frames.push(frame),
    onStatus: (status, detail) => statuses.push([status, detail]),
  })
  client.start()
  await eventually(() => statuses.at(-1)?.[0] === 'live' && frames.some(({ type }) => type === 'snapshot'))
  const id = await place()
  await eventually(() => frames.some((frame) => frame.type === 'change' && tells(id)(frame as unknown as Frame)))
  expect(statuses.some(([status, detail]) => status === 'connecting' && detail === 'event-stream')).toBe(true)
  expect(frames.some(({ reason }) => reason === 'poll')).toBe(false)
  client.stop()
})
