/** Requests made from the OpenAPI document: right ones, and right ones with something made wrong. */
import fc from 'fast-check'
import type { DocumentedApi, DocumentedOperation } from './documented-api.ts'

export interface GeneratedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | Buffer | undefined
}

interface Draft {
  readonly method: string
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  /** Undefined: no body. */
  readonly body: unknown
}

interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

/** Few ids, so that requests meet what earlier ones made. */
export const IDS = ['a', 'b', 'c', 'A-1', 'x.y_z', 'order-1']
/** The highest position that a generated request waits for. */
export const MOST_AFTER = 20
/** Values at the edges of what some reader, parser or column can take. */
const NASTY: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  '3',
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 53),
  [],
  {},
  [[]],
  '\u0000',
  'a\u0007b',
  '\ud800',
  'x'.repeat(300),
  '../../etc/passwd',
  "'; drop table log.events; --",
  '<script>alert(1)</script>',
  '%00',
  'ünïcödé 🦊',
  { amount: 1 },
  { amount: -1, currency: 'EUR' },
  { amount: 1, currency: 'eur' },
  { __proto__x: 1 },
]

export function generatedRequest({ document, operations }: DocumentedApi): fc.Arbitrary<GeneratedRequest> {
  // Made once: to make what draws an email address or the text of a pattern takes far longer than to draw from it.
  const all = operations.map((operation) => draftOf(operation, document.components.schemas))
  // Commands have more ways to go wrong than reads.
  const ofCommands = all.filter((_, index) => operations[index]?.method === 'POST')
  return fc
    .constantFrom(...all, ...ofCommands, ...ofCommands)
    .chain((draft) => draft)
    .chain((draft) =>
      fc.oneof(
        { arbitrary: fc.constant(draft), weight: 4 },
        { arbitrary: mutated(draft), weight: 5 },
        { arbitrary: mutated(draft).chain(mutated), weight: 1 },
      ),
    )
    .chain(written)
}

function draftOf(
  { method, path, operation }: DocumentedOperation,
  schemas: Readonly<Record<string, JsonSchema>>,
): fc.Arbitrary<Draft> {
  const parameters = operation.parameters ?? []
  const part = (place: 'path' | 'query' | 'header') => {
    const own = parameters.filter((parameter) => parameter.in === place)
    const values = Object.fromEntries(own.map(({ name, schema }) => [name, textOf(name, schema)]))
    return fc.record(values, { requiredKeys: place === 'path' ? Object.keys(values) : [] })
  }
  const schema = operation.requestBody?.content['application/json']?.schema
  return fc
    .record({
      path: part('path'),
      query: part('query'),
      headers: part('header'),
      body: schema === undefined ? fc.constant(undefined) : valueOf(schema, schemas),
    })
    .map((drawn) => ({
      method,
      path: path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(drawn.path[name] ?? '')),
      query: Object.entries(drawn.query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
      headers: Object.fromEntries(
        Object.entries(drawn.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      body: drawn.body,
    }))
}

function textOf(name: string, schema: JsonSchema): fc.Arbitrary<string> {
  switch (name) {
    case 'after': // A position far ahead would be waited for, 5 seconds each time.
      return fc.integer({ min: 0, max: MOST_AFTER }).map(String)
    case 'cursor':
      return fc.integer({ min: 1, max: 50 }).map((position) => Buffer.from(String(position)).toString('base64url'))
    case 'if-match':
    case 'if-none-match':
      return fc.constantFrom('"1"', '"2"', '*', 'W/"1"', '"1", "2"')
    case 'type':
      return fc.constantFrom('OrderPlaced', 'CustomerRegistered', 'Nothing')
    case 'traceparent':
      return fc.constantFrom('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'garbage')
    case 'idempotency-key':
      return fc.constantFrom('key-00001', 'key-00002', 'key-00003', 'key-00004')
    default:
      return valueOf(schema, {}).map(String)
  }
}

function valueOf(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): fc.Arbitrary<unknown> {
  const { $ref, anyOf, pattern } = schema
  if ($ref !== undefined) return valueOf(schemas[$ref.split('/').at(-1) ?? ''] ?? {}, schemas)
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((one) => valueOf(one, schemas)))
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const { type = 'null' } = schema
  switch (type) {
    case 'string':
      if (pattern === '^[A-Z]{3}$') return fc.constantFrom('EUR', 'EUR', 'EUR', 'USD')
      if (pattern?.startsWith('^[A-Za-z0-9][A-Za-z0-9._-]')) return fc.constantFrom(...IDS)
      if (pattern?.includes('@')) return fc.emailAddress()
      if (pattern?.includes('\\p'))
        return fc.string({ minLength: schema.minLength ?? 0, maxLength: 20, unit: 'grapheme' })
      return pattern === undefined ? fc.string() : fc.stringMatching(new RegExp(pattern))
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, 100) })
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, schemas), { minLength: schema.minItems ?? 0, maxLength: 4 })
    case 'object': {
      const properties = Object.entries(schema.properties ?? {})
      const values = Object.fromEntries(properties.map(([name, property]) => [name, valueOf(property, schemas)]))
      return fc.record(values, { requiredKeys: [...(schema.required ?? [])] })
    }
    default:
      return fc.constant(null)
  }
}

