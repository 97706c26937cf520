/** `schemas new` and what follows it, run as people run them, on a copy of the schemas. */
import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changing } from '../../contract/authoring/test-kit.ts'
import { by, SchemaProject } from './schema-project.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let copy: SchemaProject

beforeEach(() => {
  copy = new SchemaProject()
})
afterEach(() => copy.remove())

describe('schemas new', () => {
  test('a version made by it passes everything once codegen has made what belongs to it', async () => {
    const made = await copy.run('new', 'StockAdjusted', ...by, '--json')
    expect(made.code).toBe(0)
    expect(made.json()).toMatchObject({ event: 'StockAdjusted', version: 2, written: ['StockAdjusted/v2.avsc'] })
    expect((await copy.run('codegen', '--json')).json()).toEqual({
      written: ['events.ts', 'golden/StockAdjusted/v2.bin', 'schemas.lock'],
    })
    expect(copy.read('events.ts')).toContain('readonly by: string')
    expect((await copy.run('lint', '--json')).json()).toEqual({ findings: [] })
    const checked = await copy.run('check')
    expect(checked.stdout).toBe('✔ every version reads every other, and no published version has changed\n')
    expect(checked.code).toBe(0)
  })

  test('the new version differs from the last in what was asked for, and in nothing else', async () => {
    await copy.run('new', 'StockAdjusted', ...by)
    const added = `,\n    {\n      "name": "by",\n      "type": "string",\n      "doc": "Who corrected it.",\n      "default": "nobody"\n    }\n  ]\n}\n`
    expect(copy.read('StockAdjusted/v2.avsc')).toBe(
      copy.read('StockAdjusted/v1.avsc').replace(/\n {2}\]\n\}\n$/, added),
    )
  })

  test('several fields, shared types, lists and a removed field go into one version', async () => {
    const made = await copy.run(
      ...([
        'new',
        'CustomerRegistered',
        '--remove',
        'phone',
        '--field',
        'limit',
        '--type',
        'Money?',
        '--doc',
        'Credit.',
      ] as const),
      ...['--field', 'orders', '--type', 'string[]', '--default', '[]', '--doc', 'Ids.'],
    )
    expect(made).toMatchObject({ code: 0 })
    const { fields } = JSON.parse(copy.read('CustomerRegistered/v3.avsc')) as { fields: readonly { name: string }[] }
    expect(fields.map(({ name }) => name)).not.toContain('phone')
    expect(fields.slice(-2)).toMatchObject([
      { name: 'limit', type: ['null', { type: 'record', name: 'Money' }], default: null },
      { name: 'orders', type: { type: 'array', items: 'string' }, default: [] },
    ])
  })

  test('a type that was defined in a removed field is defined where it is used next', async () => {
    copy.addVersion(
      'OrderPlaced',
      2,
      changing('lines', (field) => ({ ...field, default: [] })),
    )
    copy.write('OrderPlaced/v1.avsc', copy.read('OrderPlaced/v2.avsc'))
    expect(await copy.run('new', 'OrderPlaced', '--remove', 'lines')).toMatchObject({ code: 0 })
    expect(copy.read('OrderPlaced/v3.avsc')).toMatch(
      /"name": "total",\s+"type": \{\s+"type": "record",\s+"name": "Money"/,
    )
  })

  test('a new event begins with version 1', async () => {
    const made = await copy.run('new', 'StockCounted', '--stream', 'inventory', '--about', 'A count.', ...by)
    expect(made.code).toBe(0)
    expect(JSON.parse(copy.read('StockCounted/v1.avsc'))).toMatchObject({
      name: 'StockCounted',
      namespace: 'orderledger',
      doc: 'A count.',
      stream: 'inventory',
      fields: [{ name: 'by', default: 'nobody' }],
    })
  })

  test.each<[string, readonly string[], RegExp]>([
    [
      'a required field',
      ['StockAdjusted', ...by.filter((_, index) => index !== 4 && index !== 5)],
      /could not read events of version 1 \(READER_FIELD_MISSING_DEFAULT_VALUE.*\n.*\n {2}next: +add a default, or --breaking/,
    ],
    [
      'a field removed that had no default',
      ['StockAdjusted', '--remove', 'reason'],
      /readers of version 1 could not read it/,
    ],
    ['a field that is not there', ['StockAdjusted', '--remove', 'why'], /StockAdjusted has no field why/],
    [
      'a field that is there',
      ['StockAdjusted', '--field', 'sku', '--type', 'string', '--default', '', '--doc', 'x'],
      /already has a field sku/,
    ],
    [
      'an unknown type',
      ['StockAdjusted', '--field', 'x', '--type', 'text', '--doc', 'x'],
      /"text" is not a type: string, long, int/,
    ],
    [
      'a default that is no value of the type',
      ['StockAdjusted', '--field', 'x', '--type', 'int', '--default', 'many', '--doc', 'x'],
      /"many" is not a valid default for x, whose type is int/,
    ],
    [
      'a name that Avro does not take',
      ['StockAdjusted', '--field', 'a-b', '--type', 'int', '--default', '1', '--doc', 'x'],
      /"1" is not a valid default|cannot be the name of a field/,
    ],
    ['an event without a version', ['StockCounted', ...by], /StockCounted has no version yet: pass its kind of stream/],
    [
      'a first version of an event that has one',
      ['StockAdjusted', '--stream', 'inventory', '--about', 'x', ...by],
      /already has versions/,
    ],
    ['a field without a type', ['StockAdjusted', '--field', 'x', '--doc', 'x'], /--field x needs --type and --doc/],
    ['a type without a field', ['StockAdjusted', '--type', 'int'], /--type belongs to the --field before it/],
    ['a replacement without a name', ['StockAdjusted', '--breaking'], /--breaking needs --name and --reason/],
    ['nothing, with nobody to ask', ['StockAdjusted'], /no terminal to ask for the fields/],
  ])('%s is refused with 2, and nothing is written', async (_, args, message) => {
    const before = copy.git('init', '--quiet') + copy.git('add', '--all')
    const refused = await copy.run('new', ...args)
    expect(refused.stderr).toMatch(message)
    expect(refused.code).toBe(2)
    expect(before + copy.git('diff', '--name-only') + copy.git('ls-files', '--others')).toBe('')
  })
})

