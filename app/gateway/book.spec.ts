import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Book, type Entry } from './book.ts'

const amount = { amount: 1_000, currency: 'EUR' }
let folder = ''
let path = ''
const open: Book[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'book-'))
  path = join(folder, 'book.jsonl')
})

afterEach(async () => {
  for (const book of open.splice(0)) await book.close()
  rmSync(folder, { recursive: true })
})

async function opened(): Promise<Book> {
  const book = await Book.open(path)
  open.push(book)
  return book
}

async function closed(book: Book): Promise<void> {
  open.splice(open.indexOf(book), 1)
  await book.close()
}

function captured(order: string): Entry {
  const key = `${order}/1`
  const outcome = { status: 'captured', reference: `ref-${order}` } as const
  const webhook = { number: 1, body: { key } }
  return { kind: 'charge', key, orderId: order, attempt: 1, method: 'card', amount, outcome, settles: null, webhook }
}

test('a book is read back as it was', async () => {
  const book = await opened()
  book.write(captured('a'))
  book.write({
    kind: 'refund',
    key: 'a/r1',
    charge: 'a/1',
    amount: { ...amount, amount: 400 },
    reference: 're',
    webhook: null,
  })
  book.write({ kind: 'reversal', key: 'a/1', amount: { ...amount, amount: 100 }, reference: 'dp', webhook: null })
  expect(book.nextWebhook()).toBe(2)
  await closed(book)
  const again = await opened()
  for (const part of ['charges', 'refunds', 'reversals', 'webhooks'] as const) expect(again[part]).toEqual(book[part])
  expect(again.charges.get('a/1')).toMatchObject({ left: 500 })
  again.write({ kind: 'delivered', webhook: 1 })
  expect(again.webhooks.size).toBe(0)
  expect(again.nextWebhook()).toBe(2)
})

test('what is synced is in the file, also when many are synced at once', async () => {
  const book = await opened()
  await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      book.write(captured(`o${index}`))
      await book.synced()
      expect(readFileSync(path, 'utf8')).toContain(`"key":"o${index}/1"`)
    }),
  )
})

test.each(['{"kind":"charge","ke', '{"kind":"delivered","webhook":1}', '\u0000\u0000'])(
  'a last line without its end (%j) is cut off, and the next one is whole',
  async (torn) => {
    const book = await opened()
    book.write(captured('a'))
    await closed(book)
    appendFileSync(path, torn)
    const again = await opened()
    expect([...again.charges.keys()]).toEqual(['a/1'])
    expect(again.webhooks.size).toBe(1)
    again.write(captured('b'))
    await closed(again)
    expect([...(await opened()).charges.keys()]).toEqual(['a/1', 'b/1'])
  },
)

test.each([
  ['not json\n', /line 1 is not JSON/],
  ['{"kind":"loan"}\n', /no gateway wrote/],
  ['null\n', /no gateway wrote/],
  ['{"kind":"settled","key":"a/1","outcome":{"status":"pending"},"webhook":null}\n', /no gateway wrote/],
])('%j among the lines is damage, which is said and not repaired', async (line, what) => {
  writeFileSync(path, line)
  await expect(opened()).rejects.toMatchObject({
    code: 'gateway-book-damaged',
    what: expect.stringMatching(what) as string,
  })
  expect(readFileSync(path, 'utf8')).toBe(line)
})

test.runIf(process.platform === 'linux')('one book is kept by one gateway', async () => {
  const book = await opened()
  await expect(Book.open(path)).rejects.toMatchObject({ code: 'gateway-book-in-use' })
  await closed(book)
  await opened()
})

test('a refund needs a capture of its own currency with enough left', async () => {
  const book = await opened()
  book.write(captured('a'))
  const refund = { key: 'a/r1', orderId: 'a', attempt: 1, reference: 'ref-a', amount: { ...amount, amount: 600 } }
  expect(book.objectionTo(refund)).toBeNull()
  expect(book.objectionTo({ ...refund, attempt: 2 })).toBe('unknown-charge')
  expect(book.objectionTo({ ...refund, reference: 'other' })).toBe('wrong-reference')
  expect(book.objectionTo({ ...refund, amount: { amount: 1_001, currency: 'EUR' } })).toBe('more-than-left')
  expect(book.objectionTo({ ...refund, amount: { amount: 600, currency: 'USD' } })).toBe('more-than-left')
  book.write({ kind: 'refund', key: 'a/r1', charge: 'a/1', amount: refund.amount, reference: 're', webhook: null })
  expect(book.objectionTo(refund)).toBeNull()
  expect(book.objectionTo({ ...refund, amount })).toBe('conflict')
  expect(book.objectionTo({ ...refund, key: 'a/r2' })).toBe('more-than-left')
})
