/** The OpenAPI document as a judge: what it says of an answer that the API gave. */
import Schema from 'typebox/schema'
import { openApiDocument } from '../../api/generated.ts'
import { isProblemCode, PROBLEMS } from '../../api/http/problems.ts'

const ORIGIN = 'http://localhost'

export interface Given {
  readonly method: string
  /** As asked, with its query. */
  readonly url: string
  readonly status: number
  readonly contentType: string | undefined
  readonly body: string
}

export interface DocumentedOperation {
  readonly method: string
  readonly path: string
  readonly operation: OperationObject
}

export interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly ParameterObject[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: Readonly<Record<string, { readonly schema: object }>>
  }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

export interface ParameterObject {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: object
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

export type DocumentedApi = Awaited<ReturnType<typeof documentedApi>>

export async function documentedApi() {
  const document = (await openApiDocument()) as Document
  const operations: readonly DocumentedOperation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const validators = new Map<object, { Check(value: unknown): boolean; Errors(value: unknown): unknown }>()

  function validator(schema: object) {
    const known = validators.get(schema)
    if (known) return known
    const made = Schema.Compile({ components: document.components, ...schema })
    validators.set(schema, made)
    return made
  }

  function find({ method, url }: Given): DocumentedOperation | undefined {
    // As it arrives: a client resolves `.` and `..` before it sends.
    const parts = (URL.canParse(url, ORIGIN) ? new URL(url, ORIGIN).pathname : url)
      .replace(/(?<=[^/])\/$/, '')
      .split('/')
    return operations
      .filter((one) => one.method === (method === 'HEAD' ? 'GET' : method))
      .filter(({ path }) => path.split('/').length === parts.length)
      .sort((one, other) => Number(one.path.includes('{')) - Number(other.path.includes('{')))
      .find(({ path }) => path.split('/').every((part, index) => part.startsWith('{') || part === parts[index]))
  }

  /** What is wrong with an answer; empty when the document says that it may be so. */
  function breaches(given: Given): readonly string[] {
    if (given.status >= 400) return [...undocumentedStatus(given), ...notAProblem(given)]
    const answer = find(given)?.operation.responses[String(given.status)]
    if (answer === undefined) return undocumentedStatus(given)
    const [media] = (given.contentType ?? '').split(';')
    if (given.method === 'HEAD' || answer.content === undefined)
      return given.body === '' ? [] : ['a body where none is due']
    const content = answer.content[media ?? '']
    if (content === undefined) return [`media type ${String(media)} is not documented`]
    return media === 'application/json' ? mismatches(content.schema, given.body) : []
  }

  function undocumentedStatus(given: Given): readonly string[] {
    const found = find(given)
    // What no operation is responsible for: a path or a method that the document does not have.
    if (found === undefined)
      return [400, 403, 404, 405, 414, 429].includes(given.status)
        ? []
        : [`${String(given.status)} without an operation`]
    return String(given.status) in found.operation.responses ? [] : [`status ${String(given.status)} is not documented`]
  }

  function notAProblem({ method, status, contentType, body }: Given): readonly string[] {
    if (contentType?.split(';')[0] !== 'application/problem+json') return [`an error as ${String(contentType)}`]
    if (method === 'HEAD') return []
    const wrong = mismatches({ $ref: '#/components/schemas/Problem' }, body)
    if (wrong.length > 0) return wrong
    const problem = JSON.parse(body) as { status: number; code: string; type: string }
    if (!isProblemCode(problem.code)) return [`code ${problem.code} is not in the table`]
    if (problem.type !== `/problems/${problem.code}`) return [`type ${problem.type}`]
    return problem.status === status && PROBLEMS[problem.code].status === status ? [] : ['its status is another one']
  }

  function mismatches(schema: object, body: string): readonly string[] {
    const value: unknown = JSON.parse(body)
    const check = validator(schema)
    return check.Check(value) ? [] : [`${JSON.stringify(check.Errors(value))} in ${body.slice(0, 500)}`]
  }

  return { document, operations, breaches }
}
