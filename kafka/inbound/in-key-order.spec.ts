import { describe, expect, test } from 'vitest'
import { inKeyOrder } from './in-key-order.ts'

/** Work that is settled by hand. */
function byHand() {
  const begun: string[] = []
  const settle = new Map<string, { resolve(): void; reject(): void }>()
  const work = (item: { readonly name: string }): Promise<string> => {
    begun.push(item.name)
    return new Promise((resolve, reject) => {
      const { name } = item
      settle.set(name, { resolve: () => resolve(name), reject: () => reject(new Error(name)) })
    })
  }
  const item = (name: string, key: string | null) => ({ name, key: key === null ? null : Buffer.from(key) })
  return { begun, settle, work, item }
}
const soon = () => new Promise((resolve) => setImmediate(resolve))

describe('records in the order of their keys', () => {
  test('of other keys and without a key are worked on at once, those of one key one after the other', async () => {
    const { begun, settle, work, item } = byHand()
    const done = inKeyOrder(
      [item('a1', 'a'), item('a2', 'a'), item('b1', 'b'), item('n1', null), item('n2', null)],
      work,
    )
    expect(begun).toEqual(['a1', 'b1', 'n1', 'n2'])
    settle.get('a1')?.resolve()
    await soon()
    expect(begun).toEqual(['a1', 'b1', 'n1', 'n2', 'a2'])
    for (const name of ['a2', 'n2', 'b1', 'n1']) settle.get(name)?.resolve()
    expect(await done).toEqual(['a1', 'a2', 'b1', 'n1', 'n2'])
  })

  test('after a failure nothing later of that key is begun, and the others are waited for', async () => {
    const { begun, settle, work, item } = byHand()
    let settled = false
    const done = inKeyOrder([item('a1', 'a'), item('a2', 'a'), item('b1', 'b')], work)
    done.catch(() => undefined).finally(() => (settled = true))
    settle.get('a1')?.reject()
    await soon()
    expect([begun, settled]).toEqual([['a1', 'b1'], false])
    settle.get('b1')?.resolve()
    await expect(done).rejects.toThrow('a1')
  })
})
