import { describe, expect, test } from 'vitest'
import { canonicalForm } from './canonical-form.ts'
import { parseSchema } from './parse-schema.ts'

describe('the canonical form', () => {
  test.each([
    ['{"type": "int", "logicalType": "date"}', '"int"'],
    ['[ "null", {"type": "string"} ]', '["null","string"]'],
    ['{"items": "int", "type": "array", "doc": "x"}', '{"type":"array","items":"int"}'],
    ['{"type": "map", "values": {"type": "long"}}', '{"type":"map","values":"long"}'],
    [
      '{"size": 16, "namespace": "n", "name": "F", "type": "fixed", "aliases": ["G"]}',
      '{"name":"n.F","type":"fixed","size":16}',
    ],
    [
      '{"type": "enum", "symbols": ["A", "B"], "name": "E", "default": "A"}',
      '{"name":"E","type":"enum","symbols":["A","B"]}',
    ],
    [
      '{"type": "error", "name": "n.R", "doc": "d", "fields": [{"type": ["null", "R"], "name": "a", "default": null}]}',
      '{"name":"n.R","type":"record","fields":[{"name":"a","type":["null","n.R"]}]}',
    ],
  ])('of %s is %s', (schema, form) => {
    expect(canonicalForm(parseSchema(schema))).toBe(form)
    // It is a schema, and its own canonical form.
    expect(canonicalForm(parseSchema(form))).toBe(form)
  })
})
