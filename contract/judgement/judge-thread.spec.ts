import { describe, expect, onTestFinished, test } from 'vitest'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import { JudgeBusy } from './judge-busy.ts'
import { judgeThread, type JudgeThreadOptions } from './judge-thread.ts'
import { judged, type Question } from './judgement.ts'

function opened(options: JudgeThreadOptions = {}) {
  const thread = judgeThread(options)
  onTestFinished(() => thread.stop())
  return thread
}

function asking(text: string, earlier: string | null = null): Question {
  const against = earlier === null ? null : { text: earlier, others: [], version: 1 }
  return { schema: { text, others: [] }, normalize: false, level: 'BACKWARD', earlier: against, every: true }
}

const record = (fields: readonly object[]) => JSON.stringify({ type: 'record', name: 'R', fields })
const long = record(Array.from({ length: 4_000 }, (_, i) => ({ name: `f${String(i)}`, type: 'int' })))

describe('a thread that judges', () => {
  test('says what is said here, and of a fault its place', async () => {
    const { judge } = opened({ deadline: 60_000 })
    for (const question of [asking('"int"'), asking('"int"', '"string"'), asking(long)]) {
      expect(await judge(question)).toEqual(judged(question))
    }
    const fault = await judge(asking('{"type":"nothing"}')).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(SchemaParseError)
    expect(fault).toMatchObject({ path: '', message: expect.stringMatching(/^at \/: no type "nothing"/) })
  })

  test('has so many wait and no more, and answers those', async () => {
    const { judge } = opened({ deadline: 60_000, mostWaiting: 1 })
    const answers = await Promise.allSettled([1, 2, 3].map(() => judge(asking('"int"'))))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(answers[2]).toMatchObject({ reason: expect.any(JudgeBusy) })
    expect(await judge(asking('"int"'))).toMatchObject({ text: '"int"' })
  })

  test('ends at the deadline with nothing said against the schema, and the next question gets another', async () => {
    const { judge } = opened({ deadline: 1 })
    expect(await judge(asking(long)).catch((error: unknown) => error)).toBeInstanceOf(JudgeBusy)
    expect(await judge(asking(long)).catch((error: unknown) => error)).toBeInstanceOf(JudgeBusy)
  })

  test('dies of a schema that takes too much memory, which is said of the schema, and another answers the next', async () => {
    const { judge } = opened({ deadline: 60_000, memoryMb: 6 })
    const type = (i: number) => ({ type: 'enum', name: `E${String(i)}`, symbols: ['A', 'B'], doc: 'x'.repeat(150) })
    const large = record(Array.from({ length: 4_000 }, (_, i) => ({ name: `f${String(i)}`, type: type(i) })))
    expect(await judge(asking('"int"'))).toMatchObject({ text: '"int"' })
    const fault = await judge(asking(large)).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(SchemaParseError)
    expect(fault).toMatchObject({ message: expect.stringContaining('more than 6 MiB of memory') })
    expect(await judge(asking('"int"'))).toMatchObject({ text: '"int"' })
  })

  test('that has ended is followed by another', async () => {
    const { judge, stop } = opened({ deadline: 60_000 })
    await judge(asking('"int"'))
    await stop()
    expect(await judge(asking('"int"'))).toMatchObject({ text: '"int"' })
  })
})
