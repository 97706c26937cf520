import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeGenerated } from '../authoring/codegen.ts'
import { placeOf } from '../finding.ts'
import { goldenSamples, writtenSamples } from '../authoring/golden-samples.ts'
import { upcasters } from '../../schemas/upcasters.ts'
import { check } from './check.ts'
import { changing, SchemaCopy } from '../authoring/test-kit.ts'

let copy: SchemaCopy

beforeEach(() => {
  copy = new SchemaCopy()
})
afterEach(() => copy.remove())

const checked = (tables: object = {}) => check({ folder: copy.folder, upcasters, ...tables })
const found = (tables: object = {}) =>
  checked(tables).map((finding) => `${finding.code} ${placeOf(finding)}: ${finding.message}`)

const by = { name: 'by', type: 'string', doc: 'Who.' }

test('nothing is found in the repository', () => {
  const folder = join(import.meta.dirname, '../../schemas')
  expect(check({ folder, upcasters })).toEqual([])
})

test('a new version with everything that belongs to it is fine', () => {
  copy.addFields('StockAdjusted', 2, { ...by, default: 'nobody' })
  writeGenerated(copy.folder)
  expect(found()).toEqual([])
})

describe('what the versions are to each other', () => {
  test.each<[string, RegExp, () => void]>([
    [
      'a field without a default',
      /^C001 StockAdjusted\/v2.avsc \/fields\/3: version 2 cannot read version 1: READER_FIELD_MISSING_DEFAULT_VALUE: by$/,
      () => copy.addFields('StockAdjusted', 2, by),
    ],
    [
      'a field removed that had no default',
      /^C001 StockAdjusted\/v2.avsc \/fields\/2: version 1 cannot read version 2: READER_FIELD_MISSING_DEFAULT_VALUE: reason$/,
      () => copy.addVersion('StockAdjusted', 2, (last) => ({ ...last, fields: last.fields.slice(0, 2) })),
    ],
    [
      'another type',
      /^C001 StockAdjusted\/v2.avsc .*version 2 cannot read version 1: TYPE_MISMATCH/,
      () =>
        copy.addVersion(
          'StockAdjusted',
          2,
          changing('delta', (field) => ({ ...field, type: 'string' })),
        ),
    ],
    [
      'a wider type, which older readers cannot read',
      /^C001 OrderPlaced\/v2.avsc .*version 1 cannot read version 2: TYPE_MISMATCH/,
      () =>
        copy.addVersion(
          'OrderPlaced',
          2,
          (last) => JSON.parse(JSON.stringify(last).replace('"int"', '"long"')) as object,
        ),
    ],
    [
      'a break with a version before the last',
      /^C001 StockAdjusted\/v3.avsc .*version 3 cannot read version 1: READER_FIELD_MISSING_DEFAULT_VALUE: by$/,
      () => {
        copy.addFields('StockAdjusted', 2, { ...by, default: '' })
        copy.addVersion(
          'StockAdjusted',
          3,
          changing('by', ({ default: _, ...field }) => field),
        )
      },
    ],
    [
      'a default that the rules allow and our reader does not',
      /^C002 StockAdjusted\/v2.avsc: our reader cannot read it: /,
      () => copy.addFields('StockAdjusted', 2, { ...by, type: ['string', 'null'], default: null }),
    ],
    [
      'another logical type',
      /^M001 OrderExpired\/v2.avsc placedAt: since version 1 it changed from timestamp-millis to timestamp-micros/,
      () =>
        copy.addVersion(
          'OrderExpired',
          2,
          changing('placedAt', (field) => ({ ...field, type: { type: 'long', logicalType: 'timestamp-micros' } })),
        ),
    ],
    [
      'a logical type more',
      /^M001 StockAdjusted\/v2.avsc delta: since version 1 it became timestamp-millis/,
      () =>
        copy.addVersion(
          'StockAdjusted',
          2,
          changing('delta', (field) => ({ ...field, type: { type: 'long', logicalType: 'timestamp-millis' } })),
        ),
    ],
    [
      'another namespace',
      /^M001 StockAdjusted\/v2.avsc: since version 1 its namespace changed from orderledger to shop/,
      () => copy.addVersion('StockAdjusted', 2, (last) => ({ ...last, namespace: 'shop' })),
    ],
    [
      'a namespace that the rules overlook and our reader does not',
      /^C002 StockAdjusted\/v2.avsc: version 2 cannot read version 1, although the rules allow it: /,
      () => copy.addVersion('StockAdjusted', 2, (last) => ({ ...last, namespace: 'shop' })),
    ],
    [
      'another default of an enum',
      /^M001 CustomerTierChanged\/v2.avsc tier: since version 1 the symbol for unknown ones changed/,
      () =>
        copy.addVersion(
          'CustomerTierChanged',
          2,
          (last) => JSON.parse(JSON.stringify(last).replace('"default":"standard"', '"default":"vip"')) as object,
        ),
    ],
    [
      'another default of a field',
      /^M001 CustomerRegistered\/v3.avsc language: since version 2 its default changed from "en" to "de"/,
      () =>
        copy.addVersion(
          'CustomerRegistered',
          3,
          changing('language', (field) => ({ ...field, default: 'de' })),
        ),
    ],
    [
      'what came back with another meaning',
      /^M001 StockAdjusted\/v3.avsc seen: since version 1 it became timestamp-millis/,
      () => {
        const seen = { name: 'seen', type: 'long', doc: 'When.', default: 0 }
        const { fields, ...rest } = JSON.parse(copy.read('StockAdjusted/v1.avsc')) as { fields: readonly object[] }
        copy.write('StockAdjusted/v1.avsc', JSON.stringify({ ...rest, fields: [...fields, seen] }))
        copy.write('StockAdjusted/v2.avsc', JSON.stringify({ ...rest, fields }))
        const millis = { ...seen, type: { type: 'long', logicalType: 'timestamp-millis' } }
        copy.write('StockAdjusted/v3.avsc', JSON.stringify({ ...rest, fields: [...fields, millis] }))
      },
    ],
  ])('%s is found', (_, expected, breakIt) => {
    breakIt()
    expect(found()).toContainEqual(expect.stringMatching(expected))
  })

  test('a doc alone changes nothing', () => {
    copy.addVersion(
      'StockAdjusted',
      2,
      changing('delta', (field) => ({ ...field, doc: 'Units.' })),
    )
    writeGenerated(copy.folder)
    expect(found()).toEqual([])
  })
})

