import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'

// A server compiles its shapes unchecked, to start sooner: they are checked here.
test('every shape of a request or an answer is a valid JSON Schema', () => {
  const file = new URL('../../openapi.json', import.meta.url)
  const { components } = JSON.parse(readFileSync(file, 'utf8')) as { components: { schemas: Record<string, object> } }
  const ajv = new Ajv2020({ strict: false })
  const faults = Object.entries(components.schemas).filter(([, schema]) => ajv.validateSchema(schema) !== true)
  expect(faults).toEqual([])
  expect(Object.keys(components.schemas).length).toBeGreaterThan(20)
})
