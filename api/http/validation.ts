/** Who holds the parts of a request to their shapes. */
import { Ajv } from 'ajv'
import type { FastifySchema, FastifySchemaCompiler } from 'fastify'
import { VALIDATION, type Checked } from '../../commands/request.ts'
import { invalidRequest, ProblemError } from './problem-document.ts'

/** What is used of a request. Compared as a whole, two kinds of requests take the compiler of types half a minute. */
interface Checking {
  check(value: unknown): Checked<unknown>
}

/** Of the route of a command: its body is checked by the request itself, the parts of the URL by their schemas. */
export function commandValidator(request: Checking): FastifySchemaCompiler<FastifySchema> {
  const ajv = new Ajv(VALIDATION)
  return ({ schema, httpPart }) => {
    if (httpPart !== 'body') return ajv.compile(schema)
    return (body: unknown) => {
      const checked = request.check(body)
      if ('wanted' in checked) return { value: checked.wanted }
      const { faults, code = 'invalid-request' } = checked
      return { error: new ProblemError({ ...invalidRequest('body', faults), code }) }
    }
  }
}
