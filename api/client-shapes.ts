/** TypeScript from the shapes of the OpenAPI document, for the programs that ask the API: the dashboard. */

/** What our shapes are made of; anything else in a document is an error here, not a hole in the types. */
interface ShapeSchema {
  readonly $ref?: string
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly ShapeSchema[]
  readonly items?: ShapeSchema
  readonly properties?: Readonly<Record<string, ShapeSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
}

/** A module with one interface for each named shape. */
export function clientShapes(schemas: Readonly<Record<string, unknown>>): string {
  const shapes = Object.entries(schemas).map(([name, schema]) => {
    const shape = schema as ShapeSchema
    return `${comment(shape, '')}export interface ${name} ${typeOf(shape, '')}\n`
  })
  const head = '// Generated from openapi.json by `npm run generate`: the shapes of the API. Do not edit.\n'
  return [head, ...shapes].join('\n')
}

function typeOf(schema: ShapeSchema, indent: string): string {
  const { $ref, anyOf, items, type } = schema
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1)
  if (anyOf !== undefined) return anyOf.map((one) => typeOf(one, indent)).join(' | ')
  if (schema.enum !== undefined) return schema.enum.map((word) => `'${word}'`).join(' | ')
  switch (type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case undefined:
      break
    case 'array':
      if (items === undefined) break
      return `readonly ${bracketed(typeOf(items, indent))}[]`
    case 'object':
      return objectOf(schema, indent)
  }
  throw new Error(`no type for the shape ${JSON.stringify(schema)}`)
}

function objectOf({ properties = {}, required = [], additionalProperties }: ShapeSchema, indent: string): string {
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : '?'
    return `${comment(schema, inner)}${inner}readonly ${name}${optional}: ${typeOf(schema, inner)}\n`
  })
  const more = additionalProperties === true ? `${inner}readonly [more: string]: unknown\n` : ''
  return `{\n${lines.join('')}${more}${indent}}`
}

function bracketed(type: string): string {
  return type.includes(' | ') ? `(${type})` : type
}

function comment({ description, anyOf }: ShapeSchema, indent: string): string {
  const text = description ?? anyOf?.[0]?.description
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '* /')} */\n`
}
