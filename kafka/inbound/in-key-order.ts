/** Works on many records at once, and on those of one key one after the other. */

/**
 * Results in the order of the records. Records without a key have no order. The work is begun in their order, so that
 * what can run together is begun together. Rejects with the first failure, once nothing is under way any more: of its
 * key, nothing later was begun.
 */
export async function inKeyOrder<Item extends { readonly key: Buffer | null }, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const last = new Map<string, Promise<Result>>()
  const all = items.map((item) => {
    const name = item.key === null ? null : item.key.toString('latin1')
    const before = name === null ? undefined : last.get(name)
    const result = before === undefined ? work(item) : before.then(() => work(item))
    if (name !== null) last.set(name, result)
    return result
  })
  const settled = await Promise.allSettled(all)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return Promise.all(all)
}
