import { readFileSync } from 'node:fs'
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { validatorsOf } from './validation.ts'

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: AnySchemaObject }[]
}

// A server compiles its shapes unchecked, and each at its first request, to start sooner: they are checked here.
const { components, paths } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as {
  readonly components: { readonly schemas: Readonly<Record<string, AnySchemaObject>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

test('every shape of a request or an answer is a valid JSON Schema', () => {
  const ajv = new Ajv2020({ strict: false })
  const faults = Object.entries(components.schemas).filter(([, schema]) => ajv.validateSchema(schema) !== true)
  expect(faults).toEqual([])
  expect(Object.keys(components.schemas).length).toBeGreaterThan(20)
})

test('the parameters of every route compile as a server compiles them', () => {
  const compile = validatorsOf([])
  const operations = Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, url, parameters: operation.parameters ?? [] })),
  )
  for (const { method, url, parameters } of operations) {
    const properties = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
    const validate = compile({ schema: { type: 'object', properties }, method, url })
    expect(() => validate({}), `${method} ${url}`).not.toThrow()
  }
  expect(operations.length).toBeGreaterThan(80)
})

test('a shape compiles at its first value, and says at each what it found', () => {
  const compile = validatorsOf([{ $id: 'Quantity', type: 'integer', minimum: 1 }])
  const validate = compile({
    schema: { type: 'object', properties: { quantity: { $ref: 'Quantity' } } },
    method: 'GET',
    url: '/',
  })
  expect(validate({ quantity: 1 })).toBe(true)
  expect(validate({ quantity: 0 })).toBe(false)
  expect(validate.errors).toMatchObject([{ instancePath: '/quantity', keyword: 'minimum' }])
  expect(() => compile({ schema: { type: 'no type' }, method: 'GET', url: '/' })({})).toThrow('type must be JSONType')
})
