/** Our verdicts on schemas against those of Java's Avro: random ones, in both directions, with reasons and their paths. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalForm } from '../../contract/compatibility/canonical-form.ts'
import { incompatibilities, MAX_REASONS } from '../../contract/compatibility/incompatibilities.ts'
import { parseSchema } from '../../contract/compatibility/parse-schema.ts'
import { SchemaParseError } from '../../contract/compatibility/schema-parse-error.ts'
import { mutated, randomPair } from '../../contract/compatibility/changes-test-kit.ts'
import { drawFrom, randomSchema, type Draw } from '../../contract/compatibility/test-kit.ts'
import { openJavaAvro, type JavaAnswer, type JavaAvro, type JavaQuestion } from './java-avro.ts'

/** A soak: JAVA_AVRO_PAIRS=200000 JAVA_AVRO_SEED=7 npx vitest run --project services test/contract/java-avro */
const PAIRS = Number(process.env['JAVA_AVRO_PAIRS'] ?? 2000)
const SEED = Number(process.env['JAVA_AVRO_SEED'] ?? 1)
const BATCH = 1000
const TIMEOUT_MS = 120_000 + PAIRS * 20

type Verdict =
  | { readonly canonical: string }
  | { readonly why: readonly string[] }
  | { readonly refused: true }
  /** Refused by us only, because the specification forbids it and other readers cannot parse it. */
  | { readonly stricter: string }

/** Java finds types that are defined later, lets an enum be defined twice, takes letters of all languages, trims the end. */
const STRICTER = [
  /is defined before this place$/,
  /is already defined/,
  /[^\0-\x7f].* cannot be /,
  /text follows its end/,
]

let java: JavaAvro | null = null

beforeAll(async () => {
  java = await openJavaAvro()
}, 600_000)

afterAll(() => java?.close())

describe('what Java says about schemas', () => {
  test(
    'is what we say of random pairs, in both directions, for the same reasons at the same places',
    async ({ skip }) => {
      if (java === null) return skip()
      const types = new Map<string, number>()
      const verdicts = { compatible: 0, incompatible: 0 }
      for (let batch = 0; verdicts.compatible + verdicts.incompatible < 2 * PAIRS; batch++) {
        const questions = draws(batch).flatMap(bothDirections)
        for (const ours of compared(questions, await java.ask(questions))) {
          if (!('why' in ours)) continue
          verdicts[ours.why.length === 0 ? 'compatible' : 'incompatible']++
          for (const type of new Set(ours.why.map((reason) => reason.split(' ')[0] ?? ''))) {
            types.set(type, (types.get(type) ?? 0) + 1)
          }
        }
      }
      // What the random pairs are worth: all kinds of reasons, and neither verdict rare.
      expect([...types.values()].filter((count) => count >= PAIRS / 200)).toHaveLength(6)
      expect(Math.min(verdicts.compatible, verdicts.incompatible)).toBeGreaterThan(PAIRS * 0.6)
    },
    TIMEOUT_MS,
  )

  test(
    'is what we say of damaged ones: the same are refused, the others have the same canonical form',
    async ({ skip }) => {
      if (java === null) return skip()
      const verdicts = { accepted: 0, refused: 0, stricter: 0 }
      for (let batch = 0; batch * BATCH < PAIRS; batch++) {
        const questions = draws(batch).map((draw) => ({ schema: mutated(JSON.stringify(randomSchema(draw)), draw) }))
        for (const ours of compared(questions, await java.ask(questions))) {
          verdicts['canonical' in ours ? 'accepted' : 'refused' in ours ? 'refused' : 'stricter']++
        }
      }
      expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(PAIRS * 0.1)
      expect(verdicts.stricter).toBeLessThan(PAIRS * 0.2)
    },
    TIMEOUT_MS,
  )

  const enumOf = (name: string) => ({ type: 'enum', name, symbols: ['A'] })
  test.each<[string, string, string]>([
    [
      'a type before its definition',
      JSON.stringify([{ type: 'map', values: 'E' }, enumOf('E')]),
      'is defined before this place',
    ],
    [
      'an enum defined twice',
      JSON.stringify([{ type: 'map', values: enumOf('E') }, enumOf('E')]),
      'is already defined',
    ],
    ['a name in letters of another alphabet', JSON.stringify(enumOf('Größe')), 'cannot be the name of a type'],
    ['a comment', '/* an int */ "int"', 'no value starts here'],
    ['a control character after the end', '"int"\0', 'text follows its end'],
    ['101 nested arrays', `${'{"type":"array","items":'.repeat(101)}"int"${'}'.repeat(101)}`, 'deeper than 100 levels'],
    ['5,001 types', JSON.stringify(fieldsOf(5001)), 'more than 5000 types'],
  ])('takes %s, which we refuse on purpose', async (_, schema, message) => {
    const [said] = (await java?.ask([{ schema }])) ?? []
    if (java !== null) expect(said).toHaveProperty('canonical')
    expect(() => parseSchema(schema)).toThrow(message)
  })

  test('doubles with each level that holds the one before twice, of which we list the first hundred', async ({
    skip,
  }) => {
    if (java === null) return skip()
    const question = { reader: JSON.stringify(doubling('int', 10)), writer: JSON.stringify(doubling('string', 10)) }
    const [said] = await java.ask([question])
    expect(said).toMatchObject({ why: { length: 2 ** 10 - 1 } })
    expect(ourVerdict(question)).toEqual(theirVerdict(said))
  })

  test('is nothing where a field matches two that were written, because it throws', async ({ skip }) => {
    if (java === null) return skip()
    const field = (name: string, aliases: readonly string[] = []) => ({ name, type: 'int', aliases })
    const reader = JSON.stringify({ type: 'record', name: 'R', fields: [field('a', ['b'])] })
    const writer = JSON.stringify({ type: 'record', name: 'R', fields: [field('a'), field('b')] })
    const [said] = await java.ask([{ reader, writer }])
    expect(said).toMatchObject({ error: expect.stringContaining('matches multiple fields') as string })
    expect(incompatibilities(parseSchema(reader), parseSchema(writer))).toHaveLength(1)
  })
})

