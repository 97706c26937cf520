import { describe, expect, test } from 'vitest'
import { gathering } from './gathering.ts'

function held() {
  const commits: (readonly number[])[] = []
  const open: (() => void)[] = []
  const numbers = gathering<number, number>({
    sizeOf: (number) => number,
    mostAtOnce: 10,
    async commit(gathered) {
      commits.push(gathered)
      await new Promise<void>((resolve) => open.push(resolve))
      if (gathered.includes(13)) throw new Error('no 13')
      return gathered.map((number) => -number)
    },
  })
  return { numbers, commits, next: () => open.shift()?.() }
}

describe('what many bring', () => {
  test('at the same time is one commit, as far as there is room in it', async () => {
    const { numbers, commits, next } = held()
    const all = [1, 4, 5, 2, 11].map((number) => numbers.add(number))
    expect(numbers.size()).toBe(23)
    for (const expected of [[1], [4, 5], [2], [11]]) {
      await expect.poll(() => commits.at(-1)).toEqual(expected)
      next()
    }
    expect(await Promise.all(all)).toEqual([-1, -4, -5, -2, -11])
    expect(numbers.size()).toBe(0)
  })

  test('is refused together where its commit fails, and what waits behind it is not', async () => {
    const { numbers, next, commits } = held()
    const first = numbers.add(1)
    const [bad, good] = [numbers.add(13).catch(String), numbers.add(2)]
    next()
    await first
    await expect.poll(() => commits.at(-1)).toEqual([13])
    next()
    expect(await bad).toBe('Error: no 13')
    await expect.poll(() => commits.at(-1)).toEqual([2])
    next()
    expect(await good).toBe(-2)
  })
})
