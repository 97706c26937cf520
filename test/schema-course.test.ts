/**
 * The course of docs/schema-evolution.md, carried out: for each step a checkout and a database in which a shop of the
 * unchanged release has stored its events. Its commands are run, its edits are made, and then the changed release goes
 * on with the same events. What the commands print has to be what the document shows; `vitest run -u` writes it there.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appendRaw } from './append-events.ts'
import { parseDocument, type Step } from './course/document.ts'
import { openRelease, type Release } from './course/release.ts'
import { CALLED, scenarios, type Scenario } from './course/scenarios.ts'
import { WorkingCopy } from './course/working-copy.ts'
import { cloneDatabase, testDatabase, type TestDatabase } from './database.ts'
import { openPool } from '../store/database.ts'

const DOCUMENT = fileURLToPath(new URL('../docs/schema-evolution.md', import.meta.url))
const GOLDEN = new URL('../schemas/golden/CustomerRegistered/v1.bin', import.meta.url)
/** The command of the document that starts the changed release. */
const START = 'npm start\n'

const course = parseDocument(readFileSync(DOCUMENT, 'utf8'))
const printed = new Map<number, string>()
let unchanged: WorkingCopy
let shopDatabase: TestDatabase

beforeAll(async () => {
  shopDatabase = await testDatabase()
  await fillShop(shopDatabase.url)
  unchanged = new WorkingCopy()
  await unchanged.build()
})

afterAll(async () => {
  unchanged.remove()
  await shopDatabase.drop()
})

describe('a step of the course does what the document says, with the events of a real shop', () => {
  test.concurrent.each(course.steps.map((step) => [step.title, step] as const))('%s', async (_, step) => {
    const copy = new WorkingCopy(unchanged)
    const database = await cloneDatabase(shopDatabase)
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
  await release.close()
}

async function sell({ shop }: Release): Promise<void> {
  for (const customer of ['c1', 'c2']) await shop.register(customer, `register ${customer}`)
  await shop.rank('c2', 'vip')
  for (const [sku, stock] of [['A', 20], ['B', 5], ['C', 3]] as const) await shop.list(sku, stock)
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
