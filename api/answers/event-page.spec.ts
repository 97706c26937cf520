import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { customerRegistered } from '../../domain/test-events.ts'
import { isPersonal, maskedContent } from './event-page.ts'

interface RecordSchema {
  readonly fields: readonly { readonly name: string; readonly doc?: string }[]
}

/** The names of fields that a schema calls personal, by the event. */
function personalFields(): ReadonlyMap<string, readonly string[]> {
  const events = readdirSync('schemas', { withFileTypes: true }).filter((one) => one.isDirectory())
  const found = events.map(({ name }) => {
    const files = readdirSync(`schemas/${name}`).filter((file) => file.endsWith('.avsc'))
    const schemas = files.map((file) => JSON.parse(readFileSync(`schemas/${name}/${file}`, 'utf8')) as RecordSchema)
    const fields = schemas.flatMap(({ fields: all }) => all.filter(({ doc = '' }) => doc.startsWith('Personal data')))
    return [name, [...new Set(fields.map((field) => field.name))]] as const
  })
  return new Map(found.filter(([, fields]) => fields.length > 0))
}

test('all that a schema calls personal is masked, and nothing else', () => {
  const { type: _, ...content } = customerRegistered('c1', { email: 'wanda@example.com', phone: '0301242' })
  const masked = maskedContent(content)
  const changed = Object.keys(content).filter((name) => Reflect.get(masked, name) !== Reflect.get(content, name))
  expect([...personalFields()]).toEqual([['CustomerRegistered', changed]])
  expect(masked).toMatchObject({ email: 'w…@…', phone: '…42' })
  expect(isPersonal('customer-c1')).toBe(true)
})

test('what is not there is not added', () => {
  expect(maskedContent({ customerId: 'c1', tier: 'vip' })).toEqual({ customerId: 'c1', tier: 'vip' })
})