/** Our verdicts, each held against Java's. */
function compared(questions: readonly JavaQuestion[], answers: readonly JavaAnswer[]): readonly Verdict[] {
  return questions.map((question, index) => {
    const ours = ourVerdict(question)
    if (!('stricter' in ours)) expect({ question, ...ours }).toEqual({ question, ...theirVerdict(answers[index]) })
    return ours
  })
}

function bothDirections(draw: Draw): readonly JavaQuestion[] {
  const [one, other] = randomPair(draw)
  return [
    { reader: one, writer: other },
    { reader: other, writer: one },
  ]
}

function ourVerdict(question: JavaQuestion): Verdict {
  try {
    if ('schema' in question) return { canonical: canonicalForm(parseSchema(question.schema)) }
    const reasons = incompatibilities(parseSchema(question.reader), parseSchema(question.writer))
    // Where Java throws.
    if (reasons.some(({ message }) => message.includes('matches multiple fields'))) return { refused: true }
    return { why: reasons.map(({ type, path, message }) => `${type} @${path} ${message}`) }
  } catch (error) {
    if (!(error instanceof SchemaParseError)) throw error
    return STRICTER.some((rule) => rule.test(error.message)) ? { stricter: error.message } : { refused: true }
  }
}

function theirVerdict(answer: JavaAnswer | undefined): Verdict {
  if (answer === undefined || 'error' in answer) return { refused: true }
  return 'why' in answer ? { why: answer.why.slice(0, MAX_REASONS) } : answer
}

function draws(batch: number): readonly Draw[] {
  return fc.sample(fc.gen(), { seed: SEED * 1_000_000 + batch, numRuns: BATCH }).map(drawFrom)
}

function fieldsOf(count: number) {
  return {
    type: 'record',
    name: 'R',
    fields: Array.from({ length: count }, (_, i) => ({ name: `f${i}`, type: 'int' })),
  }
}

function doubling(leaf: string, levels: number) {
  const fields = Array.from({ length: levels }, (_, level) => {
    const half = (name: string) => ({ name, type: `L${level - 1}` })
    const inner = level === 0 ? [{ name: 'v', type: leaf }] : [half('a'), half('b')]
    return { name: `x${level}`, type: { type: 'record', name: `L${level}`, fields: inner } }
  })
  return { type: 'record', name: 'Top', fields }
}