function mutated(draft: Draft): fc.Arbitrary<Draft> {
  const nastyText = fc
    .constantFrom(...NASTY)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const nastyHeader = nastyText.map((text) => text.replace(/[^\x20-\x7e]/g, '?'))
  const mutations: fc.Arbitrary<Draft>[] = [
    fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD').map((method) => ({ ...draft, method })),
    nastyText.map((text) => ({
      ...draft,
      path: draft.path.replace(/[^/]*$/, encoded(text)),
    })),
    fc
      .tuple(fc.constantFrom('limit', 'cursor', 'status', 'customer', 'stream', 'type', 'unknown'), nastyText)
      .map(([name, value]) => ({ ...draft, query: [...draft.query, [name, value] as const] })),
    fc
      .tuple(
        fc.constantFrom('idempotency-key', 'if-match', 'if-none-match', 'traceparent', 'content-type', 'accept'),
        nastyHeader,
      )
      .map(([name, value]) => ({ ...draft, headers: { ...draft.headers, [name]: value } })),
  ]
  if (draft.body !== undefined) {
    mutations.push(
      fc
        .tuple(fc.nat(), fc.constantFrom(...NASTY))
        .map(([at, value]) => ({ ...draft, body: replaced(draft.body, at, value) })),
      fc
        .tuple(fc.nat(), fc.constantFrom(...NASTY))
        .map(([at, value]) => ({ ...draft, body: replaced(draft.body, at, value) })),
      fc.nat().map((at) => ({ ...draft, body: removed(draft.body, at) })),
      fc
        .constantFrom('admin', 'price', '__proto', 'a/b~c')
        .map((name) => ({ ...draft, body: extended(draft.body, name) })),
    )
  }
  return fc.oneof(...mutations)
}

/** As text, now and then cut short or with bytes that are no UTF-8. */
function written({ method, path, query, headers, body }: Draft): fc.Arbitrary<GeneratedRequest> {
  const search = query.map(([name, value]) => `${name}=${encoded(value)}`).join('&')
  const text = body === undefined ? undefined : JSON.stringify(body)
  const request = {
    method,
    url: search === '' ? path : `${path}?${search}`,
    headers: { host: 'localhost', ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
  }
  if (text === undefined) return fc.constant({ ...request, payload: undefined })
  return fc.oneof(
    { arbitrary: fc.constant({ ...request, payload: text }), weight: 18 },
    { arbitrary: fc.nat(text.length).map((end) => ({ ...request, payload: text.slice(0, end) })), weight: 1 },
    {
      arbitrary: fc.nat(text.length).map((at) => ({
        ...request,
        payload: Buffer.concat([
          Buffer.from(text.slice(0, at)),
          Buffer.from([0xff, 0xc0]),
          Buffer.from(text.slice(at)),
        ]),
      })),
      weight: 1,
    },
  )
}

/** A lone surrogate cannot be written as UTF-8 at all. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '?'))
}

type Step = string | number

/** Every place of a JSON value, the value itself first. */
function placesIn(value: unknown, path: readonly Step[] = []): readonly (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries: [Step, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([step, part]) => placesIn(part, [...path, step]))]
}

function replaced(body: unknown, at: number, value: unknown): unknown {
  const places = placesIn(body)
  return changed(body, places[at % places.length] ?? [], () => value)
}

function removed(body: unknown, at: number): unknown {
  const places = placesIn(body).slice(1)
  return places.length === 0 ? null : changed(body, places[at % places.length] ?? [], () => undefined)
}

function extended(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? { ...body, [name]: 1 } : { [name]: 1 }
}

function changed(value: unknown, [step, ...rest]: readonly Step[], change: () => unknown): unknown {
  if (step === undefined) return change()
  if (Array.isArray(value))
    return value.map((part: unknown, index) => (index === step ? changed(part, rest, change) : part))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, name === step ? changed(part, rest, change) : part]),
  )
}
