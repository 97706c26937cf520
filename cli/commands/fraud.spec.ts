import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runInProcess } from '../load/test-kit.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderledger-fraud-'))
})

afterEach(() => rm(folder, { recursive: true }))

const run = runInProcess
const FROM = '2026-01-05T00:00:00Z'

async function generated(name: string, count: number): Promise<string> {
  const file = join(folder, name)
  const { code } = await run(
    'generate',
    'payments',
    '-n',
    String(count),
    '--seed',
    '3',
    '--fraud',
    '0.05',
    '--from',
    FROM,
    '-o',
    file,
  )
  expect(code).toBe(0)
  return file
}

describe('generated payments', () => {
  test('have the same first lines however many there are, and labels beside them', async () => {
    const [few, more] = [await generated('few', 1_000), await generated('more', 1_200)]
    const lines = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n')
    const [some, all] = [await lines(few), await lines(more)]
    expect(some).toHaveLength(1_000)
    expect(all.slice(0, 1_000)).toEqual(some)
    expect(Object.keys(JSON.parse(some[0] ?? '') as object)).toEqual(
      expect.arrayContaining([
        'at',
        'orderId',
        'attempt',
        'customerId',
        'amount',
        'method',
        'outcome',
        'region',
        'card',
        'device',
      ]),
    )
    expect(some.join('')).not.toContain('"fraud"')
    const labels = (await lines(`${few}.labels.jsonl`)).map(
      (line) => JSON.parse(line) as { readonly fraud: boolean; readonly kind?: string },
    )
    expect(labels.some(({ fraud, kind }) => fraud && kind !== undefined)).toBe(true)
    expect(labels.some(({ fraud, kind }) => !fraud && kind === undefined)).toBe(true)
  })

  test.each([
    ['--fraud', '1'],
    ['--from', 'yesterday'],
    ['-n', '0'],
  ])('are refused with %s %s', async (option, value) => {
    expect(await run('generate', 'payments', '-n', '1', '-o', join(folder, 'x'), option, value)).toMatchObject({
      code: 2,
    })
  })
})

test.each([['payments'], ['events']])('generated %s say where they cannot be written', async (what) => {
  const file = join(folder, 'no-such-folder', 'x')
  const { code, stderr } = await run('generate', what, '-n', '5', '-o', file)
  expect([code, stderr]).toEqual([1, expect.stringContaining(`tried: to write ${file}`)])
})

describe('scoring a file', () => {
  test('says what each attempt comes to, and with labels how well that fits', async () => {
    const file = await generated('payments', 2_000)
    const { code, stdout } = await run('fraud', 'score', file, '--labels', `${file}.labels.jsonl`, '--json')
    expect(code).toBe(0)
    const scores = JSON.parse(stdout) as {
      readonly items: readonly { readonly score: number }[]
      readonly quality: { readonly recall: number }
    }
    expect(scores).toMatchObject({ table: '1', payments: 2_000 })
    expect(scores.items).toHaveLength(2_000)
    expect(scores.quality.recall).toBeGreaterThan(0.5)
    expect(JSON.parse((await run('fraud', 'score', file, '--json')).stdout)).toMatchObject({ quality: null })
  })

  test('takes another table', async () => {
    const file = await generated('payments', 50)
    const table = join(folder, 'table.json')
    await writeFile(table, JSON.stringify({ version: 'all', threshold: 1, rules: { firstPayment: { points: 99 } } }))
    const { stdout } = await run('fraud', 'score', file, '--table', table, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      table: 'all',
      items: expect.arrayContaining([expect.objectContaining({ score: 99 })]),
    })
  })

  test.each([
    ['no JSON', '{', 'line 1 is not JSON'],
    ['no payment', '{}', 'line 1 has no orderId'],
  ])('refuses a file with %s', async (_, text, why) => {
    const file = join(folder, 'bad')
    await writeFile(file, text)
    const { code, stderr } = await run('fraud', 'score', file)
    expect([code, stderr]).toEqual([1, expect.stringContaining(why)])
  })

  test('refuses a file that is not there, and a table that is none', async () => {
    expect(await run('fraud', 'score', join(folder, 'nothing'))).toMatchObject({ code: 2 })
    const file = await generated('payments', 5)
    expect(await run('fraud', 'score', file, '--table', file)).toMatchObject({ code: 1 })
  })
})

describe('training a table', () => {
  test('writes one that scores, says how good it is beside the present one, and writes nothing over', async () => {
    const file = await generated('payments', 3_000)
    const [labels, made] = [`${file}.labels.jsonl`, join(folder, 'table-7.json')]
    const { code, stdout } = await run('fraud', 'train', file, '--labels', labels, '-o', made)
    expect(code).toBe(0)
    expect(stdout).toContain('fitted to the first 2,100 attempts')
    expect(stdout).toMatch(/7 \(new\) +\d+\.\d % +\d+\.\d % +[01]\.\d{3}/)
    const table = await readFile(made, 'utf8')
    expect(JSON.parse(table)).toMatchObject({ version: '7', rules: { accountsOnCard: expect.any(Array) as unknown } })
    const scored = await run('fraud', 'score', file, '--labels', labels, '--table', made, '--json')
    const { quality } = JSON.parse(scored.stdout) as { readonly quality: { readonly recall: number } }
    expect(quality.recall).toBeGreaterThan(0.5)
    expect(await run('fraud', 'train', file, '--labels', labels, '-o', made)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already exists') as unknown,
    })
    expect(await readFile(made, 'utf8')).toBe(table)
    const next = ['--table', made, '-o', join(folder, 'other.json'), '--json']
    const { stdout: beside } = await run('fraud', 'train', file, '--labels', labels, ...next)
    // No table of this folder is 2, and it is named like none.
    expect(JSON.parse(beside)).toMatchObject({ table: '2', present: { table: '7' }, trained: { table: '2' } })
  })

  test('refuses fewer than 50 orders of fraud, and needs labels', async () => {
    const file = await generated('payments', 300)
    const made = join(folder, 'table.json')
    const { code, stderr } = await run('fraud', 'train', file, '--labels', `${file}.labels.jsonl`, '-o', made)
    expect([code, stderr]).toEqual([1, expect.stringContaining('a table needs 50')])
    await expect(readFile(made)).rejects.toThrow('ENOENT')
    expect(await run('fraud', 'train', file)).toMatchObject({ code: 2 })
  })
})
