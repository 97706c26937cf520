import { expect, test } from 'vitest'
import { eventSchemas } from '../../schemas/events.ts'
import { builtLock, readerBreach } from './reader-lock.ts'
import type { SchemaLock } from '../authoring/schema-lock.ts'

const lock = () => JSON.parse(builtLock()) as { -readonly [Subject in keyof SchemaLock]: SchemaLock[Subject] }
const PLACED = 'orderledger.OrderPlaced'
const CUSTOMER = 'orderledger.CustomerRegistered'

function without(subject: string, version: number) {
  const changed = lock()
  const { level, versions } = changed[subject] ?? { level: 'FULL_TRANSITIVE', versions: [] }
  changed[subject] = { level, versions: versions.filter((one) => one.version !== version) }
  return JSON.stringify(changed)
}

test('law 9: what this program reads is what is published', () => {
  expect(readerBreach(builtLock())).toBeNull()
})

test('a reader that the lock has not got is told', () => {
  expect(readerBreach(without(CUSTOMER, 2))).toBe(
    'this program reads CustomerRegistered version 2, which is not in schemas.lock',
  )
})

test('a reader of other content is told', () => {
  const changed = lock()
  const [first] = changed[PLACED]?.versions ?? []
  if (first === undefined) throw new Error('no OrderPlaced')
  changed[PLACED] = { level: 'FULL_TRANSITIVE', versions: [{ ...first, canonical: '0'.repeat(64) }] }
  expect(readerBreach(JSON.stringify(changed))).toBe(
    'this program reads OrderPlaced version 1, but schemas.lock has a different text for it',
  )
})

test('a published version without a reader is told', () => {
  const { CustomerRegistered, ...others } = eventSchemas
  const [first] = CustomerRegistered.versions
  expect(readerBreach(builtLock(), { ...others, CustomerRegistered: { versions: [first] } })).toBe(
    'schemas.lock has CustomerRegistered version 2, which this program cannot read',
  )
  expect(readerBreach(builtLock(), others)).toBe(`schemas.lock has ${CUSTOMER}, which this program cannot read`)
})
