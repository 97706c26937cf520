/** What Java's Avro, a real registry and avsc said about each of these pairs, recorded from them, is what we say. */
import avro from 'avsc'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { incompatibilities } from './incompatibilities.ts'
import { breaches, compatibilityLevels, type CompatibilityLevel } from './levels.ts'
import { parseSchema } from './parse-schema.ts'
import type { ParsedSchema } from './parsed-schema.ts'
import { SchemaParseError } from './schema-parse-error.ts'

interface Verdict {
  readonly ok: boolean
  readonly why: readonly string[]
}

type Levels<Answer> = { readonly [Level in CompatibilityLevel]: Answer }

interface Case {
  readonly name: string
  /** Oldest first. */
  readonly versions: readonly object[]
  readonly next: object
  /** Of each version; none where Java's Avro refuses to parse `next`. */
  readonly javaAvro: { readonly backward: readonly Verdict[]; readonly forward: readonly Verdict[] }
  /** The registry was asked about all versions, and then each counts, whether or not the level is transitive. */
  readonly levels: Levels<boolean | { readonly status: 422 }>
  /** Of registering `next` after the versions. NONE was not recorded. */
  readonly registerStatus: Partial<Levels<200 | 409 | 422>>
  readonly avsc: { readonly backward: readonly boolean[]; readonly forward: readonly boolean[] }
}

const recorded = new URL('../../test/data/avro-compatibility.json', import.meta.url)
const cases = JSON.parse(readFileSync(recorded, 'utf8')) as readonly Case[]
const [readable, unreadable] = [cases.filter(isReadable), cases.filter((recorded) => !isReadable(recorded))]

describe('the recorded cases of compatibility', () => {
  test('are all there', () => {
    expect([readable.length, unreadable.length]).toEqual([56, 1])
  })

  test.each(unreadable)('$name: the schema is refused', ({ next }) => {
    expect(() => parsed(next)).toThrow(SchemaParseError)
  })

  test.each(readable)('$name: the verdict and the reasons are those of Java', ({ versions, next, javaAvro }) => {
    const schema = parsed(next)
    const earlier = versions.map(parsed)
    expect({
      backward: earlier.map((version) => verdict(schema, version)),
      forward: earlier.map((version) => verdict(version, schema)),
    }).toEqual(javaAvro)
  })

  test.each(readable)('$name: each level registers it where a registry does', ({ versions, next, registerStatus }) => {
    const earlier = versions.map(parsed)
    const registered = compatibilityLevels.map((level) => {
      return [level, breaches(level, parsed(next), earlier).length === 0 ? 200 : 409]
    })
    expect(Object.fromEntries(registered)).toEqual({ NONE: 200, ...registerStatus })
  })

  test.each(readable)(
    '$name: each level accepts what a registry does of each version',
    ({ versions, next, levels }) => {
      const accepted = compatibilityLevels.map((level) => {
        return [level, versions.every((version) => breaches(level, parsed(next), [parsed(version)]).length === 0)]
      })
      expect(Object.fromEntries(accepted)).toEqual(levels)
    },
  )

  test.each(cases)('$name: avsc reads what it was recorded to read', ({ versions, next, avsc }) => {
    expect({
      backward: versions.map((version) => avscReads(next, version)),
      forward: versions.map((version) => avscReads(version, next)),
    }).toEqual({
      backward: versions.map((_, index) => avsc.backward[index] ?? false),
      forward: versions.map((_, index) => avsc.forward[index] ?? false),
    })
  })
})

function isReadable({ levels }: Case): boolean {
  return typeof levels.NONE === 'boolean'
}

function parsed(schema: object): ParsedSchema {
  return parseSchema(JSON.stringify(schema))
}

function verdict(reader: ParsedSchema, writer: ParsedSchema): Verdict {
  const why = incompatibilities(reader, writer).map(({ type, path, message }) => `${type} @${path} ${message}`)
  return { ok: why.length === 0, why }
}

/** False too where avsc cannot parse one of them. */
function avscReads(reader: object, writer: object): boolean {
  try {
    const type = avro.Type.forSchema(structuredClone(reader) as avro.Schema)
    type.createResolver(avro.Type.forSchema(structuredClone(writer) as avro.Schema))
    return true
  } catch {
    return false
  }
}