describe('a retired event', () => {
  const breaking = ['--breaking', '--name', 'StockCounted', '--reason', 'Counts replace differences.']

  function typesOf(): Promise<string> {
    const folder = copy.root
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const files = ['schemas/upcasters.ts', 'schemas/upcast.ts', 'schemas/codec.ts']
    const project = { extends: join(ROOT, 'tsconfig.json'), include: [], files }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project))
    const tsc = promisify(execFile)(process.execPath, [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '-p',
      folder,
    ])
    return tsc.then(
      () => '',
      (error: { readonly stdout: string }) => error.stdout,
    )
  }

  test('is replaced by a new one, compiles with its upcaster, and passes', async () => {
    expect(await copy.run('new', 'StockAdjusted', ...breaking)).toMatchObject({ code: 0 })
    expect(copy.read('upcasters.ts')).toContain(
      "StockAdjusted: ({ sku, delta, reason }) => [{ type: 'StockCounted', sku, delta, reason }],",
    )
    expect(await copy.run('codegen')).toMatchObject({ code: 0 })
    expect(copy.read('events.ts')).toMatch(/export type RetiredEvent = StockAdjusted\n/)
    expect(copy.read('events.ts')).not.toMatch(/InventoryEvent = .*StockAdjusted/)
    expect(await typesOf()).toBe('')
    expect(await copy.run('check', '--json')).toMatchObject({ code: 0 })
    expect(await copy.run('lint', '--json')).toMatchObject({ code: 0 })
  })

  test('does not compile without its upcaster, and check says so too', async () => {
    await copy.run('new', 'StockAdjusted', ...breaking)
    await copy.run('codegen')
    copy.write('upcasters.ts', copy.read('upcasters.ts').replace(/\n {2}StockAdjusted: .*\n/, '\n'))
    expect(await typesOf()).toMatch(/upcasters\.ts.*error TS2741: Property 'StockAdjusted' is missing/)
    const checked = await copy.run('check', '--json')
    expect(checked.json()).toMatchObject({
      findings: [
        {
          code: 'C008',
          file: 'upcasters.ts',
          path: 'StockAdjusted',
          message: 'StockAdjusted is retired and has no upcaster',
        },
      ],
    })
    expect(checked.code).toBe(1)
  })
})
