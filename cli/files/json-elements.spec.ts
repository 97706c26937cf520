import { describe, expect, test } from 'vitest'
import { jsonElements, type JsonElement } from './json-elements.ts'

/** In pieces of `size` bytes, so that names, texts and elements are cut everywhere. */
async function* pieces(text: string, size: number): AsyncGenerator<Buffer, void, undefined> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function elementsOf(text: string, size: number, lists: string[] = []): Promise<readonly JsonElement[]> {
  const found: JsonElement[] = []
  for await (const element of jsonElements(pieces(text, size), (name) => lists.push(name))) found.push(element)
  return found
}

const book = {
  charges: [
    { key: 'o1/1', note: 'a "quoted" \\ text, with [brackets] and {braces}', amount: { amount: 1, parts: [1, [2]] } },
    { key: 'ö2/1' },
  ],
  shop: { charges: [{ key: 'not of the top' }], more: ['x'] },
  count: 2,
  name: 'a, b: [c]',
  empty: [],
  plain: [1, 'two', null, [3]],
}

describe('the arrays of an object', () => {
  test.each([1, 2, 3, 7, 64, 100_000])('are read element by element, in chunks of %d bytes', async (size) => {
    for (const text of [JSON.stringify(book), JSON.stringify(book, null, 2)]) {
      const lists: string[] = []
      const found = await elementsOf(text, size, lists)
      expect(found.map(({ name, value }) => [name, value])).toEqual([
        ...book.charges.map((charge) => ['charges', charge]),
        ...book.plain.map((each) => ['plain', each]),
      ])
      expect(lists).toEqual(['charges', 'empty', 'plain'])
    }
  })

  test('say where each element begins', async () => {
    const text = '{"a":[{"b":1},{"b":2}]}'
    const found = await elementsOf(text, 5)
    expect(found.map(({ at }) => text.slice(at - 1, at + 2))).toEqual(['{"b', '{"b'])
  })
})

test.each([
  ['byte 1: the JSON object ends before it is whole', ''],
  ['byte 1: a JSON object was expected here', '[1]'],
  ['byte 1: no JSON object begins here', '<html>'],
  ['byte 14: the JSON object ends before it is whole', '{"a":[{"b":1}'],
  ['byte 7: what begins here is not JSON', '{"a":[{"b":1,}]}'],
  ['byte 9: an element was expected before this comma', '{"a":[1,,2]}'],
  ['byte 11: the JSON object is over here', '{"a":[1]} x'],
  ['byte 10: a JSON object was expected here', '{"a":[1]}{}'],
  ['byte 10: more is closed here than was opened', '{"a":[1]}]'],
  ['byte 9: a part of more than 64 KiB begins here', `{"a":[1,"${'x'.repeat(70_000)}"]}`],
  ['byte 2: a part of more than 64 KiB begins here', `{"${'x'.repeat(70_000)}":[1]}`],
])('damage is told with its place: %s', async (message, text) => {
  for (const size of [1, 1_000, 100_000]) await expect(elementsOf(text, size)).rejects.toThrow(message)
})

test('an object that is passed over may be large', async () => {
  const text = JSON.stringify({ log: { text: 'x'.repeat(200_000) }, charges: [1] })
  for (const size of [1_000, 300_000]) expect((await elementsOf(text, size)).length).toBe(1)
})
