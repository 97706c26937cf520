/** The commands that look over schemas, run as people run them, on a copy of the schemas. */
import { chownSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { changing } from '../../contract/authoring/test-kit.ts'
import { runCommand } from '../support/run-command.ts'
import { by, SchemaProject } from './schema-project.ts'

let copy: SchemaProject

beforeEach(() => {
  copy = new SchemaProject()
})
afterEach(() => copy.remove())

describe('schemas lint', () => {
  test('says each finding with its code, its place and what to type next, and exits with 1', async () => {
    copy.addFields('StockAdjusted', 2, { name: 'unit_cost', type: 'double', doc: 'Cost.', default: 0 })
    const found = await copy.run('lint')
    expect(found.code).toBe(1)
    expect(found.stdout).toBe(
      [
        '✖ S008 StockAdjusted/v2.avsc unit_cost: the name unit_cost is not in camelCase',
        '    next: rename it now; you cannot rename it later',
        '✖ S010 StockAdjusted/v2.avsc unit_cost: do not use a float for money: its sums are inexact',
        '    next: write "type": "Money", with the record Money that other events have',
        '2 findings',
        '',
      ].join('\n'),
    )
    expect((await copy.run('lint', '--json')).json()).toMatchObject({
      findings: [{ code: 'S008', file: 'StockAdjusted/v2.avsc', path: 'unit_cost' }, { code: 'S010' }],
    })
  })
})

describe('schemas diff', () => {
  test('tells what has changed against main, and who has to be deployed first', async () => {
    copy.publish()
    expect((await copy.run('diff')).stdout).toBe('✔ the schemas are the same as in git:main\n')
    await copy.addGoodVersion()
    copy.addVersion(
      'PriceChanged',
      2,
      changing('sku', (field) => ({ ...field, type: ['null', 'string'] })),
    )
    copy.addVersion('StockReserved', 2, (last) => ({ ...last, fields: last.fields.slice(0, 2) }))
    copy.addVersion(
      'OrderExpired',
      2,
      changing('placedAt', (field) => ({ ...field, type: 'long' })),
    )
    const found = await copy.run('diff')
    expect(found.stdout).toBe(
      [
        'OrderExpired version 1 to 2: changes the meaning of stored events',
        '  meaning        placedAt: it is no longer timestamp-millis: older values would be misread',
        '  no order of deployment is safe: use a new field, or a new event',
        '',
        'PriceChanged version 1 to 2: backward only (newer readers read older events, not the other way round)',
        '  backward only  sku: may now be null; older readers cannot read that',
        '  deploy readers first',
        '',
        'StockAdjusted version 1 to 2: safe',
        '  safe           by: was added; older events are read with "nobody"',
        '  deploy readers and writers in any order',
        '',
        'StockReserved version 1 to 2: backward only (newer readers read older events, not the other way round)',
        '  backward only  quantity: was removed and had no default: older readers cannot read newer events',
        '  deploy readers first',
        '',
      ].join('\n'),
    )
    expect(found.code).toBe(1)
    expect(await copy.run('diff', 'StockAdjusted')).toMatchObject({ code: 0 })
    expect((await copy.run('diff', 'StockReserved', '--format', 'markdown')).stdout).toBe(
      [
        '### StockReserved version 1 to 2: backward only',
        '',
        '| path | change | verdict |',
        '|---|---|---|',
        '| `quantity` | was removed and had no default: older readers cannot read newer events | backward only |',
        '',
        'Deploy readers first.',
        '',
      ].join('\n'),
    )
  })

  test('the same as a document, by either flag', async () => {
    copy.publish()
    await copy.addGoodVersion()
    const [one, other] = [await copy.run('diff', '--json'), await copy.run('diff', '--format', 'json')]
    expect(one.json()).toEqual(other.json())
    expect(one.json()).toMatchObject({
      against: 'git:main',
      faults: [],
      events: [
        {
          event: 'StockAdjusted',
          change: 'changed',
          from: 1,
          to: 2,
          verdict: 'safe',
          deployFirst: 'any order',
          changes: [{ path: 'by', backward: true, forward: true, meaning: false }],
        },
      ],
    })
  })

  test('against the lock, what is published is where it begins', async () => {
    expect((await copy.run('diff', '--against', 'lock')).stdout).toBe('✔ the schemas are the same as in lock\n')
    await copy.run('new', 'StockAdjusted', ...by)
    expect((await copy.run('diff', '--against', 'lock')).stdout).toMatch(/^StockAdjusted version 1 to 2: safe\n/)
  })

  test('where there is no main it begins at the last commit; a tag will do as well', async () => {
    copy.publish('trunk')
    copy.git('tag', 'v1')
    await copy.run('new', 'StockCounted', '--stream', 'inventory', '--about', 'A count.', ...by)
    const found = await copy.run('diff')
    expect(found.stdout).toMatch(
      /^StockCounted is new \(version 1\): safe\n.*deploy readers first: older ones do not know the event\n$/,
    )
    expect((await copy.run('diff', '--against', 'git:v1')).stdout).toBe(found.stdout)
  })

  test('a copy of a part of a repository is compared with main of the remote, and never with itself', async () => {
    copy.publish()
    copy.git('checkout', '--quiet', '-b', 'zoe')
    copy.edit('StockReserved/v1.avsc', 'set aside', 'put aside')
    copy.commit('edited')
    const parts = new SchemaProject()
    onTestFinished(() => parts.remove())
    parts.git('init', '--quiet', '--initial-branch', 'unborn')
    parts.git('remote', 'add', 'origin', `file://${copy.root}`)
    parts.git('fetch', '--quiet', '--depth=1', 'origin', 'zoe')
    parts.git('checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD')
    expect(await parts.run('diff')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/neither main nor origin\/main[^]*git fetch --depth=1 origin main:/),
    })
    parts.git('fetch', '--quiet', '--depth=1', 'origin', 'main:refs/remotes/origin/main')
    expect(await parts.run('diff')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/StockReserved version 1: safe\n {2}version 1 was edited/),
    })
  })

  test('a repository of another user is told with the setting of git that lets it be read', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can give a folder away')
    copy.publish()
    chownSync(copy.root, 12_345, 12_345)
    chownSync(join(copy.root, '.git'), 12_345, 12_345)
    expect(await copy.run('diff')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`git config --global --add safe.directory '${copy.root}'`),
    })
  })

  test('a checkout under settings for other line ends has those that everything is fingerprinted with', () => {
    copyFileSync(join(import.meta.dirname, '../../.gitattributes'), join(copy.root, '.gitattributes'))
    writeFileSync(join(copy.root, 'README.md'), 'one\ntwo\n')
    copy.publish()
    copy.git('-c', 'core.autocrlf=true', 'clone', '--quiet', copy.root, join(copy.root, 'clone'))
    expect(copy.git('-C', 'clone', 'ls-files', '--eol')).not.toMatch(/w\/(crlf|mixed)/)
  })

  test('a published version that was edited, and an event that was removed, are told', async () => {
    copy.publish()
    copy.edit('StockReserved/v1.avsc', 'set aside', 'put aside')
    copy.delete('StockShipped/v1.avsc')
    const found = await copy.run('diff')
    expect(found.stdout).toMatch(
      /StockReserved version 1: safe\n {2}version 1 was edited: published versions never change/,
    )
    expect(found.stdout).toMatch(/StockShipped was removed \(version 1\): breaking\n {2}restore its files/)
    expect(found.code).toBe(1)
  })

  test.each([
    ['git:nowhere', /git ls-tree -r: fatal: Not a valid object name nowhere/],
    ['git:--output=x', /--output=x is not the name of a commit/],
    ['registry:nowhere', /"nowhere" is not the URL of a registry/],
    ['yesterday', /yesterday is not git:REF, lock or registry:URL/],
  ])('%s is refused with 2', async (against, message) => {
    copy.git('init', '--quiet')
    const refused = await copy.run('diff', '--against', against)
    expect(refused.stderr).toMatch(message)
    expect(refused.code).toBe(2)
  })

  test('an event that does not exist is refused with 2', async () => {
    expect(await copy.run('diff', 'OrderEaten', '--against', 'lock')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('OrderEaten is not an event type'),
    })
  })
})