describe('law 9: what is published', () => {
  const published = 'orderledger.CustomerRegistered version 1 is published: '

  test.each<[string, string, () => void]>([
    [
      'a version that was edited',
      `C004 CustomerRegistered/v1.avsc: ${published}its file must not change. Restore it and add the change as the next version`,
      () => copy.edit('CustomerRegistered/v1.avsc', 'Personal data;', 'Personal:'),
    ],
    [
      'a version that was removed',
      'C005 CustomerRegistered/v2.avsc: orderledger.CustomerRegistered version 2 is published: it must not be removed',
      () => copy.delete('CustomerRegistered/v2.avsc'),
    ],
    [
      'a version under another number',
      'F002 CustomerRegistered: versions must run from 1 without a gap; v2 is missing',
      () =>
        renameSync(join(copy.folder, 'CustomerRegistered/v2.avsc'), join(copy.folder, 'CustomerRegistered/v3.avsc')),
    ],
    [
      'a golden sample that was changed',
      `C004 golden/CustomerRegistered/v1.bin: ${published}its golden sample must not change. Restore it`,
      () =>
        copy.write(
          'golden/CustomerRegistered/v1.bin',
          readFileSync(join(copy.folder, 'golden/CustomerRegistered/v2.bin')),
        ),
    ],
    [
      'a golden sample that is no event',
      'C003 golden/PriceChanged/v1.bin: its bytes cannot be read in version 1: price.currency: the bytes end too early at byte 4',
      () => copy.write('golden/PriceChanged/v1.bin', Buffer.from([2, 65, 2, 4, 65])),
    ],
    [
      'a golden sample that is missing',
      'C006 golden/PriceChanged/v1.bin: it does not match the schema files',
      () => copy.delete('golden/PriceChanged/v1.bin'),
    ],
    [
      'types that are out of date',
      'C006 events.ts: it does not match the schema files',
      () => copy.edit('events.ts', 'OrderPlaced', 'OrderPut'),
    ],
    [
      'a lock that is out of date',
      'C006 schemas.lock: it does not match the schema files',
      () => copy.write('schemas.lock', '{}'),
    ],
    ['a lock that is no JSON', 'F001 schemas.lock: it is not JSON: ', () => copy.write('schemas.lock', '{')],
    [
      'types that differ between events',
      'C007 events.ts: ProductListed: its Money differs from that of other events',
      () => {
        copy.write('schemas.lock', '{}')
        copy.edit('ProductListed/v2.avsc', 'ISO 4217 code', 'ISO code')
      },
    ],
  ])('%s is found', (_, expected, breakIt) => {
    breakIt()
    expect(found()).toContainEqual(expect.stringContaining(expected))
  })

  test('bytes that say something else than their sample are found', () => {
    const [first, second] = writtenSamples['CustomerRegistered']!
    const other = { ...writtenSamples, CustomerRegistered: [{ ...first, phone: '1' }, second] }
    expect(found({ written: other })).toEqual([
      'C003 golden/CustomerRegistered/v1.bin: in version 2 its bytes differ from its sample: phone is null there',
    ])
  })

  test('a sample that does not fit its version is found', () => {
    copy.addFields('StockAdjusted', 2, { ...by, default: '' })
    const [adjusted] = writtenSamples['StockAdjusted']!
    const written = { ...writtenSamples, StockAdjusted: [adjusted, { ...adjusted, by: 7 }] }
    expect(found({ written })).toContain(
      'C003 golden/StockAdjusted/v2.bin: the sample of StockAdjusted version 2 does not match the schema.by: 7 is not a well-formed string',
    )
  })
})

