/** Asks the API: with the token of this visit, entity tags and problems. Nothing here knows what is shown where. */
import { signal } from '@preact/signals'
import type { Fault, Problem } from './api-shapes.ts'

/** An answer that is an error, or (status null) no answer at all. */
export interface Trouble {
  readonly status: number | null
  readonly title: string
  readonly detail: string
  /** Names the request in the log of the service. */
  readonly requestId: string | null
  /** What one part of the request did wrong, each with a JSON pointer to it. */
  readonly faults: readonly Fault[]
}

export class RequestFailed extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super(trouble.detail)
    this.trouble = trouble
  }
}

export type Reading =
  | { readonly changed: false; readonly position: number | null }
  | { readonly changed: true; readonly body: unknown; readonly etag: string | null; readonly position: number | null }

/** Longer than any answer of a healthy service takes. */
const PATIENCE_MS = 15_000

/** Reads; with the tag of what one has, the answer may be that nothing changed. Rejects with RequestFailed. */
export async function read(path: string, etag: string | null = null): Promise<Reading> {
  const response = await request(path, { headers: etag === null ? {} : { 'if-none-match': etag } })
  const position = positionOf(response)
  if (response.status === 304) return { changed: false, position }
  return { changed: true, body: await bodyOf(response), etag: response.headers.get('etag'), position }
}

export interface Command {
  readonly method: 'POST' | 'DELETE'
  readonly path: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a command; sent again with the same key, it is still one. Rejects with RequestFailed. */
export async function send<Body>({ method, path, body, headers = {} }: Command, key: string): Promise<Body> {
  const response = await request(path, {
    method,
    headers: {
      ...(method === 'POST' && { 'idempotency-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return (await bodyOf(response)) as Body
}

/** What a dialog has to ask for: a first token, or another one than that which was refused. */
export const tokenWanted = signal<'no' | 'first' | 'another'>('no')

/** In memory only: it is gone with the page. */
export const token = signal<string | null>(null)
let waiting: (() => void)[] = []

export function giveToken(text: string): void {
  token.value = text
  tokenWanted.value = 'no'
  for (const goOn of waiting) goOn()
  waiting = []
}

/** Asks the user for a token. */
export function wantToken(): void {
  tokenWanted.value = token.value === null ? 'first' : 'another'
}

function waitForToken(): Promise<void> {
  wantToken()
  return new Promise((resolve) => waiting.push(resolve))
}

/** An answer that is not 401: then it waits until somebody gives a token, and asks again. */
async function request(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
  for (;;) {
    const used = token.value
    const headers = { ...init.headers, ...(used !== null && { authorization: `Bearer ${used}` }) }
    const response = await answered(path, { ...init, headers })
    if (response.status !== 401) return response
    // Meanwhile another request may have been given a better one.
    if (used === token.value) await waitForToken()
  }
}

async function answered(path: string, init: RequestInit): Promise<Response> {
  try {
    // Relative to /dashboard/, so that a proxy may put all of it under a prefix. The tags are ours, not the cache's.
    return await fetch(`..${path}`, { ...init, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch {
    throw new RequestFailed({
      status: null,
      title: 'The service is not responding',
      detail: 'It may be restarting, or the network is down.',
      requestId: null,
      faults: [],
    })
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return null
  const body: unknown = await response.json().catch(() => null)
  if (response.ok) return body
  throw new RequestFailed(troubleOf(response.status, body))
}

function troubleOf(status: number, body: unknown): Trouble {
  if (isProblem(body)) {
    const { title, detail, requestId, errors = [] } = body
    return { status, title, detail, requestId, faults: errors }
  }
  return {
    status,
    title: `Status ${String(status)}`,
    detail: 'A proxy in front of the service answered, not the service itself.',
    requestId: null,
    faults: [],
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'title' in body && 'detail' in body && 'requestId' in body
}

function positionOf(response: Response): number | null {
  const position = response.headers.get('x-position')
  return position === null ? null : Number(position)
}

/** crypto.randomUUID exists on secure pages only, and a shop's intranet may be plain HTTP. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
