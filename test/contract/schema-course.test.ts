/**
 * The course of docs/schema-evolution.md, carried out: for each step a checkout and a database in which a shop of the
 * unchanged release has stored its events. Its commands are run, its edits are made, and then the changed release goes
 * on with the same events. What the commands print has to be what the document shows; `vitest run -u` writes it there.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../store/postgres/database.ts'
import { appendRaw } from '../support/append-events.ts'
import { parseDocument, type Step } from '../course/document.ts'
import { openRelease, type Release } from '../course/release.ts'
import { CALLED, scenarios, type Scenario } from '../course/scenarios.ts'
import { WorkingCopy } from '../course/working-copy.ts'
import { cloneDatabase, testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const DOCUMENT = fileURLToPath(new URL('../../docs/schema-evolution.md', import.meta.url))
const GOLDEN = new URL('../../schemas/golden/CustomerRegistered/v1.bin', import.meta.url)
/** The command of the document that starts the changed release. */
const START = 'npm start\n'

const course = parseDocument(readFileSync(DOCUMENT, 'utf8'))
const printed = new Map<number, string>()
let unchanged: WorkingCopy
let shopDatabase: TestDatabase

beforeAll(async () => {
  shopDatabase = await testDatabase()
  await fillShop(shopDatabase.url)
  unchanged = await WorkingCopy.ofSources()
})

afterAll(async () => {
  unchanged.remove()
  await shopDatabase.drop()
})

describe('a step of the course does what the document says, with the events of a real shop', () => {
  const steps = course.steps.map((step) => [step.title, step] as const)
  test.concurrent.each(steps)('%s', { timeout: 300_000 }, async (_, step) => {
    const database = await cloneDatabase(shopDatabase)
    const copy = await unchanged.copied()
    try {
      await carryOut(step, copy, database.url)
    } finally {
      await database.drop()
      copy.remove()
    }
  })
})

test('there are ten steps, and the changed release of each is seen at work', () => {
  const steps = course.steps.filter(({ number }) => number !== null)
  expect(steps.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  for (const { number, title, blocks } of steps) {
    expect(scenarios.has(number ?? 0), title).toBe(true)
    const scripts = blocks.flatMap((block) => (block.kind === 'commands' ? [block.script] : []))
    expect(scripts, title).toContain(START)
    expect(scripts.at(-1), title).toMatch(/^orderledger (?:verify|schemas usage)\n$/)
  }
})

test('the document shows what the commands print', async () => {
  await expect(course.withPrinted(printed)).toMatchFileSnapshot(DOCUMENT)
})

test('a release that lacks a version takes no order that rests on it, stops its projections there and says where', async () => {
  const database = await cloneDatabase(shopDatabase)
  const pool = openPool(database.url, { name: 'test', max: 1 })
  const later = { stream: 'inventory-A', type: 'StockAdjusted', schemaVersion: 2, data: Buffer.alloc(4) }
  const position = await appendRaw(pool, [later])
  await pool.end()
  const release = await openRelease(database.url)
  try {
    await expect(release.shop.adjust('A', 1)).rejects.toThrow(
      /StockAdjusted has versions 1 to 1 in this release, not 2|stream inventory-A cannot be read/,
    )
    expect(await release.shop.adjust('B', 1)).toMatchObject({ outcome: 'accepted' })
    await eventually(async () => {
      const states = await release.states()
      const products = states.find(({ name }) => name === 'products')
      const said = JSON.stringify(products?.lastError)
      return products?.state === 'failed' && products.position === position - 1 && said.includes('not 2')
    })
  } finally {
    await release.close()
    await database.drop()
  }
})

async function carryOut({ number, blocks }: Step, copy: WorkingCopy, url: string): Promise<void> {
  for (const block of blocks) {
    if (block.kind === 'edit') copy.edit(block.file, block.hunks)
    else if (block.script === START) await start(scenarios.get(number ?? 0), copy, url)
    else {
      const { code, text } = await copy.run(block.script, url)
      expect(code, `${block.script}${text}`).toBe(block.exitCode)
      if (block.printed !== null) printed.set(block.printed, text)
    }
  }
}

/** From here on the program is the changed one. */
async function start(scenario: Scenario | undefined, copy: WorkingCopy, url: string): Promise<void> {
  await copy.build()
  const release = await copy.release(url)
  try {
    await release.shown()
    await scenario?.(release)
    await release.shown()
    expect(release.errors()).toEqual([])
  } finally {
    await release.close()
  }
}

/** Something of everything that the course changes, and a customer from before version 2. */
async function fillShop(url: string): Promise<void> {
  const pool = openPool(url, { name: 'test', max: 1 })
  const zoe = { stream: 'customer-zoe', type: 'CustomerRegistered', schemaVersion: 1, data: readFileSync(GOLDEN) }
  await appendRaw(pool, [zoe])
  await pool.end()
  const release = await openRelease(url)
  await sell(release)
  await release.shown()
  expect(release.errors()).toEqual([])
  await release.close()
}

async function sell({ shop }: Release): Promise<void> {
  for (const customer of ['c1', 'c2']) await shop.register(customer, `register ${customer}`)
  await shop.rank('c2', 'vip')
  for (const [sku, stock] of [
    ['A', 20],
    ['B', 5],
    ['C', 3],
  ] as const)
    await shop.list(sku, stock)
  await shop.receive('A', 10)
  await shop.adjust('A', 2)
  await shop.adjust('B', -1)
  await shop.price('B', 1200)
  await shop.place('o-1', [{ sku: 'A', quantity: 2 }])
  await shop.place('o-2', [
    { sku: 'A', quantity: 1 },
    { sku: 'B', quantity: 1 },
  ])
  await shop.place('o-3', [{ sku: 'B', quantity: 1 }])
  await shop.place('o-4', [{ sku: 'C', quantity: 2 }], { customerId: 'c2' })
  await shop.place('o-5', [{ sku: 'C', quantity: 7 }])
  await shop.cancel('o-2', null, CALLED)
  await shop.expire('o-3')
}
