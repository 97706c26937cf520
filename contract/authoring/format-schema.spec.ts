import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schemaTexts } from './schema-files.ts'
import { formatSchema } from './format-schema.ts'

test.each([...schemaTexts(join(import.meta.dirname, '../../schemas'))])(
  '%s is written as new versions are',
  (_, text) => {
    expect(formatSchema(JSON.parse(text) as object)).toBe(text)
  },
)

test('plain lists stand on one line as long as they fit, and everything else on lines of its own', () => {
  const long = Array.from({ length: 20 }, (_, index) => `symbol${index}`)
  expect(formatSchema({ symbols: ['a', 'b'], none: [], empty: {}, types: ['null', { type: 'map' }] })).toBe(
    [
      '{',
      '  "symbols": ["a", "b"],',
      '  "none": [],',
      '  "empty": {},',
      '  "types": [',
      '    "null",',
      '    {',
      '      "type": "map"',
      '    }',
      '  ]',
      '}',
      '',
    ].join('\n'),
  )
  expect(formatSchema({ long }).split('\n')).toHaveLength(long.length + 5)
})
