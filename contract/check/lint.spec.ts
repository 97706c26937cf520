import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { placeOf } from '../finding.ts'
import { lint } from './lint.ts'
import { lintRules } from './lint-rules.ts'
import { changing, SchemaCopy } from '../authoring/test-kit.ts'

let copy: SchemaCopy

beforeEach(() => {
  copy = new SchemaCopy()
})
afterEach(() => copy.remove())

const deliberate = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../schemas/lint-exceptions.json'), 'utf8'),
) as readonly unknown[]

const found = () => lint(copy.folder).map((finding) => `${finding.code} ${placeOf(finding)}`)
const field = (name: string, type: object | string, more: object = {}) => ({ name, type, doc: 'A field.', ...more })

test('nothing is found in the repository', () => {
  expect(lint(join(import.meta.dirname, '../../schemas'))).toEqual([])
})

test.each<[string, string, () => void]>([
  [
    'S001 StockAdjusted/v2.avsc why.code',
    'a field of a record in an event has no doc',
    () => {
      const inner = { type: 'record', name: 'Why', doc: 'Why.', fields: [{ name: 'code', type: 'string' }] }
      copy.addFields('StockAdjusted', 2, field('why', ['null', inner], { default: null }))
    },
  ],
  [
    'S001 StockAdjusted/v2.avsc by',
    'a field of an event has no doc',
    () => copy.addFields('StockAdjusted', 2, { name: 'by', type: 'string', default: '' }),
  ],
  [
    'S001 StockAdjusted/v2.avsc why',
    'a type has no doc',
    () => {
      const inner = { type: 'enum', name: 'Why', symbols: ['lost'], default: 'lost' }
      copy.addFields('StockAdjusted', 2, field('why', inner, { default: 'lost' }))
    },
  ],
  [
    'S002 StockAdjusted/v2.avsc by',
    'a field is added without a default',
    () => copy.addFields('StockAdjusted', 2, field('by', 'string')),
  ],
  [
    'S003 StockAdjusted/v2.avsc why',
    'an enum has no default',
    () => {
      const inner = { type: 'enum', name: 'Why', doc: 'Why.', symbols: ['lost'] }
      copy.addFields('StockAdjusted', 2, field('why', inner, { default: 'lost' }))
    },
  ],
  [
    'S004 StockAdjusted/v2.avsc by',
    'null is not the first branch',
    () => copy.addFields('StockAdjusted', 2, field('by', ['string', 'null'], { default: '' })),
  ],
  [
    'S004 StockAdjusted/v1.avsc reason',
    'what is optional has no default',
    () =>
      copy.edit(
        'StockAdjusted/v1.avsc',
        '"type": "string",\n      "doc": "Why',
        '"type": ["null", "string"],\n      "doc": "Why',
      ),
  ],
  [
    'S005 StockAdjusted/v2.avsc unitCost',
    'money stands without its currency',
    () => copy.addFields('StockAdjusted', 2, field('unitCost', 'long', { default: 0 })),
  ],
  [
    'S005 StockAdjusted/v2.avsc amount',
    'money is an int beside its currency',
    () =>
      copy.addFields(
        'StockAdjusted',
        2,
        field('amount', 'int', { default: 0 }),
        field('currency', 'string', { default: '' }),
      ),
  ],
  [
    'S006 StockAdjusted/v2.avsc countedAt',
    'a time is a bare long',
    () => copy.addFields('StockAdjusted', 2, field('countedAt', 'long', { default: 0 })),
  ],
  [
    'S006 StockAdjusted/v2.avsc seen',
    'a time is in microseconds',
    () =>
      copy.addFields(
        'StockAdjusted',
        2,
        field('seen', { type: 'long', logicalType: 'timestamp-micros' }, { default: 0 }),
      ),
  ],
  [
    'S007 StockAdjusted/v4.avsc by',
    'the name of a removed field is used again',
    () => {
      copy.addFields('StockAdjusted', 2, field('by', 'string', { default: '' }))
      copy.addVersion('StockAdjusted', 3, () => JSON.parse(copy.read('StockAdjusted/v1.avsc')) as object)
      copy.addFields('StockAdjusted', 4, field('by', 'long', { default: 0 }))
    },
  ],
  [
    'S008 StockAdjusted/v2.avsc counted_by',
    'a field is not in camelCase',
    () => copy.addFields('StockAdjusted', 2, field('counted_by', 'string', { default: '' })),
  ],
  [
    'S008 StockAdjusted/v2.avsc why',
    'a type is not in PascalCase',
    () => {
      const inner = { type: 'enum', name: 'why_code', doc: 'Why.', symbols: ['lost'], default: 'lost' }
      copy.addFields('StockAdjusted', 2, field('why', inner, { default: 'lost' }))
    },
  ],
  [
    'S008 StockAdjusted/v2.avsc why',
    'a symbol is in capitals',
    () => {
      const inner = { type: 'enum', name: 'Why', doc: 'Why.', symbols: ['LOST'], default: 'LOST' }
      copy.addFields('StockAdjusted', 2, field('why', inner, { default: 'LOST' }))
    },
  ],
  [
    'S008 Stock_Counted/v1.avsc',
    'an event is not in PascalCase',
    () =>
      copy.write('Stock_Counted/v1.avsc', copy.read('StockAdjusted/v1.avsc').replace('StockAdjusted', 'Stock_Counted')),
  ],
  [
    'S009 StockAdjusted/v1.avsc namespace',
    'an event has another namespace',
    () => copy.edit('StockAdjusted/v1.avsc', '"namespace": "orderledger"', '"namespace": "shop"'),
  ],
  [
    'S009 StockAdjusted/v2.avsc why',
    'a type has a namespace of its own',
    () => {
      const inner = { type: 'enum', name: 'Why', namespace: 'shop', doc: 'Why.', symbols: ['lost'], default: 'lost' }
      copy.addFields('StockAdjusted', 2, field('why', inner, { default: 'lost' }))
    },
  ],
  [
    'S010 StockAdjusted/v2.avsc unitCost',
    'money is a double',
    () => copy.addFields('StockAdjusted', 2, field('unitCost', 'double', { default: 0 })),
  ],
  [
    'S011 ProductListed/v2.avsc price',
    'a type differs between events',
    () => copy.edit('ProductListed/v2.avsc', 'ISO 4217 code', 'ISO code'),
  ],
  [
    'S012 StockAdjusted/v1.avsc',
    'a file is written in another way',
    () => copy.edit('StockAdjusted/v1.avsc', '  "type": "record",\n', '  "type":   "record",\n'),
  ],
  ['F001 StockAdjusted/v1.avsc', 'a file is no JSON', () => copy.write('StockAdjusted/v1.avsc', '{')],
  ['F002 CustomerRegistered', 'a version is missing', () => copy.delete('CustomerRegistered/v1.avsc')],
  [
    'F002 StockAdjusted/V2.avsc',
    'a file has another name',
    () => copy.write('StockAdjusted/V2.avsc', copy.read('StockAdjusted/v1.avsc')),
  ],
  [
    'F003 StockAdjusted/v1.avsc name',
    'a file holds another event',
    () => copy.edit('StockAdjusted/v1.avsc', '"name": "StockAdjusted"', '"name": "StockCounted"'),
  ],
  [
    'F004 StockAdjusted/v1.avsc stream',
    'a file names no kind of stream',
    () => copy.edit('StockAdjusted/v1.avsc', '"stream": "inventory"', '"stream": ""'),
  ],
  [
    'F004 StockAdjusted/v2.avsc stream',
    'the versions name different streams',
    () => copy.addVersion('StockAdjusted', 2, (last) => ({ ...last, stream: 'order' })),
  ],
  [
    'F005 StockAdjusted/v1.avsc type',
    'a field would hide the type of the event',
    () => copy.edit('StockAdjusted/v1.avsc', '"name": "delta"', '"name": "type"'),
  ],
  [
    'F006 StockAdjusted/v1.avsc /fields/1/type',
    'a type is unknown',
    () => copy.edit('StockAdjusted/v1.avsc', '"type": "long"', '"type": "int128"'),
  ],
  [
    'F007 retired.json StockCounted',
    'an event is retired that has no files',
    () => copy.write('retired.json', '{ "StockCounted": { "by": ["StockAdjusted"], "reason": "x" } }'),
  ],
  [
    'F007 retired.json StockAdjusted',
    'an event is retired by one that has no files',
    () => copy.write('retired.json', '{ "StockAdjusted": { "by": ["StockCounted"], "reason": "x" } }'),
  ],
  [
    'F007 retired.json StockAdjusted',
    'an event is retired without a reason',
    () => copy.write('retired.json', '{ "StockAdjusted": { "by": ["StockReceived"] } }'),
  ],
])('%s when %s', (expected, _, breakIt) => {
  breakIt()
  expect(found()).toContain(expected)
})

