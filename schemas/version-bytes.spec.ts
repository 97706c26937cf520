import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from './codec.ts'
import { goldenSamples } from '../contract/authoring/golden-samples.ts'
import { arbitraryEvent, eventTypes } from './test-kit.ts'
import { readByVersion, versionBytes } from './version-bytes.ts'

const placed = contentOf(goldenSamples.OrderPlaced[0] ?? {})
const customer = contentOf(goldenSamples.CustomerRegistered[0] ?? {})

function contentOf(event: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'type'))
}

function bytesOf(...[type, version, event]: Parameters<typeof versionBytes>): Buffer {
  const written = versionBytes(type, version, event)
  if (!written.fits) throw new Error(JSON.stringify(written.faults))
  return written.data
}

function faultsOf(...[type, version, event]: Parameters<typeof versionBytes>) {
  const written = versionBytes(type, version, event)
  return written.fits ? [] : written.faults.map(({ path, message }) => `/${path.join('/')} ${message}`)
}

test('the newest version writes what the codec writes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...eventTypes).chain(arbitraryEvent), (event) => {
      const { type, schemaVersion, data } = encode(event)
      expect(bytesOf(type, schemaVersion, contentOf(event)).equals(data)).toBe(true)
    }),
  )
})

describe('an event written by one version', () => {
  const { language: _, ...ofVersion1 } = customer

  test('is read by each version with what that version has', () => {
    const data = bytesOf('CustomerRegistered', 1, ofVersion1)
    expect(readByVersion('CustomerRegistered', { writer: 1, reader: 1 }, data)).toEqual(ofVersion1)
    expect(readByVersion('CustomerRegistered', { writer: 1, reader: 2 }, data)).toEqual({
      ...ofVersion1,
      language: 'en',
    })
    expect(decode('CustomerRegistered', 1, data)).toMatchObject({ language: 'en' })
    const later = bytesOf('CustomerRegistered', 2, { ...ofVersion1, language: 'pl' })
    expect(readByVersion('CustomerRegistered', { writer: 2, reader: 1 }, later)).toEqual(ofVersion1)
    expect(readByVersion('CustomerRegistered', { writer: 2, reader: 2 }, later)).toMatchObject({ language: 'pl' })
  })

  test('has the defaults of what is not given', () => {
    const { email: _email, phone: _phone, ...rest } = ofVersion1
    const data = bytesOf('CustomerRegistered', 2, rest)
    expect(readByVersion('CustomerRegistered', { writer: 2, reader: 2 }, data)).toEqual({
      ...rest,
      email: null,
      phone: null,
      language: 'en',
    })
  })
})

describe('an event that does not fit', () => {
  const [line] = placed['lines'] as readonly [object]

  test.each<[string, unknown, readonly string[]]>([
    ['a field of a later version', { ...customer, language: 'pl' }, ['/language is unknown']],
    [
      'a field of nobody',
      { ...customer, 'a/b~c': 1, constructor: 1 },
      ['/language is unknown', '/a/b~c is unknown', '/constructor is unknown'],
    ],
    ['no object', 7, ['/ 7 is not a CustomerRegistered']],
    ['null', null, ['/ null is not a CustomerRegistered']],
    ['an array', [], expect.arrayContaining([expect.stringMatching(/^\/customerId /)])],
  ])('%s is named', (_, event, faults) => expect(faultsOf('CustomerRegistered', 1, event)).toEqual(faults))

  test.each<[string, object, readonly string[]]>([
    [
      'all faults at once',
      { lines: [{ ...line, quantity: 1.5 }, line, { ...line, unitPrice: null }], region: 7 },
      [
        '/lines/0/quantity 1.5 is not an int',
        '/lines/2/unitPrice null is not a Money',
        '/region 7 is not a well-formed string',
      ],
    ],
    ['a field too many, deep inside', { total: { amount: 1, currency: 'EUR', tax: 1 } }, ['/total/tax is unknown']],
    ['a field that is missing', { total: undefined }, ['/total is missing, and has no default']],
    [
      'an object that is no text',
      { region: { toString: 1, valueOf: 2 } },
      ['/region an object is not a well-formed string'],
    ],
    [
      'an object that cannot be compared with a number',
      { lines: [{ ...line, quantity: { toString: 1, valueOf: 2 } }] },
      ['/ has an object where a plain value is expected'],
    ],
  ])('%s: each with its place', (_, change, faults) => {
    expect(faultsOf('OrderPlaced', 2, { ...placed, ...change })).toEqual(expect.arrayContaining([...faults]))
    expect(faultsOf('OrderPlaced', 2, { ...placed, ...change })).toHaveLength(faults.length)
  })

  test('is refused as a value, whatever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...eventTypes), fc.jsonValue(), (type, event) => {
        expect(versionBytes(type, 1, event)).toMatchObject({ fits: false })
      }),
    )
  })
})
