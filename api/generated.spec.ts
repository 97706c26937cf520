import Schema from 'typebox/schema'
import { beforeAll, describe, expect, test } from 'vitest'
import { openApiDocument, staleGenerated } from './generated.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, { readonly examples?: readonly unknown[] }>> }
}

let document: Document

beforeAll(async () => {
  document = JSON.parse(JSON.stringify(await openApiDocument())) as Document
})

test('openapi.json, docs/errors.md and the shapes of the dashboard are what the code says', async () => {
  expect(await staleGenerated()).toEqual([])
})

describe('the OpenAPI document', () => {
  const operations = () => Object.values(document.paths).flatMap((methods) => Object.values(methods))

  test('is OpenAPI 3.1 and has every endpoint once, under a name of its own', () => {
    expect(document.openapi).toBe('3.1.0')
    const ids = operations().map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/orders',
        '/orders/{orderId}',
        '/orders/{orderId}/cancel',
        '/events',
        '/livez',
        '/metrics',
      ]),
    )
  })

  test('says of every operation which role it needs, and documents its errors', () => {
    for (const { operationId, description, responses } of operations()) {
      expect([operationId, description]).toEqual([
        operationId,
        expect.stringMatching(/Needs (no token|the role `\w+`)/),
      ])
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '500']))
      for (const response of Object.values(responses)) expect(response.description).not.toBe('')
    }
  })

  test('refers only to shapes that it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference)
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    expect(references.length).toBeGreaterThan(100)
    expect(references.filter((reference) => !known.includes(String(reference)))).toEqual([])
  })

  test('gives examples that fit their shapes', () => {
    const wrong = Object.entries(document.components.schemas).flatMap(([name, { examples = [] }]) => {
      const check = Schema.Compile({ components: document.components, $ref: `#/components/schemas/${name}` })
      return examples
        .filter((example) => !check.Check(example))
        .map((example) => [name, example, check.Errors(example)])
    })
    expect(wrong).toEqual([])
  })
})