test('a type of an older version that is gone by now is left alone', () => {
  copy.addFields('StockAdjusted', 2, field('counted_by', 'string', { default: '' }))
  copy.addVersion('StockAdjusted', 3, () => JSON.parse(copy.read('StockAdjusted/v1.avsc')) as object)
  expect(found()).toEqual([])
})

test('all findings are told, in the order of their files', () => {
  copy.addFields('StockReserved', 2, field('counted_by', 'double'))
  copy.edit('PriceChanged/v1.avsc', 'ISO 4217 code', 'ISO code')
  copy.write('ProductListed/v2.avsc', 'not JSON')
  expect(found()).toEqual([
    'S011 PriceChanged/v1.avsc price',
    'F001 ProductListed/v2.avsc',
    'S002 StockReserved/v2.avsc counted_by',
    'S008 StockReserved/v2.avsc counted_by',
  ])
})

test('an exception silences a rule at one place of an event, in the versions to come too', () => {
  copy.addFields('StockAdjusted', 2, field('counted_by', 'string', { default: '' }))
  const exception = { code: 'S008', at: 'StockAdjusted counted_by', reason: 'The name that the warehouse uses.' }
  copy.write('lint-exceptions.json', JSON.stringify([...deliberate, exception]))
  expect(found()).toEqual([])
  copy.addVersion(
    'StockAdjusted',
    3,
    changing('delta', (delta) => ({ ...delta, doc: 'Units.' })),
  )
  expect(found()).toEqual([])
})

test.each<[string, readonly unknown[]]>([
  ['S000 lint-exceptions.json StockAdjusted delta', [{ code: 'S008', at: 'StockAdjusted delta', reason: 'None.' }]],
  [`S000 lint-exceptions.json ${deliberate.length}`, [{ code: 'S008', at: 'StockAdjusted delta' }]],
])('an exception that does nothing is a finding: %s', (expected, exceptions) => {
  copy.write('lint-exceptions.json', JSON.stringify([...deliberate, ...exceptions]))
  expect(found()).toEqual([expected])
})

test('every rule is told in schemas/README.md', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../schemas/README.md'), 'utf8')
  expect([...Object.keys(lintRules), 'S000', 'S011'].filter((code) => !readme.includes(`| ${code} |`))).toEqual([])
})
