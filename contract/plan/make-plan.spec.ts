import { describe, expect, test } from 'vitest'
import { changesFor, type WantedSubject } from './make-plan.ts'
import { movedSince, planOf, readPlan } from './plan-file.ts'
import type { RegistryState, SubjectState } from './registry-state.ts'

const SUBJECT = 'orderledger.Thing'

function schema(...fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name: 'Thing', namespace: 'orderledger', fields })
}

const ONE = schema({ name: 'id', type: 'string' })
const TWO = schema({ name: 'id', type: 'string' }, { name: 'note', type: 'string', default: '' })

const wanted: WantedSubject = {
  subject: SUBJECT,
  level: 'FULL_TRANSITIVE',
  isLocked: true,
  versions: [
    { version: 1, schema: ONE, recorded: 7 },
    { version: 2, schema: TWO, recorded: null },
  ],
}

/** As a command is. */
const unlocked: WantedSubject = {
  ...wanted,
  isLocked: false,
  versions: [{ version: 1, schema: ONE, recorded: null }],
}

function registry(state: Partial<SubjectState>): RegistryState {
  return { level: 'BACKWARD', subjects: [{ subject: SUBJECT, level: null, versions: [], found: [], ...state }] }
}

const first = { versions: [{ id: 7, version: 1, schema: ONE }], found: [7, null] }

describe('a plan', () => {
  test('registers what is missing, and tightens the level behind it', () => {
    const { steps, unchanged } = changesFor([wanted], registry({ ...first, level: 'BACKWARD' }))
    expect(unchanged).toBe(1)
    expect(steps).toMatchObject([
      { do: 'register', version: 2, why: 'the registry does not have the version' },
      { do: 'set-level', level: 'FULL_TRANSITIVE', why: expect.stringContaining('it is BACKWARD') as string },
    ])
  })

  test('loosens the level before it registers, and goes by what both levels include', () => {
    const looser = { ...wanted, level: 'BACKWARD' } as const
    const { steps } = changesFor([looser], registry({ ...first, level: 'FULL_TRANSITIVE' }))
    expect(steps.map((step) => step.do)).toEqual(['set-level', 'register'])
    const other = { ...wanted, level: 'FULL' } as const
    expect(changesFor([other], registry({ ...first, level: 'BACKWARD_TRANSITIVE' })).steps).toMatchObject([
      { do: 'set-level', level: 'BACKWARD' },
      { do: 'register' },
      { do: 'set-level', level: 'FULL' },
    ])
  })

  test('has nothing to do where the registry has all of it under the ids that are recorded', () => {
    const has = { level: 'FULL_TRANSITIVE', ...first, found: [7] } as const
    const { steps, drift, obstacles } = changesFor(
      [{ ...wanted, versions: wanted.versions.slice(0, 1) }],
      registry(has),
    )
    expect({ steps, drift, obstacles }).toEqual({ steps: [], drift: [], obstacles: [] })
  })

  test('records an id that the registry has and the lock has not, or has otherwise', () => {
    const versions = [
      { id: 9, version: 1, schema: ONE },
      { id: 10, version: 2, schema: TWO },
    ]
    const { steps } = changesFor([wanted], registry({ level: 'FULL_TRANSITIVE', versions, found: [9, 10] }))
    expect(steps).toMatchObject([
      { do: 'record-id', version: 1, id: 9, why: 'schemas.lock says 7' },
      { do: 'record-id', version: 2, id: 10 },
    ])
  })

  test('records no id of a subject that the lock does not keep', () => {
    expect(changesFor([unlocked], registry({})).steps.map((step) => step.do)).toEqual(['register', 'set-level'])
    const has = { level: 'FULL_TRANSITIVE', ...first, found: [7] } as const
    expect(changesFor([unlocked], registry(has))).toEqual({ steps: [], drift: [], obstacles: [], unchanged: 1 })
  })

  test('says when a version is there with other docs only', () => {
    const documented = JSON.stringify({ ...(JSON.parse(ONE) as object), doc: 'A thing.' })
    const has = { versions: [{ id: 3, version: 1, schema: documented }], found: [null, null] }
    const { steps, drift } = changesFor([wanted], registry(has))
    expect(steps[0]).toMatchObject({ version: 1, why: expect.stringContaining('other docs or defaults') as string })
    expect(drift).toMatchObject([{ subject: SUBJECT, version: 1 }])
  })

  test('stops at what the level would not allow', () => {
    const has = { versions: [{ id: 3, version: 1, schema: schema({ name: 'id', type: 'int' }) }], found: [null, null] }
    const { obstacles } = changesFor([wanted], registry(has))
    expect(obstacles.map(({ version }) => version)).toEqual([1, 2])
  })

  test('is no longer the reviewed one when anything that it was made from has moved', () => {
    const made = (state: RegistryState, lock = '{}', command = unlocked) =>
      planOf({
        ...{ environment: 'staging', registry: 'http://r', lock, state },
        wanted: [wanted, command],
        changes: changesFor([wanted], state),
      })
    const plan = made(registry(first))
    const reviewed = readPlan(JSON.stringify(plan))
    if (reviewed === null) throw new Error('a plan can be read')
    expect(movedSince(reviewed, plan)).toBeNull()
    expect(movedSince(reviewed, { ...plan, environment: 'production' })).toContain('for staging, not for production')
    expect(movedSince(reviewed, { ...plan, registry: 'http://s' })).toContain('http://r')
    expect(movedSince(reviewed, made(registry({ ...first, level: 'FULL' })))).toContain(`made: ${SUBJECT}`)
    expect(movedSince(reviewed, made({ ...registry(first), level: 'NONE' }))).toContain('its level for all subjects')
    const lock = JSON.stringify({ [SUBJECT]: { level: 'FULL_TRANSITIVE', versions: [] } })
    expect(movedSince(reviewed, made(registry(first), lock))).toContain('git has changed')
    const changed = { ...unlocked, versions: [{ version: 1, schema: TWO, recorded: null }] }
    expect(movedSince(reviewed, made(registry(first), '{}', changed))).toContain('git has changed')
    expect(readPlan('{"format": 2}')).toBeNull()
  })
})
