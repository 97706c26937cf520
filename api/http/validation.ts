/** Who holds the parts of a request to their shapes. */
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv'
import type { FastifySchema, FastifySchemaCompiler } from 'fastify'
import type { FastifyValidationResult } from 'fastify/types/schema.js'
import { VALIDATION, type Checked } from '../../commands/request.ts'
import { invalidRequest, ProblemError } from './problem-document.ts'

/** What is used of a request. Compared as a whole, two kinds of requests take the compiler of types half a minute. */
interface Checking {
  check(value: unknown): Checked<unknown>
}

/** Of the route of a command: its body is checked by the request itself, the parts of the URL by their schemas. */
export function commandValidator(request: Checking): FastifySchemaCompiler<FastifySchema> {
  const compile = validatorsOf([])
  return (part) => {
    if (part.httpPart !== 'body') return compile(part)
    return (body: unknown) => {
      const checked = request.check(body)
      if ('wanted' in checked) return { value: checked.wanted }
      const { faults, code = 'invalid-request' } = checked
      return { error: new ProblemError({ ...invalidRequest('body', faults), code }) }
    }
  }
}

/**
 * Each compiled when its first request comes: to compile those of all routes took a seventh of the time until a service was
 * ready. That all of them compile is tested.
 * @param shared - what schemas refer to
 */
export function validatorsOf(shared: readonly AnySchema[]): FastifySchemaCompiler<unknown> {
  let ajv: Ajv | null = null
  return ({ schema }) => {
    let compiled: ValidateFunction | null = null
    const validate: FastifyValidationResult = (value) => {
      ajv ??= new Ajv(VALIDATION).addSchema([...shared])
      compiled ??= ajv.compile(schema as AnySchema)
      if (compiled(value)) return true
      validate.errors = compiled.errors ?? null
      return false
    }
    return validate
  }
}
