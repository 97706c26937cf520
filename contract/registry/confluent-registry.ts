/** A Confluent-compatible registry somewhere else: Confluent's own, Apicurio, Karapace. */
import { cut } from '../compatibility/cut.ts'
import { isLevel } from '../embedded/settings.ts'
import { registryClient, type RegistryRequest } from './registry-client.ts'
import { RegistryFailure, type SchemaRegistry } from './schema-registry.ts'

export interface ConfluentRegistryOptions {
  /** http(s), with a path and with a user and password where it has them. */
  readonly url: string
  readonly token?: string | null
  /** Milliseconds for a whole exchange. */
  readonly timeout?: number
  /** Milliseconds that ever go on. */
  readonly monotonic: () => number
}

const TIMEOUT_MS = 10_000
/** An id that is unknown now may be a schema that another process is about to register. */
const UNKNOWN_FOR_MS = 5_000
/** Characters of a reason that it gives. */
const MOST_SAID = 1_000
/** Of each cache; then it starts again. */
const MOST_CACHED = 1_000

export function confluentRegistry(options: ConfluentRegistryOptions): SchemaRegistry {
  const { url, token = null, timeout = TIMEOUT_MS, monotonic } = options
  const ask = registryClient({ url, token, timeout })
  // An id means one schema for good.
  const known = new Map<number, string>()
  const unknownUntil = new Map<number, number>()

  async function schemaById(id: number): Promise<string | null> {
    const cached = known.get(id)
    if (cached !== undefined) return cached
    if ((unknownUntil.get(id) ?? -Infinity) > monotonic()) return null
    const answer = await ask({ method: 'GET', path: `/schemas/ids/${id}` })
    if (answer === null) {
      remember(unknownUntil, id, monotonic() + UNKNOWN_FOR_MS)
      return null
    }
    const schema = text(answer, 'schema')
    remember(known, id, schema)
    return schema
  }

  return {
    async register(subject, schema) {
      const request = { method: 'POST', path: `${pathOf(subject)}/versions`, body: { schema } } as const
      return number(required(await ask(request), request), 'id')
    },
    async idOf(subject, schema) {
      const answer = await ask({ method: 'POST', path: pathOf(subject), body: { schema } })
      return answer === null ? null : number(answer, 'id')
    },
    schemaById,
    async subjects() {
      const request = { method: 'GET', path: '/subjects' } as const
      return list(required(await ask(request), request), (name) => typeof name === 'string')
    },
    async versions(subject) {
      const answer = await ask({ method: 'GET', path: `${pathOf(subject)}/versions` })
      return answer === null ? [] : list(answer, (version) => typeof version === 'number')
    },
    async version(subject, version) {
      const answer = await ask({ method: 'GET', path: `${pathOf(subject)}/versions/${version}` })
      if (answer === null) return null
      return { id: number(answer, 'id'), version: number(answer, 'version'), schema: text(answer, 'schema') }
    },
    async compatible(subject, schema) {
      const path = `/compatibility${pathOf(subject)}/versions?verbose=true`
      const answer = await ask({ method: 'POST', path, body: { schema } })
      // Nothing to compare it with.
      if (answer === null) return []
      if (property(answer, 'is_compatible') === true) return []
      const messages = property(answer, 'messages')
      return Array.isArray(messages) && messages.length > 0
        ? messages.map((message) => cut(String(message), MOST_SAID))
        : [`not compatible with the versions of ${subject} (this registry gives no reasons)`]
    },
    async level(subject) {
      const answer = await ask({ method: 'GET', path: configPath(subject) })
      if (answer === null) return null
      const level = text(answer, 'compatibilityLevel')
      if (isLevel(level)) return level
      throw unreadable(answer, 'compatibilityLevel')
    },
    async setLevel(subject, level) {
      const request = { method: 'PUT', path: configPath(subject), body: { compatibility: level } } as const
      required(await ask(request), request)
    },
  }
}

function pathOf(subject: string): string {
  return `/subjects/${encodeURIComponent(subject)}`
}

function configPath(subject: string | null): string {
  return subject === null ? '/config' : `/config/${encodeURIComponent(subject)}`
}

function remember<K, V>(cache: Map<K, V>, key: K, value: V): void {
  if (cache.size >= MOST_CACHED) cache.clear()
  cache.set(key, value)
}

/** A 404 to something that does not depend on anything being there. */
function required(answer: unknown, { method, path }: RegistryRequest): unknown {
  if (answer !== null) return answer
  throw new RegistryFailure('schema-unknown', `the registry does not support ${method} ${path}`)
}

function property(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined
}

function number(answer: unknown, name: string): number {
  const value = property(answer, name)
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw unreadable(answer, name)
}

function text(answer: unknown, name: string): string {
  const value = property(answer, name)
  if (typeof value === 'string') return value
  throw unreadable(answer, name)
}

function list<T>(answer: unknown, is: (item: unknown) => item is T): readonly T[] {
  if (Array.isArray(answer) && answer.every(is)) return answer
  throw unreadable(answer, 'list')
}

function unreadable(answer: unknown, name: string): RegistryFailure {
  const shown = cut(JSON.stringify(answer))
  return new RegistryFailure('registry-answer-unreadable', `the registry's answer has no valid ${name}: ${shown}`)
}
