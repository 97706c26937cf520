/** What every registry behind the port does, ours and others. */
import { describe, expect, test } from 'vitest'
import { compatibilityLevels, type CompatibilityLevel } from '../../contract/compatibility/levels.ts'
import { RegistryFailure, type SchemaRegistry } from '../../contract/registry/schema-registry.ts'

export interface Field {
  readonly name: string
  readonly type?: unknown
  readonly default?: unknown
}

/** A record of one name, so that only its fields tell two apart. */
export function recordOf(fields: readonly Field[], name = 'Thing'): string {
  const whole = fields.map((field) => ({ type: 'string', ...field }))
  return JSON.stringify({ type: 'record', name, namespace: 'contract', fields: whole })
}

const ID = { name: 'id' }
const REQUIRED = { name: 'required' }
const OPTIONAL = { name: 'optional', default: '' }

/** What may follow [id] at each level. */
const VERDICTS: Readonly<Record<string, { readonly next: string; readonly allowed: readonly CompatibilityLevel[] }>> = {
  'a field with a default': { next: recordOf([ID, OPTIONAL]), allowed: compatibilityLevels },
  'a field without a default': {
    next: recordOf([ID, REQUIRED]),
    allowed: ['NONE', 'FORWARD', 'FORWARD_TRANSITIVE'],
  },
  'a required field taken away': {
    next: recordOf([OPTIONAL]),
    allowed: ['NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE'],
  },
  'a field of another type': { next: recordOf([{ name: 'id', type: 'int' }]), allowed: ['NONE'] },
}

/** `open` is called once for each test and may give the same registry again: subjects are the test's own. */
export function registryContract(open: () => SchemaRegistry): void {
  let made = 0
  const newSubject = () => `contract-${String(process.pid)}-${String(++made)}`

  test('a subject that nobody registered has nothing, and anything may be its first version', async () => {
    const registry = open()
    const subject = newSubject()
    expect(await registry.versions(subject)).toEqual([])
    expect(await registry.version(subject, 1)).toBeNull()
    expect(await registry.version(subject, 'latest')).toBeNull()
    expect(await registry.level(subject)).toBeNull()
    expect(await registry.idOf(subject, recordOf([ID]))).toBeNull()
    expect(await registry.compatible(subject, recordOf([ID]))).toEqual([])
    expect(await registry.subjects()).not.toContain(subject)
  })

  test('one schema has one id, however often, however written and under whatever subject it is registered', async () => {
    const registry = open()
    const [one, other] = [newSubject(), newSubject()]
    const schema = recordOf([ID, { name: one.replaceAll('-', '_') }])
    const id = await registry.register(one, schema)
    const written = JSON.stringify(JSON.parse(schema), null, 2)
    const again = await Promise.all([registry.register(one, schema), registry.register(one, written)])
    expect([...again, await registry.register(other, schema)]).toEqual([id, id, id])
    expect(await registry.versions(one)).toEqual([1])
    expect(await registry.idOf(other, written)).toBe(id)
    expect(JSON.parse((await registry.schemaById(id)) ?? 'null')).toEqual(JSON.parse(schema))
    expect(await registry.subjects()).toEqual(expect.arrayContaining([one, other]))
  })

  test('another schema is the next version, with an id of its own', async () => {
    const registry = open()
    const subject = newSubject()
    const first = recordOf([ID])
    const second = recordOf([ID, OPTIONAL, { name: subject.replaceAll('-', '_'), default: '' }])
    const ids = [await registry.register(subject, first), await registry.register(subject, second)]
    expect(new Set(ids).size).toBe(2)
    expect(await registry.versions(subject)).toEqual([1, 2])
    const versions = [await registry.version(subject, 1), await registry.version(subject, 'latest')]
    expect(versions).toEqual([
      { id: ids[0], version: 1, schema: expect.any(String) },
      { id: ids[1], version: 2, schema: expect.any(String) },
    ])
    expect(versions.map((version) => JSON.parse(version?.schema ?? ''))).toEqual(
      [first, second].map((one) => JSON.parse(one)),
    )
  })

  test('an id that nobody gave is unknown', async () => {
    expect(await open().schemaById(2_000_000_000)).toBeNull()
  })

  test('what is no Avro is refused, and nothing is registered', async () => {
    const registry = open()
    const subject = newSubject()
    for (const schema of ['not json{', '{"type":"record","name":"X"}', '"nosuchtype"']) {
      const failure = await failureOf(registry.register(subject, schema))
      expect(failure, schema).toMatchObject({ kind: 'schema', retriable: false })
    }
    expect(await registry.versions(subject)).toEqual([])
  })

  describe.each(compatibilityLevels)('at level %s', (level) => {
    test.each(Object.entries(VERDICTS))('%s', async (_, { next, allowed }) => {
      const registry = open()
      const subject = newSubject()
      await registry.setLevel(subject, level)
      expect(await registry.level(subject)).toBe(level)
      await registry.register(subject, recordOf([ID]))
      if (allowed.includes(level)) {
        expect(await registry.compatible(subject, next)).toEqual([])
        expect(await registry.register(subject, next)).toEqual(expect.any(Number))
        expect(await registry.versions(subject)).toEqual([1, 2])
      } else {
        expect((await registry.compatible(subject, next)).length).toBeGreaterThan(0)
        expect(await failureOf(registry.register(subject, next))).toMatchObject({
          code: 'schema-incompatible',
          kind: 'schema',
        })
        expect(await registry.versions(subject)).toEqual([1])
      }
    })
  })

  test.each([
    ['BACKWARD', true],
    ['BACKWARD_TRANSITIVE', false],
    ['FULL', true],
    ['FULL_TRANSITIVE', false],
  ] as const)('at level %s a schema that reads only the version before is allowed: %s', async (level, allowed) => {
    const registry = open()
    const subject = newSubject()
    // The first writes no `late`; the second may; the third needs it, and no default helps with the first.
    await registry.setLevel(subject, 'NONE')
    await registry.register(subject, recordOf([ID]))
    await registry.register(subject, recordOf([ID, { name: 'late' }]))
    await registry.setLevel(subject, level)
    const third = registry.register(subject, recordOf([ID, { name: 'late' }, OPTIONAL]))
    if (allowed) expect(await third).toEqual(expect.any(Number))
    else expect(await failureOf(third)).toMatchObject({ code: 'schema-incompatible' })
  })
}

async function failureOf(promise: Promise<unknown>): Promise<RegistryFailure> {
  const outcome: unknown = await promise.catch((error: unknown) => error)
  if (outcome instanceof RegistryFailure) return outcome
  throw new Error(`a RegistryFailure was expected, not ${JSON.stringify(outcome)}`, { cause: outcome })
}
