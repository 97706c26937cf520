import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { generate, staleGenerated, writeGenerated } from './codegen.ts'
import { SchemaRuleError } from './schema-files.ts'

test('the generated files in the repository are fresh', () => {
  expect(staleGenerated()).toEqual([])
})

describe('in a copy of the schemas', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'schemas-'))
    cpSync(join(import.meta.dirname, '../../schemas'), folder, { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function edit(file: string, from: string, to: string): void {
    const text = readFileSync(join(folder, file), 'utf8')
    expect(text).toContain(from)
    writeFileSync(join(folder, file), text.replace(from, to))
  }

  function addVersion(from: string, to: string, change: readonly [string, string]): void {
    cpSync(join(folder, from), join(folder, to))
    edit(to, ...change)
  }

  test('what is missing is named, and written as it was', () => {
    rmSync(join(folder, 'golden/OrderPlaced/v1.bin'))
    rmSync(join(folder, 'events.ts'))
    expect(staleGenerated(folder)).toEqual(['events.ts', 'golden/OrderPlaced/v1.bin'])
    writeGenerated(folder)
    expect(staleGenerated(folder)).toEqual([])
    expect(readFileSync(join(folder, 'events.ts'), 'utf8')).toBe(generate())
  })

  test('a new version with a sample is locked beside the published ones', () => {
    const before = readFileSync(join(folder, 'schemas.lock'), 'utf8')
    const published = JSON.parse(before)
    published['orderledger.CustomerRegistered'].versions.pop()
    writeFileSync(join(folder, 'schemas.lock'), JSON.stringify(published))
    expect(staleGenerated(folder)).toEqual(['schemas.lock'])
    writeGenerated(folder)
    expect(readFileSync(join(folder, 'schemas.lock'), 'utf8')).toBe(before)
  })

  test('a next version is one file: its sample is the one before it and the defaults', () => {
    const by = '"fields": [{ "name": "by", "type": "string", "doc": "Who.", "default": "nobody" },'
    addVersion('StockAdjusted/v1.avsc', 'StockAdjusted/v2.avsc', ['"fields": [', by])
    expect(staleGenerated(folder)).toEqual(['events.ts', 'golden/StockAdjusted/v2.bin', 'schemas.lock'])
    writeGenerated(folder)
    expect(staleGenerated(folder)).toEqual([])
    const golden = (version: number) => readFileSync(join(folder, `golden/StockAdjusted/v${version}.bin`))
    expect(golden(2)).toEqual(Buffer.concat([Buffer.from([12, ...Buffer.from('nobody')]), golden(1)]))
  })

  test('a new event is one file, its sample has something in every field', () => {
    const schema = {
      ...{ type: 'record', name: 'StockCounted', namespace: 'orderledger', stream: 'inventory', doc: 'A count.' },
      fields: [
        { name: 'sku', type: 'string', doc: 'It.' },
        { name: 'note', type: ['null', 'string'], doc: 'A note.', default: null },
        { name: 'sizes', type: { type: 'array', items: 'int' }, doc: 'Sizes.' },
      ],
    }
    mkdirSync(join(folder, 'StockCounted'))
    writeFileSync(join(folder, 'StockCounted/v1.avsc'), JSON.stringify(schema))
    writeGenerated(folder)
    const text = (value: string) => [Buffer.byteLength(value) * 2, ...Buffer.from(value)]
    expect(readFileSync(join(folder, 'golden/StockCounted/v1.bin'))).toEqual(
      Buffer.from([...text('sku é'), 2, ...text('note é'), 2, 14, 0]),
    )
  })

  describe('of a retired event', () => {
    const retire = () =>
      writeFileSync(
        join(folder, 'retired.json'),
        '{ "PriceChanged": { "by": ["ProductListed"], "reason": "Clearer." } }',
      )

    test('the type is generated apart from those that are written, with what replaces it', () => {
      retire()
      const source = generate(folder)
      expect(source).toContain('export type RetiredEvent = PriceChanged\n')
      expect(source).toContain("  PriceChanged: { by: ['ProductListed'] },\n")
      expect(source).toMatch(/export type InventoryEvent = ProductListed \| /)
      expect(source).toMatch(/export interface PriceChanged \{[^}]*readonly price: Money\n/)
      expect(source).toContain("  PriceChanged: {\n    stream: 'inventory',")
    })

    test('the types inside it may differ from those of today, and then bear its name', () => {
      edit('PriceChanged/v1.avsc', 'ISO 4217 code', 'ISO code')
      expect(() => generate(folder)).toThrow(/its Money differs/)
      retire()
      const source = generate(folder)
      expect(source).toMatch(/export interface PriceChangedMoney \{/)
      expect(source).toMatch(/export interface PriceChanged \{[^}]*readonly price: PriceChangedMoney\n/)
      expect(source).toMatch(/export interface ProductListed \{[^}]*readonly price: Money\n/)
    })

    test('nothing is generated when its replacement has no schema files', () => {
      writeFileSync(join(folder, 'retired.json'), '{ "PriceChanged": { "by": ["PriceSet"], "reason": "Clearer." } }')
      expect(() => generate(folder)).toThrow('retired.json: PriceChanged: PriceSet has no schema files')
    })
  })

  test.each<[string, RegExp, () => void]>([
    [
      'a published version was changed',
      /CustomerRegistered version 1 is published: its file must not change/,
      () => edit('CustomerRegistered/v1.avsc', '"name": "phone"', '"name": "mobile"'),
    ],
    [
      'only a doc of a published version was changed',
      /StockReserved version 1 is published: its file must not change/,
      () => edit('StockReserved/v1.avsc', 'set aside', 'put aside'),
    ],
    [
      'a golden sample was changed',
      /PriceChanged version 1 is published: its golden sample must not change/,
      () => writeFileSync(join(folder, 'golden/PriceChanged/v1.bin'), Buffer.from([2, 65, 2, 2, 65])),
    ],
    [
      'a published version was removed',
      /CustomerRegistered version 2 is published: it must not be removed/,
      () => rmSync(join(folder, 'CustomerRegistered/v2.avsc')),
    ],
    [
      'versions have a gap',
      /CustomerRegistered: versions must run from 1 without a gap; v2 is missing/,
      () => renameSync(join(folder, 'CustomerRegistered/v2.avsc'), join(folder, 'CustomerRegistered/v3.avsc')),
    ],
    [
      'events disagree about a type that they share',
      /ProductListed: its Money differs/,
      () => edit('ProductListed/v2.avsc', 'ISO 4217 code', 'ISO code'),
    ],
    [
      'a field would hide the type of the event',
      /a field cannot be named type/,
      () => edit('StockAdjusted/v1.avsc', '"name": "delta"', '"name": "type"'),
    ],
    [
      'a field has no doc',
      /field delta needs a doc/,
      () => edit('StockAdjusted/v1.avsc', '"doc": "Units added', '"was": "'),
    ],
  ])('nothing is generated when %s', (_, message, breakIt) => {
    breakIt()
    expect(() => staleGenerated(folder)).toThrow(SchemaRuleError)
    expect(() => staleGenerated(folder)).toThrow(message)
    const before = readFileSync(join(folder, 'schemas.lock'), 'utf8')
    expect(() => writeGenerated(folder)).toThrow(message)
    expect(readFileSync(join(folder, 'schemas.lock'), 'utf8')).toBe(before)
  })

  test.each<[string, readonly [string, string]]>([
    [
      'has a new field without a default',
      ['"fields": [', '"fields": [{ "name": "why", "type": "string", "doc": "Why." },'],
    ],
    ['changes the type of a field', ['"type": "long"', '"type": "string"']],
  ])('a new version that %s is not compatible', (_, change) => {
    cpSync(
      join(import.meta.dirname, '../../schemas/golden/StockAdjusted/v1.bin'),
      join(folder, 'golden/StockAdjusted/v2.bin'),
    )
    addVersion('StockAdjusted/v1.avsc', 'StockAdjusted/v2.avsc', change)
    expect(() => writeGenerated(folder)).toThrow(/StockAdjusted: version \d cannot read version \d/)
  })
})