describe('a retired event', () => {
  const received = { type: 'StockReceived', sku: 'lamp-1', quantity: 3 }
  const retire = (replaced: readonly string[]) =>
    copy.write('retired.json', JSON.stringify({ StockAdjusted: { by: replaced, reason: 'Counted anew.' } }))
  const upcastFound = (upcaster: unknown) =>
    found({ upcasters: { StockAdjusted: upcaster } }).filter((text) => !text.startsWith('C006'))

  test('is fine with an upcaster that gives what can be written today, one event or several', () => {
    retire(['StockReceived', 'StockReleased'])
    const { sku, orderId } = goldenSamples.StockReleased[0]!
    expect(upcastFound(() => [received])).toEqual([])
    expect(upcastFound(() => [received, { type: 'StockReleased', sku, orderId, quantity: 1 }])).toEqual([])
    expect(upcastFound(() => [])).toEqual([])
  })

  let calls = 0
  test.each<[string, string, unknown]>([
    ['no upcaster', 'StockAdjusted is retired and has no upcaster', undefined],
    [
      'an upcaster that fails',
      'the sample of StockAdjusted version 1 makes it fail: no',
      () => {
        throw new Error('no')
      },
    ],
    ['an upcaster that gives one event for a list', 'version 1 does not give a list of events', () => received],
    [
      'an event that retired.json does not name',
      'version 1 becomes a PriceChanged, which schemas/retired.json does not name',
      () => goldenSamples.PriceChanged,
    ],
    [
      'an event that cannot be written',
      'version 1 becomes a StockReceived that cannot be written.quantity: 0.5 is not',
      () => [{ ...received, quantity: 0.5 }],
    ],
    [
      'an upcaster that is not the same every time',
      'version 1 gives different events the second time',
      () => [{ ...received, quantity: ++calls }],
    ],
  ])('with %s is found', (_, message, upcaster) => {
    retire(['StockReceived'])
    expect(upcastFound(upcaster)).toEqual([expect.stringContaining(message)])
    expect(upcastFound(upcaster)[0]).toMatch(/^C008 upcasters.ts StockAdjusted: /)
  })

  test('cannot be replaced by an event of other streams', () => {
    retire(['OrderPlaced'])
    expect(upcastFound(() => [])).toEqual([
      expect.stringContaining('StockAdjusted belongs to streams of inventory and OrderPlaced does not'),
    ])
  })

  test('an upcaster of an event that is not retired is found', () => {
    expect(upcastFound(() => [])).toEqual(['C008 upcasters.ts StockAdjusted: StockAdjusted is not retired'])
  })
})

test('everything is found at once, and each finding says what to type next', () => {
  copy.edit('CustomerRegistered/v1.avsc', 'Personal data;', 'Personal:')
  copy.write('PriceChanged/v1.avsc', 'no JSON')
  copy.addFields('StockAdjusted', 2, by)
  copy.addVersion(
    'OrderExpired',
    2,
    changing('placedAt', (field) => ({ ...field, type: 'long' })),
  )
  copy.write('retired.json', '{ "StockReserved": {} }')
  expect(checked().map(({ code }) => code)).toEqual(
    expect.arrayContaining(['C004', 'F001', 'C001', 'M001', 'F007', 'C005']),
  )
  expect(checked().filter(({ next, message }) => next === '' || message === '')).toEqual([])
})
