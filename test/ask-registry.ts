/** Requests to the registry's REST face, without a socket. */
import { expect } from 'vitest'
import type { ApiServer } from '../api/api-server.ts'

export const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'

export interface Sent {
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** As it stands; else the body is written as JSON. */
  readonly raw?: string | Buffer
  /** Another server than the one that is usually asked. */
  readonly to?: ApiServer
}

export type Ask = (method: Method, path: string, body?: unknown, sent?: Sent) => Promise<Heard>

export interface Heard {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

/** `usual` is called for each request: the server may not be there yet. */
export function askRegistry(usual: () => ApiServer): Ask {
  return async (method, path, body, { type = MEDIA_TYPE, headers = {}, raw, to = usual() } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const answer = await to.inject({
      method,
      url: `/registry${path}`,
      headers: { ...(payload !== undefined && { 'content-type': type }), ...headers },
      ...(payload !== undefined && { payload }),
    })
    return { status: answer.statusCode, body: answer.json<unknown>(), headers: answer.headers }
  }
}

/** What `Ask` hears when Confluent's error code is given. */
export function refused(errorCode: number, words: RegExp | string = /./): Pick<Heard, 'status' | 'body'> {
  return {
    status: errorCode > 999 ? Math.floor(errorCode / 100) : errorCode,
    body: { error_code: errorCode, message: expect.stringMatching(words) },
  }
}