describe('schemas check', () => {
  test('a published version that was edited is refused with the sentence', async () => {
    copy.edit('CustomerRegistered/v1.avsc', '"doc": "Personal data."', '"doc": "Private."')
    const refused = await copy.run('check')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain(
      '✖ C004 CustomerRegistered/v1.avsc: orderledger.CustomerRegistered version 1 is published: its file must not change. Restore it and add the change as the next version\n',
    )
  })

  test('two people who add version 2 at once meet in a conflict of git, which check names until it is resolved', async () => {
    copy.publish()
    copy.git('checkout', '--quiet', '-b', 'zoe')
    await copy.addGoodVersion()
    copy.commit('by')
    copy.git('checkout', '--quiet', '-b', 'ali', 'main')
    await copy.run('new', 'StockAdjusted', '--field', 'shelf', '--type', 'string', '--default', '', '--doc', 'Where.')
    await copy.run('codegen')
    copy.commit('shelf')
    expect(() => copy.git('merge', 'zoe')).toThrow('merge zoe')
    expect(copy.git('status', '--porcelain')).toContain('AA schemas/StockAdjusted/v2.avsc')
    const conflicted = await copy.run('check', '--json')
    expect(conflicted.code).toBe(1)
    for (const file of ['StockAdjusted/v2.avsc', 'schemas.lock']) {
      const message = 'two people changed it at once, and the merge left conflict markers'
      expect(conflicted.json()).toMatchObject({
        findings: expect.arrayContaining([expect.objectContaining({ code: 'F001', file, message })]),
      })
    }
    // Somebody who takes one side for the file and the other for the lock hears that the two do not fit.
    copy.git('checkout', '--ours', '--', 'schemas/StockAdjusted/v2.avsc', 'schemas/events.ts')
    copy.git('checkout', '--theirs', '--', 'schemas/schemas.lock')
    const crossed = await copy.run('check')
    expect(crossed.stdout).toContain(
      'C004 StockAdjusted/v2.avsc: orderledger.StockAdjusted version 2 is published: its file must not change',
    )
    expect(crossed.code).toBe(1)
  })

  test('a table that does not load is a finding among the others', async () => {
    copy.write('upcasters.ts', 'export const upcasters = {')
    copy.edit('StockReserved/v1.avsc', 'set aside', 'put aside')
    const checked = await copy.run('check', '--json')
    expect(checked.json()).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'F001', file: 'upcasters.ts' }),
        expect.objectContaining({ code: 'C004' }),
      ]),
    })
  })
})

describe('manners', () => {
  test.each(['new', 'lint', 'diff', 'check', 'codegen'])('schemas %s --help shows two examples', async (verb) => {
    const { code, stdout } = await runCommand(copy.root, 'schemas', verb, '--help')
    expect(code).toBe(0)
    expect(stdout.match(/^ {2}\$ orderledger schemas /gm)).toHaveLength(2)
  })

  test.each([['lint', '--nothing'], ['diff', '--format', 'xml'], ['unheard-of']])(
    'schemas %s %s is wrong usage',
    async (...args) => {
      expect(await runCommand(copy.root, 'schemas', ...args)).toMatchObject({ code: 2 })
    },
  )
})
