/** A client of /live that keeps everything it gets, over either carrier. */
import { get, type IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import { eventually } from './eventually.ts'

export interface Frame {
  readonly type: string
  readonly topic: string
  readonly id: number | null
  readonly from: number | null
  readonly to: number
  readonly epoch: string
  readonly reason: string
  readonly at: string
  readonly asOf: string | null
  readonly head: number
  readonly code: string | number
  readonly count?: number
  readonly summary?: boolean
  readonly counts?: Readonly<Record<string, number>>
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly next: string | null
  readonly topics: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Of the event of a stream. */
  readonly eventId?: string
}

export interface Closed {
  readonly code: number
  readonly reason: string
}

export interface LiveConnection {
  readonly frames: readonly Frame[]
  readonly closed: Promise<Closed>
  isClosed(): boolean
  /** The first frame from `since` on that fits. */
  frame(fits: (frame: Frame) => boolean, since?: number): Promise<Frame>
  /** Over a WebSocket alone. */
  send(message: unknown): void
  /** Without a word. */
  cut(): void
  /** Nothing more is read. */
  pause(): void
  resume(): void
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
}

/** Rejects with the status where it is refused. */
export async function openWebSocket(url: string, { headers = {} }: Asked = {}): Promise<LiveConnection> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`, { headers })
  const frames: Frame[] = []
  socket.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString()) as Frame))
  let isClosed = false
  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', (code, reason) => {
      isClosed = true
      resolve({ code, reason: reason.toString() })
    })
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      reject(new Error(`answered ${String(response.statusCode)}`))
      socket.terminate()
    })
    socket.on('error', reject)
    socket.on('open', resolve)
  })
  return {
    ...{ frames, closed, isClosed: () => isClosed, frame: finder(frames) },
    send: (message) =>
      socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    cut: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}

/** `query`: what stands behind `/live`. Rejects with the status where it is refused. */
export async function openEventStream(
  url: string,
  query: string,
  { headers = {} }: Asked = {},
): Promise<LiveConnection> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/live${query}`, { headers, agent: false }, resolve).on('error', reject)
  })
  if (response.statusCode !== 200) {
    response.resume()
    throw new Error(`answered ${String(response.statusCode)}`)
  }
  const frames: Frame[] = []
  let text = ''
  let isClosed = false
  let end: Closed = { code: 1006, reason: '' }
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    text += chunk
    for (let cut = text.indexOf('\n\n'); cut >= 0; cut = text.indexOf('\n\n')) {
      const lines = new Map(text.slice(0, cut).split('\n').map(fieldOf))
      text = text.slice(cut + 2)
      const data = lines.get('data')
      if (data === undefined) continue
      const frame = JSON.parse(data) as Frame & Closed
      const eventId = lines.get('id')
      if (frame.type === 'close') end = frame
      else frames.push(eventId === undefined ? frame : { ...frame, eventId })
    }
  })
  const closed = new Promise<Closed>((resolve) => {
    response.on('error', () => undefined)
    response.on('close', () => {
      isClosed = true
      resolve(end)
    })
  })
  return {
    ...{ frames, closed, isClosed: () => isClosed, frame: finder(frames) },
    send: () => undefined,
    cut: () => response.destroy(),
    pause: () => response.pause(),
    resume: () => response.resume(),
  }
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 2)]
}

function finder(frames: readonly Frame[]) {
  return (fits: (frame: Frame) => boolean, since = 0): Promise<Frame> =>
    eventually(() => frames.slice(since).find(fits) ?? null)
}
