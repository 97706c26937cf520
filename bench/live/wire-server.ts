/**
 * Speaks the wire of /live to one page: all else, and what stood in each topic at first, comes from a real service behind it.
 * Then it plays changes as fast as they are wanted: a shop that takes orders for hours in minutes.
 */
import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import WebSocket, { WebSocketServer } from 'ws'
import type { Cleanup } from '../cleanup.ts'
import { PlayedShop, type Snapshot } from './played-shop.ts'

export interface WireServer {
  readonly url: string
  /** Resolves with the position of the last change when all are with the page. Throws when it began again meanwhile. */
  play(wanted: { readonly changes: number; readonly perSecond: number }): Promise<{ readonly to: number }>
}

/** What the service says, as far as it is looked at. */
type Told =
  | (Snapshot & { readonly type: 'snapshot' | 'change' })
  | {
      readonly type: 'ping'
      readonly topic: ''
      readonly topics: Readonly<Record<string, { readonly to: number | null }>>
    }

/** Between two frames of a topic, as the service gathers changes at such rates. */
const FRAME_MS = 20
/** Bytes that may wait for the page. */
const MOST_WAITING = 1_000_000
/** Of these the changes are made up; other topics are those of the service. */
const PLAYED = ['activity', 'sales']

export async function startWireServer(scope: Cleanup, service: string): Promise<WireServer> {
  const target = new URL(service)
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    const asked = ask({ host: target.hostname, port: target.port, method, path: url, headers, agent: false })
    asked.on('error', () => response.destroy())
    asked.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(asked)
  })
  const snapshots = new Map<string, Snapshot>()
  let page: WebSocket | null = null
  let isPlaying = false
  let again = 0

  const movedTo = (topic: string, to: number | null): void => {
    const snapshot = snapshots.get(topic)
    if (snapshot !== undefined && to !== null && to > snapshot.to) snapshots.set(topic, { ...snapshot, to })
  }

  const sockets = new WebSocketServer({ server, path: '/live' })
  sockets.on('connection', (socket) => {
    page = socket
    const upstream = new WebSocket(`${service.replace('http', 'ws')}/live`)
    socket.on('message', (wish: Buffer) => {
      if (isPlaying) again += 1
      else if (upstream.readyState === WebSocket.OPEN) upstream.send(wish.toString())
      else upstream.once('open', () => upstream.send(wish.toString()))
    })
    upstream.on('message', (data: Buffer) => {
      const text = data.toString()
      const frame = JSON.parse(text) as Told
      if (isPlaying && (PLAYED.includes(frame.topic) || frame.type === 'ping')) return
      if (frame.type === 'snapshot') snapshots.set(frame.topic, frame)
      // The orders of the demo live on: what is played goes on where the page has come to, or it would ask for what lies between.
      if (frame.type === 'change') movedTo(frame.topic, frame.to)
      if (frame.type === 'ping') for (const [topic, { to }] of Object.entries(frame.topics)) movedTo(topic, to)
      socket.send(text)
    })
    socket.on('close', () => upstream.terminate())
    upstream.on('close', () => socket.terminate())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.add(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  })

  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async play({ changes, perSecond }) {
      const [activity, sales] = PLAYED.map((topic) => snapshots.get(topic))
      if (page === null || activity === undefined || sales === undefined)
        throw new Error('the page follows nothing yet')
      const shop = new PlayedShop({ activity, sales })
      isPlaying = true
      again = 0
      const begin = performance.now()
      for (let played = 0; played < changes;) {
        const due = Math.min(changes, Math.floor(((performance.now() - begin) * perSecond) / 1_000))
        // At most what a frame may have, whatever the clock did.
        for (; played < due; played += Math.min(due - played, shop.most)) {
          for (const text of shop.frames(Math.min(due - played, shop.most))) page.send(text)
        }
        while (page.bufferedAmount > MOST_WAITING) await pause(1)
        await pause(FRAME_MS)
        if (again > 0 || page.readyState !== WebSocket.OPEN)
          throw new Error('the page asked again while it was played to')
      }
      while (page.bufferedAmount > 0) await pause(1)
      return { to: shop.position }
    },
  }
}
