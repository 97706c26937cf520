/** Requests to the registry's REST face, without a socket. */
import { afterAll, beforeAll, expect } from 'vitest'
import type { ApiServer } from '../../api/api-server.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

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

export interface AskedRegistry {
  readonly ask: Ask
  register(subject: string, schema: string, query?: string): Promise<Heard>
  /** A name that no test of the file has used. */
  newSubject(): string
  service(): ApiService
  /** Where it is kept. */
  databaseUrl(): string
}

/** An API with its registry on a database of its own, for the tests of one file. */
export function askedRegistry(): AskedRegistry {
  let database: TestDatabase
  let service: ApiService
  let made = 0
  beforeAll(async () => {
    database = await testDatabase()
    service = await openApiService(database.url)
  })
  afterAll(async () => {
    await service.close()
    await database.drop()
  })
  const ask: Ask = async (method, path, body, { type = MEDIA_TYPE, headers = {}, raw, to = service.app } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const answer = await to.inject({
      method,
      url: `/registry${path}`,
      headers: { ...(payload !== undefined && { 'content-type': type }), ...headers },
      ...(payload !== undefined && { payload }),
    })
    return { status: answer.statusCode, body: answer.json<unknown>(), headers: answer.headers }
  }
  return {
    ask,
    register: (subject, schema, query = '') => ask('POST', `/subjects/${subject}/versions${query}`, { schema }),
    newSubject: () => `subject-${String(++made)}`,
    service: () => service,
    databaseUrl: () => database.url,
  }
}

/** What `Ask` hears when Confluent's error code is given. */
export function refused(errorCode: number, words: RegExp | string = /./): Pick<Heard, 'status' | 'body'> {
  return {
    status: errorCode > 999 ? Math.floor(errorCode / 100) : errorCode,
    body: { error_code: errorCode, message: expect.stringMatching(words) },
  }
}
